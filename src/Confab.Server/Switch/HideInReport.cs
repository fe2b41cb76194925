using System.Text;
using Confab.Content.Cpim;
using Confab.Content.Imdn;
using Confab.Runtime;

namespace Confab.Server.Switch;

/// <summary>
/// A disposition notification says for whom it speaks (RFC 5438 7.2.1.4, 7.2.1.5): what somebody anonymous has received or read is told under the
/// URI that the others know him by. It is read and written anew, so that nothing else that it may hold, nor the way it is written, names him.
/// </summary>
[Clause("RFC 5438", "7.2.1", "COM-PRIV-3")]
internal static class HideInReport
{
    private const int LongestReport = 16 * 1024; // octets: one of 8 KiB, in base64

    /// <summary>Whether it can be read; where it cannot nobody could tell whom it names.</summary>
    public static bool CanRun(in CpimView report) => Read(report) is not null;

    /// <summary>The encapsulated part with its headers, from the empty line before them on.</summary>
    public static byte[] Run(in CpimView report, string entity)
    {
        var read = Read(report)!;
        var written = read.RecipientUri is null && read.OriginalRecipientUri is null ? read : read with { RecipientUri = entity, OriginalRecipientUri = entity };
        var head = $"\r\nContent-Type: {DispositionNotification.ContentType}\r\nContent-Disposition: {DispositionNotification.ContentDisposition}\r\n\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. written.ToBytes()];
    }

    /// <summary>A notification that can be written as well: a status of an extension cannot.</summary>
    private static DispositionNotification? Read(in CpimView report) =>
        report.Content.Length <= LongestReport && report.TryDecodeContent(out var content)
            && DispositionNotification.TryParse(content, out var read, out _) && read.Status != DispositionStatus.Other ? read : null;
}
