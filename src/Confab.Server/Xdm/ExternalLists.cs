// The lists that group documents name by a URI: resource lists of the same user, with a node selector or whole (RFC 4826 3.1). Nothing is fetched:
// a list elsewhere is empty. So is one of another user, or a group would tell its owner whom others know.
using System.Text;
using Confab.Content.Groups;
using Confab.Runtime;
using Confab.Server.Xdm.Usages;

namespace Confab.Server.Xdm;

/// <summary>
/// Finds and flattens them, references within them included. What has been read once is kept: one of these serves one change of a document.
/// </summary>
[Clause("RFC 4826", "3.1", "XDM-4", "IMS-INIT-5")]
internal sealed class ExternalLists(Documents documents, int most)
{
    private const int MostReferences = 256; // that one document leads to: enough for a company by its teams, and the end of every circle
    private const int ElementsAMember = 10; // that are looked at for one document, lists and doubles included

    private readonly Dictionary<Document, XmlTree> _trees = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(string Owner, string Anchor), IReadOnlyList<GroupEntry>> _known = [];

    /// <summary>
    /// For one group document: the members of a list by its URI, below the XCAP root, absolute or relative to it; in their order. What cannot be
    /// found has none, nor has what is asked for when that document has had its share of the work.
    /// </summary>
    /// <param name="owner">Whose document it is.</param>
    public ListResolver For(string owner)
    {
        var left = new Share { Elements = ElementsAMember * most, References = MostReferences };
        return anchor => Resolve(owner, anchor, left);
    }

    private IReadOnlyList<GroupEntry> Resolve(string owner, string anchor, Share left)
    {
        if (left.Elements <= 0) return [];
        if (_known.TryGetValue((owner, anchor), out var known))
        {
            left.Elements -= Math.Max(1, known.Count);
            return left.Elements < 0 ? [] : known;
        }

        var found = new List<GroupEntry>();
        var ahead = new Stack<ElementNode>();
        Begin(owner, anchor, ahead, left);
        while (found.Count < most && left.Elements-- > 0 && ahead.TryPop(out var element))
        {
            if (element.Namespace != ResourceListsUsage.Namespace) continue;
            switch (element.LocalName)
            {
                case "resource-lists" or "list":
                    for (var i = element.Children.Count - 1; i >= 0; i--) ahead.Push(element.Children[i]);
                    break;
                case "entry" when element["uri"] is { } uri:
                    found.Add(new GroupEntry(uri.Trim()));
                    break;
                case "entry-ref" or "external" when (element["ref"] ?? element["anchor"]) is { } reference:
                    Begin(owner, reference, ahead, left);
                    break;
            }
        }

        if (left is { Elements: > 0, References: > 0 }) _known[(owner, anchor)] = found; // else it may not be whole
        return found;
    }

    private void Begin(string owner, string anchor, Stack<ElementNode> ahead, Share left)
    {
        if (left.References-- <= 0) return;
        var target = anchor.Contains("://", StringComparison.Ordinal) || anchor.StartsWith('/') ? anchor : $"{XcapUri.Root}/{anchor}";
        if (!XcapUri.TryParse(target.Trim(), out var uri) || uri is not { Auid: ResourceListsUsage.Id, IsGlobal: false }) return;
        if (GroupUser.KeyOf(uri.Xui) != owner || documents.Find(new DocumentId(uri.Auid, owner, string.Join('/', uri.Path))) is not { } document) return;
        if (!_trees.TryGetValue(document, out var tree)) _trees[document] = tree = XmlTree.Of(Encoding.UTF8.GetString(document.Content.Span));
        if (uri.NodeSelector is null) ahead.Push(tree.Root);
        else if (NamespaceBindings.TryParse(uri.Query, out var bindings)
            && new NodeSelectorParser(uri.NodeSelector, ResourceListsUsage.Namespace, bindings).TryParse(out var selector) == SelectorFault.None
            && selector is { Target: SelectorTarget.Element }
            && selector.FindElement(tree) is { } element)
        {
            ahead.Push(element);
        }
    }

    /// <summary>What may still be done for one group document.</summary>
    private sealed class Share
    {
        public int Elements { get; set; }

        public int References { get; set; }
    }
}
