// A connection for messages that was lost is opened again for the same session: the peer keeps it for a while (RFC 4975 5.4).
//
//   alive ──lost──► Interrupted ──0.2, 1, 2, 4 s──► connect ──answered──► Resumed
//                        ▲                             │ cannot be opened, or is lost
//                        └─────────────────────────────┘ four times, or refused: given up; a 1-1 session, which nobody rejoins: every 8 s, for two minutes
using Confab.Runtime;

namespace Confab.Client.Procedures;

[Clause("RFC 4975", "5.4")]
internal sealed class ReconnectMedia
{
    // With the last of them a user has waited for 7 seconds, and wants to know.
    private static readonly TimeSpan[] s_waits = [TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)];

    // A 1-1 session has no other way back: it waits for the network as long as a server of ours keeps a member whose connection is lost.
    private static readonly TimeSpan s_later = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    // A connection that stands so long has proved good; one that breaks all the time is given up.
    private static readonly TimeSpan s_proof = TimeSpan.FromMinutes(1);

    private readonly ImSession _session;
    private readonly Alarm _next;
    private int _tries;
    private long _aliveSince;
    private long _lostAt;
    private bool _wasAlive;
    private bool _isConnecting;

    public ReconnectMedia(ImSession session)
    {
        _session = session;
        _next = new Alarm(session.Client.Mailbox, Try);
    }

    /// <summary>Whether the connection was lost, and has not stood since.</summary>
    public bool IsInterrupted { get; private set; }

    /// <summary>The connection is lost; false where it is not opened again.</summary>
    public bool Begin(EndReason reason)
    {
        // One that never stood, that is the peer's to open, or that the peer refused when it was opened again.
        if (!_wasAlive || _session.State != ImSessionState.Established || !_session.Leg!.IsActive) return false;
        if (_isConnecting && reason == EndReason.PeerClosed) return false;
        _isConnecting = false;
        if (!IsInterrupted && _session.Client.World.Time.GetElapsedTime(_aliveSince) >= s_proof) _tries = 0;
        if (!IsInterrupted) _lostAt = _session.Client.World.Time.GetTimestamp();
        if (_tries < s_waits.Length) _next.Set(s_waits[_tries++]);
        else if (IsInterrupted && !ComeBack.Serves(_session) && _session.Client.World.Time.GetElapsedTime(_lostAt) < s_patience) _next.Set(s_later);
        else return false;
        if (!IsInterrupted) _session.Client.Tell(new Interrupted(_session));
        IsInterrupted = true;
        return true;
    }

    /// <summary>The peer has answered on the connection.</summary>
    public void Alive()
    {
        _wasAlive = true;
        _isConnecting = false;
        if (!IsInterrupted) return;
        IsInterrupted = false;
        _aliveSince = _session.Client.World.Time.GetTimestamp();
        _session.Client.Tell(new Resumed(_session));
    }

    /// <summary>The way to the server is there again: no use in waiting any longer, and what seems to stand may be dead.</summary>
    public void OnReachableAgain()
    {
        if (_session.State != ImSessionState.Established) return;
        if (_next.IsSet) _next.Set(TimeSpan.Zero);
        else if (!IsInterrupted) _session.Leg!.Probe();
    }

    public void Cancel() => _next.Cancel();

    private void Try()
    {
        if (_session.State != ImSessionState.Established) return;

        // Where the connection for signalling is gone too, the server could not reach us in this dialog any more: into a group there is a new one.
        if (_session.Sip.Dialog is { Flow: { IsReliable: true, IsOpen: false } } && _session.Client.ComeBack.Take(_session, "The connection to the server was lost.")) return;
        _isConnecting = true;
        _session.Leg!.Start();
    }
}
