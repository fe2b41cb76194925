using Confab.Runtime;

namespace Confab.Server.Xdm;

/// <summary>
/// A resource that somebody wants to be told of: a collection, a document, or an element or attribute in one. It need not be there. RFC 5875 4.1.
/// </summary>
/// <param name="Sel">As its subscriber wrote it, relative to the XCAP root: octet for octet what he is told of it by (4.6).</param>
[Clause("RFC 5875", "4.1")]
internal sealed record DocumentReference(string Sel)
{
    private const string CollectionEnd = "/";

    /// <summary>The beginning, decoded, of where the documents of a collection are; null for anything else.</summary>
    public IReadOnlyList<string>? Collection { get; private init; }

    /// <summary>The document, or whose node it is; null where none can ever be.</summary>
    public XcapUri? Uri { get; private init; }

    public ApplicationUsage? Usage { get; private init; }

    /// <summary>The element or attribute; null for a whole document.</summary>
    public NodeSelector? Node { get; private init; }

    /// <summary>What is the same for two that mean the same, however they are written.</summary>
    public string Key => Uri is null ? Sel : string.Join('/', [Uri.Auid, Uri.IsGlobal ? "global" : "users", Uri.Xui, .. Uri.Path, Uri.NodeSelector is null ? "" : $"~~{Uri.NodeSelector}?{Uri.Query}"]);

    /// <summary>Reads the uri of a list's entry; the problem where it can be nothing to subscribe to.</summary>
    public static string? TryParse(string uri, ReadableDocuments readable, out DocumentReference reference)
    {
        reference = new DocumentReference(BelowRoot(uri));
        if (!XcapUri.TryParse($"{XcapUri.Root}/{reference.Sel}", out var parsed)) return "A uri has a broken escape";
        if (reference.Sel.Length == 0 || reference.Sel.EndsWith(CollectionEnd, StringComparison.Ordinal) && !reference.Sel.Contains("/~~/", StringComparison.Ordinal))
        {
            var segments = reference.Sel.Split('/');
            var decoded = new List<string>(segments.Length);
            foreach (var segment in segments[..^1])
            {
                XcapEscapes.TryDecode(segment, out var text);
                decoded.Add(text);
            }

            if (decoded is [_, "users", var xui, ..]) decoded[2] = readable.AddressOf(xui) ?? xui;
            reference = reference with { Collection = decoded };
            return null;
        }

        if (parsed is null || readable.Usages.Find(parsed.Auid) is not { } usage) return null; // waits for what never comes (4.7)
        if (!parsed.IsGlobal)
        {
            if (readable.AddressOf(parsed.Xui) is not { } home) return null;
            parsed = parsed with { Xui = home };
        }

        NodeSelector? node = null;
        if (parsed.NodeSelector is not null)
        {
            if (!NamespaceBindings.TryParse(parsed.Query, out var bindings)) return "A query is to be xmlns(prefix=namespace) expressions";
            var fault = new NodeSelectorParser(parsed.NodeSelector, usage.DefaultNamespace, bindings).TryParse(out node);
            if (fault == SelectorFault.UnboundPrefix) return "A prefix of a node selector is not bound";
            if (fault == SelectorFault.Extension) return null;
            if (node!.Target == SelectorTarget.Namespaces) return "Nobody subscribes to namespaces"; // 4.1
        }

        reference = reference with { Uri = parsed, Usage = usage, Node = node };
        return null;
    }

    /// <summary>Whether a document that stands there is in this collection.</summary>
    public bool Holds(string selector)
    {
        var segments = selector.Split('/');
        if (Collection is null || segments.Length <= Collection.Count) return false;
        for (var i = 0; i < Collection.Count; i++)
        {
            XcapEscapes.TryDecode(segments[i], out var text);
            if (text != Collection[i]) return false;
        }

        return true;
    }

    /// <summary>An absolute URI counts as below our root: under which names that is known from outside only a proxy before us knows.</summary>
    private static string BelowRoot(string uri)
    {
        var path = uri;
        if (uri.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || uri.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            var slash = uri.IndexOf('/', uri.IndexOf("://", StringComparison.Ordinal) + 3);
            path = slash < 0 ? "/" : uri[slash..];
        }

        return path.StartsWith(XcapUri.Root + "/", StringComparison.Ordinal) ? path[(XcapUri.Root.Length + 1)..] : path;
    }
}
