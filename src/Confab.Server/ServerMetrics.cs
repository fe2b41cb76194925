using System.Diagnostics.Metrics;
using Confab.Server.Owners;

namespace Confab.Server;

/// <summary>What the server counts; the names are the face of <c>/metrics</c>.</summary>
internal sealed class ServerMetrics
{
    private readonly Counter<long> _deliveries;
    private readonly Counter<long> _messages;
    private readonly UpDownCounter<long> _sessions;

    public ServerMetrics(IMeterFactory? factory)
    {
        var meter = factory?.Create("Confab.Server") ?? new Meter("Confab.Server");
        _messages = meter.CreateCounter<long>("confab.msrp.messages", description: "Chunks taken by the switch");
        _deliveries = meter.CreateCounter<long>("confab.msrp.deliveries", description: "Copies given to members");
        _sessions = meter.CreateUpDownCounter<long>("confab.sessions.active", description: "IM sessions that stand");
    }

    public void Delivered(int copies)
    {
        _messages.Add(1);
        _deliveries.Add(copies);
    }

    public void SessionStarted(SessionKind kind) => _sessions.Add(1, Kind(kind));

    public void SessionEnded(SessionKind kind) => _sessions.Add(-1, Kind(kind));

    private static KeyValuePair<string, object?> Kind(SessionKind kind) => new("kind", kind switch
    {
        SessionKind.OneToOne => "one-to-one",
        SessionKind.AdHoc => "ad-hoc",
        _ => "pre-defined",
    });
}
