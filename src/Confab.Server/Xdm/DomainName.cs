using System.Globalization;

namespace Confab.Server.Xdm;

/// <summary>Domains as rules compare them: percent-encoding undone, internationalised names in ASCII, label by label (RFC 4745 7.1.3).</summary>
internal static class DomainName
{
    private static readonly IdnMapping s_idn = new();

    /// <summary>The form to compare; null for what is no domain.</summary>
    public static string? Canonical(string domain)
    {
        try
        {
            return s_idn.GetAscii(Uri.UnescapeDataString(domain).TrimEnd('.').ToLowerInvariant());
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
