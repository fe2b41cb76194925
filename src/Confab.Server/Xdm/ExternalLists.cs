// The lists that group documents name by a URI: resource lists of the same user, with a node selector or whole (RFC 4826 3.1). Nothing is fetched:
// a list elsewhere is empty. So is one of another user, or a group would tell its owner whom others know.
using System.Text;
using Confab.Content.Groups;
using Confab.Runtime;
using Confab.Server.Xdm.Usages;

namespace Confab.Server.Xdm;

/// <summary>Finds and flattens them, references within them included.</summary>
[Clause("RFC 4826", "3.1", "XDM-4", "IMS-INIT-5")]
internal sealed class ExternalLists(Documents documents, int most)
{
    private const int MostReferences = 64; // that one list leads to: enough for a company by its teams, and the end of every circle

    /// <summary>The members of a list, in its order; what cannot be found has none.</summary>
    /// <param name="owner">Whose group it is.</param>
    /// <param name="anchor">The URI of the list: below the XCAP root, absolute or relative to it.</param>
    public IReadOnlyList<GroupEntry> Resolve(string owner, string anchor)
    {
        var found = new List<GroupEntry>();
        var references = 1;
        var ahead = new Stack<ElementNode>();
        Begin(owner, anchor, ahead);
        while (ahead.TryPop(out var element) && found.Count < most)
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
                case "entry-ref" or "external" when (element["ref"] ?? element["anchor"]) is { } reference && references++ < MostReferences:
                    Begin(owner, reference, ahead);
                    break;
            }
        }

        return found;
    }

    private void Begin(string owner, string anchor, Stack<ElementNode> ahead)
    {
        var target = anchor.Contains("://", StringComparison.Ordinal) || anchor.StartsWith('/') ? anchor : $"{XcapUri.Root}/{anchor}";
        if (!XcapUri.TryParse(target.Trim(), out var uri) || uri is not { Auid: ResourceListsUsage.Id, IsGlobal: false }) return;
        if (GroupUser.KeyOf(uri.Xui) != owner || documents.Find(new DocumentId(uri.Auid, owner, string.Join('/', uri.Path))) is not { } document) return;
        var tree = XmlTree.Of(Encoding.UTF8.GetString(document.Content.Span));
        if (uri.NodeSelector is null) ahead.Push(tree.Root);
        else if (NamespaceBindings.TryParse(uri.Query, out var bindings)
            && new NodeSelectorParser(uri.NodeSelector, ResourceListsUsage.Namespace, bindings).TryParse(out var selector) == SelectorFault.None
            && selector is { Target: SelectorTarget.Element }
            && selector.FindElement(tree) is { } element)
        {
            ahead.Push(element);
        }
    }
}
