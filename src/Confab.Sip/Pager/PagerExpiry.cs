using System.Globalization;
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Pager;

/// <summary>How long a MESSAGE is worth being shown: RFC 3428 7. The policy is that an expired one is not, and its sender hears that by a 4xx.</summary>
[Clause("RFC 3428", "7", "IMS-PGR-5")]
public static class PagerExpiry
{
    /// <summary>
    /// Whether it is not to be delivered any more. Expires counts from Date, or from when it came; 0 stands for now or never, which is how every
    /// message is delivered.
    /// </summary>
    /// <param name="message">The MESSAGE.</param>
    /// <param name="received">When it came.</param>
    /// <param name="now">When it would be delivered.</param>
    public static bool IsExpired(SipRequest message, DateTimeOffset received, DateTimeOffset now) =>
        message.Expires > 0 && SentAt(message, received).AddSeconds(Math.Min(message.Expires, int.MaxValue)) <= now;

    /// <summary>Its Date; when it came, where it has none that can be read, or one that is still to come.</summary>
    public static DateTimeOffset SentAt(SipRequest message, DateTimeOffset received) =>
        message.TryGet(HeaderName.Date, out var date)
        && DateTimeOffset.TryParseExact(date.ToString(), "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var sent)
        && sent < received
            ? sent
            : received;
}
