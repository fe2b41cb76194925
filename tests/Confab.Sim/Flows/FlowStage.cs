// Where a play takes place: the server as it ships, in a simulated world, and the cast around it.
using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text;
using Confab.Runtime;
using Confab.Server;
using Confab.Server.Xdm;

namespace Confab.Sim.Flows;

/// <summary>The world of one play.</summary>
internal sealed class FlowStage : IAsyncDisposable
{
    public const string Domain = "example.com";

    private static readonly IPAddress s_server = IPAddress.Parse("198.51.100.5");

    private readonly SimWorld _world = new();
    private readonly ServerOptions _options;
    private readonly SimDisk _disk = new();
    private SimStore _store;
    private World _host;
    private ConfabServer _server;
    private int _starts;
    private readonly Dictionary<string, CastMember> _cast = new(StringComparer.Ordinal);
    private readonly List<Arrival> _arrivals = [];
    private readonly Distortion? _distortion;
    private string? _named;

    public FlowStage(FlowScript script, Distortion? distortion = null)
    {
        Script = script;
        _distortion = distortion;
        Ladder = new Ladder(_world.Time);
        var options = new ServerOptions
        {
            Domain = Domain,
            Sip = new SipOptions { Listen = [$"udp://{s_server}:5060", $"tcp://{s_server}:5060"] },
            Msrp = new MsrpOptions { Listen = [$"tcp://{s_server}:2855"] },
            Http = new HttpOptions { Listen = [] },
        };
        foreach (var (key, value) in script.Settings) Set(options, key, value);
        for (var i = 0; i < script.Cast.Count; i++)
        {
            var entry = script.Cast[i];
            var member = new CastMember(this, entry, IPAddress.Parse($"192.0.2.{11 + i}"));
            _cast.Add(entry.Name, member);
            if (!entry.IsStranger && options.Users.TrueForAll(u => u.Address != member.Address)) options.Users.Add(new UserOptions { Address = member.Address, Password = member.Password });
        }

        _options = options;
        Boot();
    }

    public FlowScript Script { get; }

    public Ladder Ladder { get; }

    public IPEndPoint SipAddress { get; } = new(s_server, 5060);

    public IPEndPoint MsrpAddress { get; } = new(s_server, 2855);

    /// <summary>Message contents that the cast has sent over MSRP, by Message-ID.</summary>
    public Dictionary<string, byte[]> SentBodies { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<Arrival> Arrivals => _arrivals;

    public SimWorld World => _world;

    public ConfabServer Server => _server;

    public IEnumerable<CastMember> Cast => _cast.Values;

    /// <summary>Messages that the cast has sent since it was registered.</summary>
    public int MessagesSent { get; private set; }

    /// <summary>Whether the cast goes by the play still: not once what it says is distorted, and so what it hears may be anything.</summary>
    public bool IsDistorted => _distortion is not null;

    public INetwork NetworkOf(IPAddress address) => _world.Network.Host(address);

    public CastMember Member(string name) => _cast[name];

    public CastMember? MemberOrNull(string name) => _cast.GetValueOrDefault(name);

    /// <summary>What <c>${...}</c> means without having been captured.</summary>
    public string? Property(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (name == "domain") return Domain;
        if (name == "im") return s_server.ToString();
        return dot > 0 ? MemberOrNull(name[..dot])?.Property(name[(dot + 1)..]) : null;
    }

    /// <summary>Starts the server, and registers those who are to be.</summary>
    public async Task StartAsync()
    {
        await _server.StartAsync(CancellationToken.None).ConfigureAwait(false);
        foreach (var member in _cast.Values.Where(static m => m.Entry.IsRegistered))
        {
            member.Register();
            var last = _arrivals.LastOrDefault();
            if (last?.Sip is not { Status: 200 }) throw new FlowFailureException($"{member.Name} could not register:\n{last}");
            _arrivals.Clear();
        }

        MessagesSent = 0;
    }

    /// <summary>What is sent instead of this message: itself, unless the play is a distorted one.</summary>
    public IReadOnlyList<byte[]> Distort(bool isMsrp, byte[] message) => _distortion?.Invoke(MessagesSent++, isMsrp, message) ?? [message];

    /// <summary>Stores a document, as its owner would over XCAP; or deletes it.</summary>
    public void PutDocument(string auid, string name, string? owner, string? document)
    {
        var documents = _server.Node.Documents;
        var member = owner is null ? Script.Cast[0] : Script.Cast.FirstOrDefault(c => c.Name == owner) ?? throw new FlowFailureException($"{owner} is not of the cast");
        var id = new DocumentId(auid, $"sip:{member.User}@{Domain}", name);
        Ladder.Note(member.Name, FlowParser.Server, isMsrp: false, document is null ? $"(deletes {auid}/{name})" : $"(stores {auid}/{name})");
        DocumentOutcome? outcome = null;
        documents.Change(
            id,
            _ => document is null ? null : documents.NewVersion(id, Encoding.UTF8.GetBytes(document), _server.Xcap.Usages.Find(auid)!.UrisOf(XmlTree.Of(document))),
            done => outcome = done);
        Settle();
        if (outcome != DocumentOutcome.Done) throw new FlowFailureException($"the document {auid}/{name} came to {outcome}");
    }

    public void ForgetArrivals() => _arrivals.Clear();

    /// <summary>kill -9: what it has not written is lost, and its connections close.</summary>
    public void KillServer()
    {
        Settle();
        _store.Kill();
        _host.Dispose();
        Settle();
    }

    /// <summary>SIGTERM.</summary>
    public void StopServer()
    {
        Settle();
        var stopped = _server.StopAsync(CancellationToken.None);
        if (!_world.RunUntil(() => stopped.IsCompleted, TimeSpan.FromSeconds(10))) throw new FlowFailureException("the server did not stop in 10 s");
        Settle();
    }

    /// <summary>The server starts again, on the addresses that it had and with what it stored.</summary>
    public void StartServer()
    {
        Boot();
        if (!_server.StartAsync(CancellationToken.None).IsCompletedSuccessfully) throw new FlowFailureException("the server did not start");
        Settle();
    }

    /// <summary>Lets everything happen that happens without time passing.</summary>
    public void Settle() => _world.Run();

    public void Advance(TimeSpan by) => _world.Advance(by);

    public void Arrived(Arrival arrival)
    {
        Ladder.Note(FlowParser.Server, arrival.Member, arrival.IsMsrp, arrival.Headline);
        _arrivals.Add(arrival);
        _named ??= NamedIn(arrival, _cast[arrival.Member]);
    }

    /// <summary>An exception that the server caught is a bug, whatever the play saw; and so is a message that names who is hidden.</summary>
    public void ThrowOnErrors()
    {
        _world.ThrowOnErrors();
        if (_named is not null) throw new FlowFailureException(_named);
    }

    /// <summary>What of a hidden member stands in a message to somebody else: whatever a member makes up begins with its name.</summary>
    private string? NamedIn(Arrival arrival, CastMember to)
    {
        foreach (var hidden in _cast.Values)
        {
            if (!hidden.Entry.IsHidden || hidden.Entry.User == to.Entry.User) continue;
            var text = System.Text.Encoding.UTF8.GetString(arrival.Bytes);
            if (text.Contains(hidden.Entry.User, StringComparison.OrdinalIgnoreCase) || text.Contains(hidden.Name, StringComparison.OrdinalIgnoreCase)
                || Names(text, hidden.Host))
                return $"{to.Name} is told of {hidden.Name}, who is hidden:\n\n{text}\n\nso far:\n{Ladder}";
        }

        return null;
    }

    /// <summary>Whether an address stands in a text, not as the end or the beginning of a longer one.</summary>
    private static bool Names(string text, string host)
    {
        for (var at = text.IndexOf(host, StringComparison.Ordinal); at >= 0; at = text.IndexOf(host, at + 1, StringComparison.Ordinal))
        {
            var end = at + host.Length;
            if ((at == 0 || !char.IsAsciiDigit(text[at - 1])) && (end == text.Length || !char.IsAsciiDigit(text[end]))) return true;
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        _world.Dispose();
    }

    [MemberNotNull(nameof(_store), nameof(_host), nameof(_server))]
    private void Boot()
    {
        _store = _disk.Open();
        _host = _world.Host(s_server.ToString(), (ulong)++_starts, _options.Limits);
        _server = ConfabServer.Create(_options, _host, _disk.StoreOf(_store));
    }

    private static void Set(object options, string key, string value)
    {
        var target = options;
        var path = key.Split(':');
        foreach (var part in path[..^1])
        {
            if (target is IList) break;
            target = Property(target, part, key).GetValue(target)!;
        }

        if (target is IList list) list.Add(value);
        else
        {
            var property = Property(target, path[^1], key);
            property.SetValue(target, Convert.ChangeType(value, Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, CultureInfo.InvariantCulture));
        }
    }

    private static PropertyInfo Property(object target, string name, string key) =>
        target.GetType().GetProperty(name) ?? throw new FlowFailureException($"'{key}' is no setting of the server");
}
