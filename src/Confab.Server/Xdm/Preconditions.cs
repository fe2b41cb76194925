using Confab.Runtime;

namespace Confab.Server.Xdm;

/// <summary>
/// If-Match and If-None-Match against the entity tag that all resources of a document share. RFC 4825 7.11, 8.2.6; RFC 2616 14.24, 14.26.
/// </summary>
[Clause("RFC 4825", "8.2.6", "XDM-16")]
internal static class Preconditions
{
    /// <summary>The status that the conditions ask for instead of the method: 412, or 304 to a GET; 0 where they hold.</summary>
    public static int Check(XcapRequest request, Document? present)
    {
        if (request.IfMatch is { } match && !(present is not null && Names(match, present.ETag, weakly: false))) return 412;
        if (request.IfNoneMatch is { } none && present is not null && Names(none, present.ETag, weakly: true)) return request.Method is "GET" or "HEAD" ? 304 : 412;
        return 0;
    }

    /// <summary>Whether a list of entity tags names this one; <c>*</c> names every one.</summary>
    private static bool Names(string list, string etag, bool weakly)
    {
        for (var at = 0; at < list.Length;)
        {
            if (list[at] is ' ' or '\t' or ',')
            {
                at++;
                continue;
            }

            if (list[at] == '*') return true;
            var isWeak = list.AsSpan(at).StartsWith("W/");
            if (isWeak) at += 2;
            var open = at < list.Length && list[at] == '"' ? at : -1;
            var close = open < 0 ? -1 : list.IndexOf('"', open + 1);
            if (close < 0)
            {
                // COMPAT(XCAP clients, 2026-11-21): a tag without quotes.
                var end = list.IndexOf(',', at);
                if (end < 0) end = list.Length;
                if (list.AsSpan(at, end - at).Trim().SequenceEqual(etag) && (weakly || !isWeak)) return true;
                at = end;
                continue;
            }

            if (list.AsSpan(open + 1, close - open - 1).SequenceEqual(etag) && (weakly || !isWeak)) return true;
            at = close + 1;
        }

        return false;
    }
}
