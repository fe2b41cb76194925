// Writes an XCAP diff document, a line a resource: RFC 5874 3.
using System.Text;

namespace Confab.Content.XcapDiff;

/// <summary>Says which resources below one XCAP root there are, and what has become of them.</summary>
public sealed class XcapDiffWriter
{
    public const string ContentType = "application/xcap-diff+xml";
    public const string Namespace = "urn:ietf:params:xml:ns:xcap-diff";

    readonly StringBuilder _text = new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n");

    /// <summary>A document about one XCAP root.</summary>
    /// <param name="root">The XCAP root URI, with its slash at the end: what the selectors are relative to.</param>
    public XcapDiffWriter(string root)
    {
        _text.Append("<xcap-diff");
        Value("xmlns", Namespace);
        Value("xcap-root", root);
        _text.Append(">\r\n");
    }

    /// <summary>Characters so far.</summary>
    public int Length => _text.Length;

    /// <summary>Whether nothing has been said yet.</summary>
    public bool IsEmpty { get; private set; } = true;

    /// <summary>A document that is there (no previous tag), has changed (both), or is gone (no new one): figure 1.</summary>
    /// <param name="sel">Where, relative to the root, percent-encoded.</param>
    /// <param name="previousETag">The version that the reader was told of.</param>
    /// <param name="newETag">The version that is there.</param>
    public void Document(string sel, string? previousETag, string? newETag)
    {
        Open("document", sel);
        if (previousETag is not null) Value("previous-etag", previousETag);
        if (newETag is not null) Value("new-etag", newETag);
        Line("/>");
    }

    /// <summary>An element that is there.</summary>
    /// <param name="sel">Which.</param>
    /// <param name="xml">As it stands in its document; null where it is too long to be told.</param>
    /// <param name="bindings">The namespaces in scope there by their prefixes, "" for the default one.</param>
    public void Element(string sel, string? xml, IReadOnlyDictionary<string, string> bindings)
    {
        if (xml is null)
        {
            Open("element", sel);
            Line("/>");
            return;
        }

        // Around it stand its own namespaces, whatever they are; so this element's has a prefix that is none of theirs.
        var own = "d";
        while (bindings.ContainsKey(own)) own += "d";
        Open(own + ":element", sel);
        Value("xmlns:" + own, Namespace);
        if (!bindings.ContainsKey("")) Value("xmlns", "");
        foreach (var (prefix, ns) in bindings) Value(prefix.Length == 0 ? "xmlns" : "xmlns:" + prefix, ns);
        _text.Append('>').Append(xml).Append("</").Append(own);
        Line(":element>");
    }

    /// <summary>An attribute that is there.</summary>
    /// <param name="sel">Which.</param>
    /// <param name="value">Its value, decoded.</param>
    public void Attribute(string sel, string value)
    {
        Open("attribute", sel);
        _text.Append('>');
        Escape(value);
        Line("</attribute>");
    }

    /// <summary>An element or attribute that was there and is no more.</summary>
    public void Gone(string sel, bool isAttribute)
    {
        Open(isAttribute ? "attribute" : "element", sel);
        Line(" exists=\"0\"/>");
    }

    /// <summary>The whole document, UTF-8. Once.</summary>
    public byte[] Finish() => Encoding.UTF8.GetBytes(_text.Append("</xcap-diff>\r\n").ToString());

    void Open(string name, string sel)
    {
        _text.Append('<').Append(name);
        Value("sel", sel);
    }

    void Line(string end)
    {
        _text.Append(end).Append("\r\n");
        IsEmpty = false;
    }

    void Value(string name, string value)
    {
        _text.Append(' ').Append(name).Append("=\"");
        Escape(value);
        _text.Append('"');
    }

    /// <summary>White space other than spaces as references, or a reader would make spaces or line ends of it.</summary>
    void Escape(string value)
    {
        foreach (char c in value)
        {
            _ = c switch
            {
                '&' => _text.Append("&amp;"),
                '<' => _text.Append("&lt;"),
                '>' => _text.Append("&gt;"),
                '"' => _text.Append("&quot;"),
                '\t' => _text.Append("&#x9;"),
                '\r' => _text.Append("&#xD;"),
                '\n' => _text.Append("&#xA;"),
                _ => _text.Append(c),
            };
        }
    }
}
