// A scripted peer: sends what the play says, with all that the play leaves out put in as a client would, and collects what comes.
// Here: who it is, its connections, and what arrives. What it sends is in the other parts.
using System.Globalization;
using System.Net;
using System.Text;
using Confab.Runtime;

namespace Confab.Sim.Flows;

/// <summary>One of the cast.</summary>
internal sealed partial class CastMember : IDatagramHandler
{
    public const int SipPort = 5060;
    public const int MsrpPort = 7654;

    private readonly FlowStage _stage;
    private readonly INetwork _network;
    private readonly List<CastDialog> _dialogs = [];
    private readonly Dictionary<string, CastDialog> _named = new(StringComparer.Ordinal);
    private readonly List<PlainSip> _unanswered = [];
    private StreamFlow? _sip;
    private Flow? _datagrams;
    private CastDialog? _current;
    private CastDialog? _newest; // _current, or that of a subscription
    private int _ids;

    public CastMember(FlowStage stage, CastEntry entry, IPAddress address)
    {
        _stage = stage;
        Entry = entry;
        Host = address.ToString();
        _network = stage.NetworkOf(address);
        if (entry.IsUdp) _datagrams = _network.Bind(new IPEndPoint(address, SipPort), this).To(stage.SipAddress);
        _network.Listen(new IPEndPoint(address, MsrpPort), Transport.Tcp, flow => _taken = new MsrpConnection(this, flow));
    }

    public CastEntry Entry { get; }

    public string Name => Entry.Name;

    public string Host { get; }

    public string Address => $"sip:{Entry.User}@{FlowStage.Domain}";

    public string Contact => $"<sip:{Entry.User}@{Host}:{SipPort}{(Entry.IsUdp ? "" : ";transport=tcp")}>;+g.oma.sip-im";

    public string Password => $"{Entry.User}-password";

    /// <summary>The newest dialog.</summary>
    public CastDialog? Dialog => _current;

    public CastDialog DialogOf(string? name) =>
        (name is null ? _current : _named.GetValueOrDefault(name)) ?? throw new FlowFailureException($"{Name} has no dialog{(name is null ? "" : $" '{name}'")}");

    public void NameDialog(string name) => _named[name] = _newest ?? DialogOf(null);

    /// <summary>What <c>${alice.identity}</c> and its like stand for.</summary>
    public string? Property(string name) => name switch
    {
        "address" => Address,
        "contact" => PlainSip.UriOf(Contact),
        "host" => Host,
        "identity" => _current?.Target,
        "callid" => _current?.CallId,
        "localtag" => PlainSip.TagOf(_current?.Local),
        "remotetag" => PlainSip.TagOf(_current?.Remote),
        "path" => _current is null ? null : PathOf(_current),
        "impath" => _current?.RemotePath,
        _ => null,
    };

    public void OnReceived(ReadOnlySpan<byte> datagram, Flow flow) => TakeSip(datagram.ToArray());

    public void CloseSip()
    {
        _sip?.Close(EndReason.None);
        _sip = null;
    }

    public void TakeClose(bool isMsrp, EndReason reason)
    {
        if (reason is not (EndReason.PeerClosed or EndReason.ConnectionLost)) return; // it was the member itself
        if (!isMsrp) _sip = null;
        _stage.Arrived(new Arrival { Member = Name, IsClose = true, IsMsrp = isMsrp, IsOptional = isMsrp });
    }

    public void TakeSip(byte[] bytes)
    {
        if (_stage.IsDistorted) Bear(() => Take(bytes));
        else Take(bytes);
    }

    /// <summary>What is heard in a distorted play may be nothing that the cast can make sense of.</summary>
    private static void Bear(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is FlowFailureException or FormatException or ArgumentException or InvalidOperationException or NullReferenceException or IndexOutOfRangeException)
        {
            // It does not understand, and says nothing.
        }
    }

    private void Take(byte[] bytes)
    {
        if (Encoding.UTF8.GetString(bytes).Trim('\r', '\n').Length == 0) return; // keep-alive
        var message = PlainSip.Parse(bytes);
        if (message.IsResponse) TakeResponse(message, bytes);
        else TakeRequest(message, bytes);
    }

    private void TakeRequest(PlainSip request, byte[] bytes)
    {
        var dialog = _dialogs.Find(d => d.CallId == request["Call-ID"]);
        if (request.Method is not ("ACK" or "CANCEL"))
        {
            if (dialog is null && request.Method == "INVITE")
            {
                dialog = new CastDialog
                {
                    CallId = request["Call-ID"]!,
                    Local = $"{request["To"]};tag={Next("t")}",
                    Remote = request["From"]!,
                    MsrpId = Next("s"),
                };
                _dialogs.Add(dialog);
            }

            if (dialog is not null && request.Method == "INVITE") _current = _newest = dialog;
            dialog?.Learn(request);
        }

        var isAckOfRefusal = request.Method == "ACK" && dialog is not null && dialog.Refused.Contains(request.CSeq.Number);
        if (request.Method != "ACK" && !_unanswered.Exists(u => u["Via"] == request["Via"] && u.Method == request.Method)) _unanswered.Add(request);
        _stage.Arrived(new Arrival { Member = Name, Sip = request, Bytes = bytes, IsOptional = isAckOfRefusal });
    }

    private void TakeResponse(PlainSip response, byte[] bytes)
    {
        if (Answers(response)) return;
        var dialog = _dialogs.Find(d => d.CallId == response["Call-ID"]);
        if (dialog is not null && response is { Status: > 100 and < 300, Method: "INVITE" or "SUBSCRIBE" })
        {
            dialog.Remote = response["To"]!;
            dialog.Learn(response);
        }

        _stage.Arrived(new Arrival { Member = Name, Sip = response, Bytes = bytes, IsOptional = response.Status == 100 });
        if (response is { Status: >= 300, Method: "INVITE" } && !_withoutAck.Contains(response["Call-ID"]!)) AcknowledgeRefusal(response);
    }

    private string Next(string kind) => $"{Name}{kind}{(++_ids).ToString("0000", CultureInfo.InvariantCulture)}";

    private void SendSip(byte[] bytes, string headline)
    {
        _stage.Ladder.Note(Name, FlowParser.Server, isMsrp: false, headline);
        foreach (var piece in _stage.Distort(isMsrp: false, bytes))
        {
            if (_datagrams is not null) _datagrams.Send(piece);
            else
            {
                if (_sip is null) Connect();
                if (!_sip!.Send(piece)) throw new FlowFailureException($"{Name} has no SIP connection any more");
            }
        }
    }

    private void Connect()
    {
        _network.Connect(_stage.SipAddress, Transport.Tcp, flow =>
        {
            _sip = flow;
            return new SipConnection(this);
        }, _ => { });
        _stage.Settle();
        if (_sip is null) throw new FlowFailureException($"{Name} cannot connect to {_stage.SipAddress}");
    }
}
