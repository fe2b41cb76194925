// Which recipients of a list the others may see (RFC 5364 4, figure 4; RFC 5366 5).
namespace Confab.Content.ResourceLists;

/// <summary>The recipient-history list of a recipient list.</summary>
public static class HistoryList
{
    /// <summary>
    /// The "to" entries, then the "cc" ones, each time those without a name of their own as one anonymous entry at the end with their count; no
    /// "bcc" entry, and none that does not say. Empty when nobody is to be seen.
    /// </summary>
    /// <param name="recipients">Each recipient once.</param>
    public static IReadOnlyList<ResourceEntry> Of(IReadOnlyCollection<ResourceEntry> recipients)
    {
        var shown = new List<ResourceEntry>(recipients.Count);
        foreach (var copy in (CopyControl[])[CopyControl.To, CopyControl.Cc])
        {
            shown.AddRange(recipients.Where(r => r.Copy == copy && !r.Anonymize).Select(r => new ResourceEntry(r.Uri, Copy: copy)));
            int anonymous = recipients.Count(r => r.Copy == copy && r.Anonymize);
            if (anonymous > 0) shown.Add(new ResourceEntry(ResourceEntry.AnonymousUri, Copy: copy, Count: anonymous));
        }
        return shown;
    }

    /// <summary>What two entries for one recipient come to: the role of highest precedence, and anonymous where either says so.</summary>
    public static ResourceEntry Merge(ResourceEntry one, ResourceEntry other) =>
        one with { Copy = Higher(one.Copy, other.Copy), Anonymize = one.Anonymize || other.Anonymize };

    static CopyControl Higher(CopyControl? one, CopyControl? other) =>
        (CopyControl)Math.Min((int)(one ?? CopyControl.Bcc), (int)(other ?? CopyControl.Bcc));
}
