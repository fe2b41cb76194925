using Confab.Runtime;

namespace Confab.Server.Switch;

/// <summary>
/// A disposition notification says for whom it speaks (RFC 5438 7.2.1.4, 7.2.1.5): what somebody anonymous has received or read is told under the
/// URI that the others know him by.
/// </summary>
[Clause("RFC 5438", "7.2.1", "COM-PRIV-3")]
internal static class HideInReport
{
    /// <summary>
    /// The report with what stands in <c>recipient-uri</c> and <c>original-recipient-uri</c> replaced, whatever prefix and attributes they have. What
    /// is no XML is left as it is: nobody reads an address out of it who is not meant to.
    /// </summary>
    public static byte[] Run(ReadOnlySpan<byte> report, ReadOnlySpan<byte> entity)
    {
        var output = new List<byte>(report.Length + entity.Length);
        while (true)
        {
            var name = report.IndexOf("recipient-uri"u8);
            var open = name < 0 ? -1 : report[name..].IndexOf((byte)'>');
            if (open < 0) break;
            var isEnd = IsEndTag(report[..name]);
            var begin = name + open + 1;
            output.AddRange(report[..begin]);
            report = report[begin..];
            if (isEnd || report.IndexOf((byte)'<') is not (> 0 and var end)) continue;
            output.AddRange(entity);
            report = report[end..];
        }

        output.AddRange(report);
        return [.. output];
    }

    /// <summary>Whether the tag that begins here, with its prefix, is an end tag.</summary>
    private static bool IsEndTag(ReadOnlySpan<byte> before)
    {
        var start = before.LastIndexOf((byte)'<');
        return start >= 0 && start + 1 < before.Length && before[start + 1] == '/';
    }
}
