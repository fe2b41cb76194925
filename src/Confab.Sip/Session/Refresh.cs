using Confab.Runtime;
using Confab.Sip.Dialog;
using Confab.Sip.Message;

namespace Confab.Sip.Session;

/// <summary>Keeping a session alive, and ending one whose peer does not: RFC 4028 10. Refreshed by re-INVITE alone, never by UPDATE.</summary>
public sealed partial class SipSession
{
    private readonly Alarm _refresh;
    private readonly Alarm _expiry;
    private long _refreshedAt;

    /// <summary>The session timer; null where this program wants to know nothing of them.</summary>
    public SessionTimer? Timer { get; }

    /// <summary>A 2xx to our INVITE: only such a one begins the interval anew.</summary>
    private void TakeTimerAnswer(SipResponse response)
    {
        Timer?.TakeAnswer(response);
        StartTimer();
    }

    private void StartTimer()
    {
        StopTimer();
        if (Timer is not { Interval: > 0 } timer) return;
        _refreshedAt = _agent.Transport.World.Time.GetTimestamp();
        if (timer.IsRefresher) _refresh.Set(timer.RefreshAfter);
        _expiry.Set(timer.GiveUpAfter);
    }

    private void StopTimer()
    {
        _refresh.Cancel();
        _expiry.Cancel();
    }

    /// <summary>Half the interval is over: the description that was agreed on goes out again, unchanged (7.4).</summary>
    [Clause("RFC 4028", "10", "IMC-GEN-13")]
    private void Refresh()
    {
        var (contentType, body) = _user.Describe(this);
        Modify(contentType, body, (status, _) =>
        {
            if (status is >= 200 and < 300 || State is not (SessionState.Established or SessionState.Accepted)) return;

            // Refused, or not sent: once more when half of what is left is over, as long as an answer could come in time.
            var left = Timer!.GiveUpAfter - _agent.Transport.World.Time.GetElapsedTime(_refreshedAt);
            if (left > 2 * _agent.Transactions.Times.Patience) _refresh.Set(left / 2);
        });
    }

    private void Expire() => EndUnheard();

    /// <summary>The peer is not there any more: BYE, whatever becomes of it (RFC 3261 12.2.1.2, RFC 4028 10).</summary>
    private void EndUnheard()
    {
        if (State is not (SessionState.Established or SessionState.Accepted)) return;
        StopRepeating();
        State = SessionState.Ended;
        StopChanging();
        RequestInDialog.Send(_agent, Dialog!, SipMethod.Bye, null, static (_, _) => { });
        if (_byeAfterAck) _user.OnByeDone(this); // it was to leave as soon as the ACK came
        else _user.OnEnded(this, EndReason.TimedOut, null);
    }

    /// <summary>The session ends: what would change or refresh it ends with it.</summary>
    private void StopChanging()
    {
        StopTimer();
        _reinvite?.Stop();
    }
}
