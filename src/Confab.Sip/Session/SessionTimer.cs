// How long a session may go on without being refreshed, and who refreshes it: RFC 4028.
//
//   our INVITE:    Session-Expires: 1800 ──► 2xx says the interval and the refresher; none: no timer      (7.1, 7.2)
//   their INVITE:  Session-Expires too small: 422 with Min-SE; else the 2xx says both                     (9)
//
//   refresher:  ├────────── half ──► re-INVITE ──2xx──► begins anew
//   the other:  ├──────────────────────── interval - min(32 s, a third) ──► BYE                           (10)
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Session;

/// <summary>What this program wants of session timers.</summary>
/// <param name="Interval">The session interval that it asks for, in seconds, 90 or more; 0: it asks for none, and keeps what the peer asks for.</param>
/// <param name="Min">The shortest that it takes, in seconds, 90 or more (RFC 4028 9).</param>
public sealed record SessionTimerTerms(uint Interval, uint Min = SessionTimer.ShortestInterval);

/// <summary>The timer of one session as both sides agreed on it last. It says what to write and what was agreed; alarms are the session's.</summary>
[Clause("RFC 4028", "7", "IMC-GEN-13")]
[Clause("RFC 4028", "9", "IMC-GEN-13")]
public sealed class SessionTimer(SessionTimerTerms terms)
{
    /// <summary>The least that Min-SE may be, and what it is where it is not said (RFC 4028 5).</summary>
    public const uint ShortestInterval = 90;

    /// <summary>The option tag in Supported and Require.</summary>
    public const string OptionTag = "timer";

    private uint _minSE;

    /// <summary>The session interval in seconds; 0 where no timer runs.</summary>
    public uint Interval { get; private set; }

    /// <summary>Whether we are to refresh.</summary>
    public bool IsRefresher { get; private set; }

    /// <summary>When the refresher refreshes, and the other one gives up.</summary>
    public TimeSpan RefreshAfter => TimeSpan.FromSeconds(Interval / 2d);

    /// <summary>Slightly before the expiration (RFC 4028 10).</summary>
    public TimeSpan GiveUpAfter => TimeSpan.FromSeconds(Interval - Math.Min(32d, Interval / 3d));

    private uint Asked => Math.Max(Interval != 0 ? Interval : terms.Interval, Math.Max(_minSE, ShortestInterval));

    /// <summary>What our INVITE or re-INVITE says (7.1, 7.4): nothing where no timer is wanted; who refreshes goes on to.</summary>
    public void WriteRequest(ref SipWriter writer)
    {
        if (Interval == 0 && terms.Interval == 0) return;
        writer.Header(HeaderName.SessionExpires, Interval == 0 ? $"{Asked}" : $"{Asked};refresher={(IsRefresher ? "uac" : "uas")}");
        if (_minSE > 0) writer.Header(HeaderName.MinSE, _minSE);
    }

    /// <summary>422 to our INVITE (7.3): whether there is use in sending it again, as a longer interval will be asked for.</summary>
    public bool Raises(SipResponse response)
    {
        if (response.Status != StatusCode.SessionIntervalTooSmall || !response.TryGetSeconds(HeaderName.MinSE, out var least) || least <= Asked) return false;
        _minSE = least;
        return true;
    }

    /// <summary>A 2xx to our INVITE or re-INVITE (7.2): none is said, none runs; who does not say who refreshes leaves it to us.</summary>
    public void TakeAnswer(SipResponse response)
    {
        Interval = 0;
        if (!TryRead(response, out var interval, out var refresher)) return;
        Interval = Math.Max(interval, ShortestInterval); // shorter is against RFC 4028 9, and would have us refresh without end
        IsRefresher = refresher != "uas";
    }

    /// <summary>Whether the interval that an INVITE of the peer asks for is too short (9); only who knows timers can be told.</summary>
    public bool IsTooShort(SipRequest invite) => Supports(invite) && TryRead(invite, out var asked, out _) && asked < Least;

    /// <summary>What goes with the 422: our least.</summary>
    public void WriteLeast(ref SipWriter writer) => writer.Header(HeaderName.MinSE, Least);

    /// <summary>
    /// An INVITE or re-INVITE of the peer that is accepted: agrees on what the 2xx says (9). The peer refreshes where it can and does not want
    /// otherwise; for one that does not know timers we do, where a proxy on the way asks for one.
    /// </summary>
    public void TakeRequest(SipRequest invite)
    {
        var knows = Supports(invite);
        var least = ShortestInterval;
        if (invite.TryGetSeconds(HeaderName.MinSE, out var said)) _minSE = least = Math.Max(said, ShortestInterval);
        if (TryRead(invite, out var asked, out var refresher) && asked >= ShortestInterval)
        {
            Interval = terms.Interval == 0 ? asked : Math.Min(asked, Math.Max(terms.Interval, least)); // never more than was asked for
            IsRefresher = !knows || refresher == "uas";
        }
        else
        {
            Interval = knows && terms.Interval > 0 ? Math.Max(terms.Interval, least) : 0;
            IsRefresher = false;
        }
    }

    /// <summary>What our 2xx says of what was agreed (9).</summary>
    public void WriteAnswer(ref SipWriter writer, SipRequest invite)
    {
        if (Interval == 0) return;
        if (Supports(invite)) writer.Header(HeaderName.Require, OptionTag);
        writer.Header(HeaderName.SessionExpires, $"{Interval};refresher={(IsRefresher ? "uas" : "uac")}");
    }

    /// <summary>No timer runs any more.</summary>
    public void Stop() => Interval = 0;

    private uint Least => Math.Max(terms.Min, ShortestInterval);

    private static bool Supports(SipMessage message) => message.Headers(HeaderName.Supported).Contains("timer"u8);

    private static bool TryRead(SipMessage message, out uint interval, out string refresher)
    {
        refresher = "";
        if (!message.TryGet(HeaderName.SessionExpires, out var value) || !DeltaSeconds.TryParse(value, out interval))
        {
            interval = 0;
            return false;
        }

        var semicolon = value.Span.IndexOf((byte)';');
        if (semicolon >= 0 && new Parameters(value.Slice(semicolon + 1)).TryGet("refresher"u8, out var named)) refresher = named.ToString().ToLowerInvariant();
        return true;
    }
}
