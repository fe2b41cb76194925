// Registering: RFC 3261 10.2, with the feature tag of RFC 3840 9. One object a client, for the whole of its life.
//
//   Idle ─Start─► Registering ─200─► Registered ─half time─► Registering ...
//                     │ refused, nobody answers      │ connection lost, refresh fails
//                     ▼                              ▼
//                   Idle (first time)             Waiting ─backoff─► Registering
using System.Globalization;
using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Confab.Sip.Transport;

namespace Confab.Client.Procedures;

[Clause("RFC 3261", "10.2", "IMC-GEN-2", "IMC-GEN-14")]
internal sealed class Register
{
    private const int LongestWait = 120;
    private const int MostTooBrief = 3; // a server that always wants longer is not content with anything

    private readonly ImClient _client;
    private readonly Alarm _again;
    private readonly KeepAlive _keepAlive;
    private readonly string _callId;
    private readonly string _tag;
    private TaskCompletionSource<RegisterOutcome>? _starter;
    private Flow? _flow;
    private uint _number;
    private long _asked;
    private int _failures;
    private int _tooBrief;
    private int _attempt; // what an earlier one comes to does not count any more
    private bool _isWanted;
    private bool _isRegistered;
    private bool _isPending;
    private bool _isStopping;

    public Register(ImClient client)
    {
        _client = client;
        _again = new Alarm(client.Mailbox, Send);
        _keepAlive = new KeepAlive(client);
        _callId = client.World.Ids.Token(100);
        _tag = client.World.Ids.Token(40);
        _asked = client.Options.RegistrationSeconds;
    }

    /// <summary>Whether there is a way to the server: the user is registered, or does not want to be.</summary>
    public bool IsReady => _isRegistered || !_isWanted;

    public bool IsRegistered => _isRegistered;

    public void Start(TaskCompletionSource<RegisterOutcome> answer)
    {
        if (_starter is not null || _isStopping)
        {
            answer.TrySetException(new InvalidOperationException("The client is registering or unregistering already."));
            return;
        }

        _starter = answer;
        _isWanted = true;
        if (!_isPending) Send();
    }

    /// <summary>Takes the binding back. Whatever is answered, the client counts as unregistered.</summary>
    [Clause("RFC 3261", "10.2.2")]
    public void Stop(Action<bool> done)
    {
        _isWanted = false;
        _again.Cancel();
        _starter?.TrySetCanceled();
        _starter = null;
        if (!_isRegistered || _flow is not { IsOpen: true } flow)
        {
            if (_isRegistered) Lost("The user left.", 0, isRetrying: false);
            done(true);
            return;
        }

        _isStopping = true;
        Request(flow, seconds: 0, (status, _) =>
        {
            Lost("The user left.", 0, isRetrying: false);
            _isStopping = false;
            done(status is >= 200 and < 300);
        });
    }

    /// <summary>The connection over which the server reaches us is gone: nobody can invite us until there is another.</summary>
    public void OnFlowClosed(Flow flow)
    {
        if (flow != _flow) return;
        _flow = null;
        if (!_isWanted) return;
        const string Text = "The connection to the server was lost.";
        if (_isPending) Failed(0, Text);
        else
        {
            Lost(Text, 0, isRetrying: true);
            WaitAndRetry();
        }
    }

    public void CloseFlow() => _flow?.Close(EndReason.ShuttingDown);

    private void Send()
    {
        if (!_isWanted) return;
        _isPending = true;
        _client.ReachServer(size: 0, flow =>
        {
            if (!_isWanted)
            {
                _isPending = false;
                return;
            }

            _flow = flow;
            if (flow is null) Failed(0, $"There is no way to the server {_client.Options.Server}.");
            else
            {
                var attempt = ++_attempt;
                Request(flow, _asked, (status, response) =>
                {
                    if (attempt == _attempt && _isPending) Answered(status, response);
                });
            }
        });
    }

    private void Request(Flow flow, long seconds, Action<int, SipResponse?> done)
    {
        // The domain is what is registered at, without a user (RFC 3261 10.2).
        var registrar = $"{(_client.Address.Scheme == UriScheme.Sips ? "sips" : "sip")}:{_client.Address.Host}";
        ClientRequest.Send(_client, flow, SipMethod.Register, registrar, credentials => Compose(flow, registrar, seconds, credentials), done);
    }

    private byte[] Compose(Flow flow, string registrar, long seconds, HeadersWriter? credentials)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>(1024);
        var writer = new SipWriter(output);
        var address = _client.Options.Address;
        writer.Request(SipMethod.Register, Text.Of(registrar));
        writer.Header(HeaderName.Via, _client.Transport.Via(flow, _client.Transport.NewBranch()));
        writer.Header(HeaderName.MaxForwards, 70);
        writer.Address(HeaderName.From, address, _tag);
        writer.Address(HeaderName.To, address, "");
        writer.Header(HeaderName.CallId, _callId);
        writer.CSeq(++_number, SipMethod.Register);
        writer.Header(HeaderName.Contact, $"{General.Contact(_client, flow)};expires={seconds.ToString(CultureInfo.InvariantCulture)}");
        credentials?.Invoke(ref writer);
        General.WriteRequestHeaders(ref writer, _client, SipMethod.Register);
        _client.Ims.WriteRegister(ref writer, registrar, isChallenged: credentials is not null);
        writer.NoBody();
        return output.WrittenSpan.ToArray();
    }

    private void Answered(int status, SipResponse? response)
    {
        if (status == StatusCode.IntervalTooBrief && response!.TryGetSeconds(HeaderName.MinExpires, out var least) && least > _asked && _tooBrief++ < MostTooBrief)
        {
            _asked = least; // RFC 3261 10.2.8
            Send();
        }
        else if (response is { IsSuccess: true }) Succeeded(status, response);
        else Failed(response is null ? 0 : status, response is null ? $"The server {_client.Options.Server} does not answer." : TerminatingGeneral.TextOf(response));
    }

    private void Succeeded(int status, SipResponse response)
    {
        _isPending = false;
        if (!_isWanted) return; // Stop ran meanwhile; the binding ends by itself
        if (_client.Ims.Learn(response) is { } problem)
        {
            Failed(status, problem);
            return;
        }

        var granted = Granted(response);
        _failures = 0;
        _tooBrief = 0;
        var wasRegistered = _isRegistered;
        _isRegistered = true;
        _keepAlive.Watch(_flow!);
        _again.Set(TimeSpan.FromSeconds(RefreshAfter(granted)));
        _client.Tell(new Registered(granted) { AssociatedAddresses = _client.Ims.Associated });
        if (!wasRegistered) _client.OnReachableAgain();
        _starter?.TrySetResult(new RegisterOutcome(true, status, "", granted));
        _starter = null;
    }

    private void Failed(int status, string text)
    {
        _isPending = false;
        if (_starter is { } starter)
        {
            // Whoever asked decides what to do.
            _starter = null;
            _isWanted = false;
            if (status == 0) starter.TrySetException(new ServerUnreachableException(text));
            else starter.TrySetResult(new RegisterOutcome(false, status, text, 0));
            return;
        }

        // A refusal of the user stays one; what is wrong with the server or the way to it may pass.
        var isRetrying = status is 0 or StatusCode.RequestTimeout or >= 500 and < 600;
        if (_isRegistered) Lost(text, status, isRetrying);
        if (isRetrying) WaitAndRetry();
        else _isWanted = false;
    }

    private void Lost(string reason, int status, bool isRetrying)
    {
        _again.Cancel();
        _keepAlive.Stop();
        _isRegistered = false;
        _client.Ims.Forget();
        _client.Tell(new Unregistered(reason, status, isRetrying));
    }

    /// <summary>1, 2, 4 ... seconds, each shortened by up to half, so that clients of a restarted server do not come all at once (RFC 5626 4.5).</summary>
    private void WaitAndRetry()
    {
        var seconds = Math.Min(1 << Math.Min(_failures++, 10), LongestWait);
        _again.Set(TimeSpan.FromMilliseconds((seconds * 500) + (_client.World.Ids.Number() % (uint)((seconds * 500) + 1))));
    }

    /// <summary>What the server granted to our binding; what we asked where it does not say.</summary>
    private long Granted(SipResponse response)
    {
        var mine = Text.Of(_client.Transport.SentBy(_flow!));
        long? granted = null;
        foreach (var value in response.Headers(HeaderName.Contact))
        {
            if (!Contact.TryParse(value, out var contact) || contact.IsStar) continue;
            if ($"{contact.Uri.Host}:{(contact.Uri.Port == 0 ? SipTransport.DefaultPort : contact.Uri.Port)}" != mine.ToString()) continue;
            granted = contact.Expires;
        }

        return granted ?? (response.Expires >= 0 ? response.Expires : _asked);
    }

    /// <summary>Half of a short lifetime, ten minutes before the end of a long one (TS 24.229 5.1.1.4.1).</summary>
    private static double RefreshAfter(long granted) => granted > 1200 ? granted - 600 : Math.Max(granted / 2.0, 1);
}
