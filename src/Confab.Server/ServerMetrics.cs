using System.Diagnostics.Metrics;
using Confab.Server.Owners;

namespace Confab.Server;

/// <summary>What the server counts; the names are the face of <c>/metrics</c>.</summary>
internal sealed class ServerMetrics : IDisposable
{
    private readonly IMeterFactory? _factory;
    private readonly Meter _meter;
    private readonly Counter<long> _deliveries;
    private readonly Counter<long> _messages;
    private readonly UpDownCounter<long> _sessions;

    public ServerMetrics(IMeterFactory? factory)
    {
        var meter = _meter = factory?.Create("Confab.Server") ?? new Meter("Confab.Server");
        _factory = factory;
        _messages = meter.CreateCounter<long>("confab.msrp.messages", description: "Chunks taken by the switch");
        _deliveries = meter.CreateCounter<long>("confab.msrp.deliveries", description: "Copies given to members");
        _sessions = meter.CreateUpDownCounter<long>("confab.sessions.active", description: "IM sessions that stand");
    }

    /// <summary>
    /// Levels that show whether what ends is let go: when nothing goes on, all but the registrations come back to where they were at the start.
    /// </summary>
    public void Watch(Node node)
    {
        if (_factory is null) return; // the meter would keep the node of a server that is dropped and not disposed
        _meter.CreateObservableGauge("confab.owners.active", () => node.Router.OwnerCount, description: "Conversations that something is pending in");
        _meter.CreateObservableGauge("confab.call_ids.active", () => node.Router.CallIdCount, description: "Call-IDs by which they are found");
        _meter.CreateObservableGauge("confab.sip.answered.active", () => node.Transport.AnsweredCount, description: "Answers that are remembered for requests that come again");
        _meter.CreateObservableGauge("confab.msrp.sessions.active", () => node.Msrp.SessionCount, description: "MSRP legs");
        _meter.CreateObservableGauge("confab.timers.active", () => node.World.Timers.Count, description: "Timers that run");
        _meter.CreateObservableGauge("confab.registrations.active", () => node.Registrar.Count, description: "Bindings of registered users");
    }

    public void Delivered(int copies)
    {
        _messages.Add(1);
        _deliveries.Add(copies);
    }

    public void SessionStarted(SessionKind kind) => _sessions.Add(1, Kind(kind));

    public void SessionEnded(SessionKind kind) => _sessions.Add(-1, Kind(kind));

    /// <summary>A factory's meters end with the factory.</summary>
    public void Dispose()
    {
        if (_factory is null) _meter.Dispose();
    }

    private static KeyValuePair<string, object?> Kind(SessionKind kind) => new("kind", kind switch
    {
        SessionKind.OneToOne => "one-to-one",
        SessionKind.AdHoc => "ad-hoc",
        _ => "pre-defined",
    });
}
