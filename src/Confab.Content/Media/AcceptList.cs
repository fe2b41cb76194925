// Content type negotiation over accept-types and accept-wrapped-types (RFC 4975 8.6).
namespace Confab.Content.Media;

/// <summary>Matching of accept lists with their wildcards <c>*</c> and <c>text/*</c>.</summary>
public static class AcceptList
{
    /// <summary>The type that OMA IM and RFC 4975 13 put first.</summary>
    public const string Cpim = "message/cpim";

    /// <summary>Whether the list lets this type through; parameters of either side do not count.</summary>
    public static bool Matches(IReadOnlyList<string> acceptTypes, string contentType)
    {
        var type = MediaRange.WithoutParameters(contentType);
        for (int i = 0; i < acceptTypes.Count; i++)
        {
            if (MediaRange.Covers(MediaRange.WithoutParameters(acceptTypes[i]), type)) return true;
        }
        return false;
    }

    /// <summary>
    /// The types of an offer that we take too, in the order of the offer, <c>message/cpim</c> first. Of an offered
    /// wildcard our own narrower types are chosen. Empty when nothing is in common: then the offer is refused with 488.
    /// </summary>
    public static IReadOnlyList<string> Intersect(IReadOnlyList<string> offered, IReadOnlyList<string> own)
    {
        var chosen = new List<string>();
        foreach (string entry in offered)
        {
            var offer = MediaRange.WithoutParameters(entry);
            if (Matches(own, entry)) Add(chosen, offer);
            else if (MediaRange.IsWild(offer)) AddWithin(chosen, offer, own);
        }
        return chosen;
    }

    static void AddWithin(List<string> chosen, ReadOnlySpan<char> offer, IReadOnlyList<string> own)
    {
        foreach (string entry in own)
        {
            var type = MediaRange.WithoutParameters(entry);
            if (MediaRange.Covers(offer, type)) Add(chosen, type);
        }
    }

    static void Add(List<string> chosen, ReadOnlySpan<char> type)
    {
        foreach (string already in chosen)
        {
            if (type.Equals(already, StringComparison.OrdinalIgnoreCase)) return;
        }
        if (type.Equals(Cpim, StringComparison.OrdinalIgnoreCase)) chosen.Insert(0, Cpim);
        else chosen.Add(type.ToString());
    }
}
