using Confab.Runtime;

namespace Confab.Server.Xdm;

/// <summary>What a request URI below the XCAP root names, decoded. RFC 4825 6.</summary>
/// <param name="Auid">The application usage.</param>
/// <param name="IsGlobal">In the global tree rather than in a user's home directory.</param>
/// <param name="Xui">Whose home directory; empty in the global tree.</param>
/// <param name="Path">The segments behind that, decoded.</param>
/// <param name="NodeSelector">Behind <c>~~</c>, decoded; null for a whole document.</param>
/// <param name="Query">The query, decoded.</param>
[Clause("RFC 4825", "6")]
internal sealed record XcapUri(string Auid, bool IsGlobal, string Xui, IReadOnlyList<string> Path, string? NodeSelector, string Query)
{
    public const string Root = "/xcap";

    /// <summary>The path of the document below the root as the client wrote it.</summary>
    public string Selector { get; private init; } = "";

    /// <summary>Reads a request target in origin or absolute form; false where an escape is broken (400).</summary>
    /// <param name="target">As it stands in the request line.</param>
    /// <param name="uri">Null where no document can be there (404).</param>
    public static bool TryParse(string target, out XcapUri? uri)
    {
        uri = null;
        var path = PathOf(target, out var rawQuery);
        if (!path.StartsWith(Root + "/", StringComparison.Ordinal)) return true;
        var raw = path[(Root.Length + 1)..].Split('/');
        var segments = new List<string>();
        string? node = null;
        for (var i = 0; i < raw.Length && node is null; i++)
        {
            if (!XcapEscapes.TryDecode(raw[i], out var segment)) return false;
            if (segment == "~~")
            {
                if (!XcapEscapes.TryDecode(string.Join('/', raw[(i + 1)..]), out node)) return false;
            }
            else
            {
                segments.Add(segment);
            }
        }

        if (!XcapEscapes.TryDecode(rawQuery, out var query)) return false;
        if (segments.Exists(static s => s.Length == 0)) return true;
        var selector = string.Join('/', raw[..segments.Count]);
        uri = segments.ToArray() switch
        {
            [var auid, "global", .. { Length: > 0 } rest] => new(auid, true, "", rest, node, query) { Selector = selector },
            [var auid, "users", var xui, .. { Length: > 0 } rest] => new(auid, false, xui, rest, node, query) { Selector = selector },
            _ => null,
        };
        return true;
    }

    /// <summary>The URI of the document, or of a beginning of the node selector, with the query; relative to the server.</summary>
    public string Prefix(string beginning) =>
        beginning.Length == 0 ? $"{Root}/{Selector}" : $"{Root}/{Selector}/~~/{XcapEscapes.Encode(beginning, keepSlash: true)}{(Query.Length == 0 ? "" : "?" + XcapEscapes.Encode(Query))}";

    private static string PathOf(string target, out string query)
    {
        query = "";
        if (target.IndexOf("://", StringComparison.Ordinal) is var scheme and > 0 && !target.StartsWith('/'))
        {
            var slash = target.IndexOf('/', scheme + 3);
            target = slash < 0 ? "/" : target[slash..];
        }

        var mark = target.IndexOf('?', StringComparison.Ordinal);
        if (mark < 0) return target;
        query = target[(mark + 1)..];
        return target[..mark];
    }
}
