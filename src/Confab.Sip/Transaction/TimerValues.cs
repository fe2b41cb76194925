using Confab.Runtime;

namespace Confab.Sip.Transaction;

/// <summary>The timers of RFC 3261 Table 4 and RFC 6026; every one is derived from T1, T2 and T4.</summary>
/// <param name="T1">Round-trip estimate: 500 ms.</param>
/// <param name="T2">Longest interval between retransmissions of a non-INVITE request or an INVITE response: 4 s.</param>
/// <param name="T4">Longest time that a message stays in the network: 5 s.</param>
[Clause("RFC 3261", "17.1.1.1")]
public sealed record TimerValues(TimeSpan T1, TimeSpan T2, TimeSpan T4)
{
    public static TimerValues Default { get; } = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5));

    /// <summary>64*T1: Timers B, F, H, J, L and M; also how long a 2xx waits for its ACK (RFC 3261 13.3.1.4).</summary>
    public TimeSpan Patience => T1 * 64;

    /// <summary>Timer D: how long answers to a refused INVITE are absorbed on unreliable transports, at least 32 s.</summary>
    public static TimeSpan AbsorbInviteResponses => TimeSpan.FromSeconds(32);

    /// <summary>The interval after this one: doubled, and no longer than T2.</summary>
    public TimeSpan Doubled(TimeSpan interval) => interval * 2 < T2 ? interval * 2 : T2;
}
