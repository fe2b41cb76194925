using System.Text;
using Confab.Runtime;

namespace Confab.Server.Xdm;

/// <summary>GET of an element, an attribute or namespace bindings, as they stand in the document. RFC 4825 8.3, 10.</summary>
[Clause("RFC 4825", "8.3")]
internal static class ReadNode
{
    public const string ElementType = "application/xcap-el+xml";
    public const string AttributeType = "application/xcap-att+xml";
    public const string NamespacesType = "application/xcap-ns+xml";

    /// <summary>The node; null where the selector selects none or several.</summary>
    public static XcapResponse? Of(Document document, NodeSelector selector)
    {
        var tree = XmlTree.Of(Encoding.UTF8.GetString(document.Content.Span));
        if (selector.FindElement(tree) is not { } element) return null;
        return selector.Target switch
        {
            SelectorTarget.Attribute => selector.FindAttribute(element) is { } attribute ? Answer(AttributeType, tree.Text[attribute.ValueStart..attribute.End]) : null,
            SelectorTarget.Namespaces => Answer(NamespacesType, Bindings(element)),
            _ => Answer(ElementType, tree.TextOf(element)),
        };
    }

    [Clause("RFC 4825", "10")]
    private static string Bindings(ElementNode element)
    {
        var text = new StringBuilder("<");
        if (element.Prefix.Length > 0) text.Append(element.Prefix).Append(':');
        text.Append(element.LocalName);
        foreach (var (prefix, ns) in element.Bindings())
        {
            text.Append(" xmlns").Append(prefix.Length > 0 ? ":" : "").Append(prefix).Append("=\"").Append(System.Security.SecurityElement.Escape(ns)).Append('"');
        }

        return text.Append("/>").ToString();
    }

    private static XcapResponse Answer(string type, string text) => new(200) { ContentType = type, Body = Encoding.UTF8.GetBytes(text) };
}
