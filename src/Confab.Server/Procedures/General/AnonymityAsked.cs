using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Server.Procedures.General;

/// <summary>Whether a user asks that the others do not learn who he is: by Privacy, or by an anonymous From (RFC 3323 4.1, 4.2).</summary>
[Clause("RFC 3323", "4.2", "COM-PRIV-1")]
internal static class AnonymityAsked
{
    /// <summary>The host of every URI that hides a user (RFC 3323 4.1.1.3, RFC 4575 5.6).</summary>
    public static ReadOnlySpan<byte> Host => "anonymous.invalid"u8;

    /// <summary>In a request of his.</summary>
    public static bool In(SipRequest request) => Hides(request.From.Uri) || Values(request).Exists(Hides);

    /// <summary>In an answer of his, whose From and To are not his to choose.</summary>
    public static bool In(SipResponse response) => Values(response).Exists(Hides);

    /// <summary>In a value of Privacy that stands elsewhere than in the header.</summary>
    public static bool In(Text value) => Split(value.ToString()).Any(Hides);

    /// <summary>Whether he says that he does not ask for it: who was hidden until now comes out.</summary>
    public static bool IsWaived(SipRequest request) => !In(request) && Values(request).Contains("none", StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a URI hides its user.</summary>
    public static bool Hides(in SipUri uri) => uri.IsSipOrSips && uri.Host.EqualsIgnoreCase(Host);

    /// <summary>
    /// <c>none</c> asks for nothing, <c>critical</c> only says how much it matters, and <c>history</c> is of headers that do not pass here; every
    /// other value, known or not, hides him: a name is not taken back.
    /// </summary>
    private static bool Hides(string value) => value.ToLowerInvariant() is not ("none" or "critical" or "history");

    /// <summary>Semicolons separate them, and commas are read too (COM-PRIV-1).</summary>
    private static List<string> Values(SipMessage message)
    {
        var values = new List<string>();
        foreach (var line in message.Headers(HeaderName.Privacy))
            values.AddRange(Split(line.ToString()));
        return values;
    }

    private static string[] Split(string values) => values.Split([';', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
