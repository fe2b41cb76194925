// A document with the places of its elements and attributes in the text, so that an edit replaces exactly the characters it means: white space,
// comments, quotes and namespace declarations around it stay as they were put (RFC 4825 6.3, 8.2.3).
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Confab.Server.Xdm;

/// <summary>An attribute; namespace declarations are none.</summary>
/// <param name="Namespace">Empty without a prefix.</param>
/// <param name="Value">Decoded and normalized (XML 1.0 3.3.3).</param>
/// <param name="Start">Where its name begins.</param>
/// <param name="ValueStart">Where its opening quote is.</param>
/// <param name="End">Behind its closing quote.</param>
internal sealed record AttributeNode(string Namespace, string LocalName, string Value, int Start, int ValueStart, int End);

/// <summary>An element and where it is in the text.</summary>
internal sealed class ElementNode(ElementNode? parent, string prefix, string localName, int start)
{
    public ElementNode? Parent { get; } = parent;

    public string Prefix { get; } = prefix;

    public string LocalName { get; } = localName;

    public string Namespace { get; set; } = "";

    /// <summary>Its own namespace declarations by prefix; the default one has the prefix "".</summary>
    public Dictionary<string, string> Declared { get; } = new(StringComparer.Ordinal);

    public List<AttributeNode> Attributes { get; } = [];

    public List<ElementNode> Children { get; } = [];

    /// <summary>Where its start tag begins.</summary>
    public int Start { get; } = start;

    /// <summary>Where its start tag has <c>&gt;</c> or <c>/&gt;</c>.</summary>
    public int TagClose { get; set; }

    /// <summary>Written as one empty tag.</summary>
    public bool IsEmptyTag { get; set; }

    /// <summary>Where its end tag begins; of an empty tag its end.</summary>
    public int ContentEnd { get; set; }

    /// <summary>Behind its last character.</summary>
    public int End { get; set; }

    public bool Is(string ns, string localName) => LocalName == localName && Namespace == ns;

    /// <summary>The value of an attribute without a namespace; null where it is not there.</summary>
    public string? this[string attribute] => Attributes.Find(a => a.LocalName == attribute && a.Namespace.Length == 0)?.Value;

    /// <summary>The namespace of a prefix here; null for one that is not bound.</summary>
    public string? NamespaceOf(string prefix)
    {
        if (prefix == "xml") return XmlTree.XmlNamespace;
        for (var element = this; element is not null; element = element.Parent)
        {
            if (element.Declared.TryGetValue(prefix, out var ns)) return ns;
        }

        return prefix.Length == 0 ? "" : null;
    }

    /// <summary>The bindings in scope by prefix.</summary>
    public SortedDictionary<string, string> Bindings()
    {
        var bindings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var element = this; element is not null; element = element.Parent)
        {
            foreach (var (prefix, ns) in element.Declared) bindings.TryAdd(prefix, ns);
        }

        if (bindings.TryGetValue("", out var none) && none.Length == 0) bindings.Remove("");
        return bindings;
    }

    /// <summary>This element and those within it, in document order.</summary>
    public IEnumerable<ElementNode> All()
    {
        var ahead = new Stack<ElementNode>([this]);
        while (ahead.TryPop(out var element))
        {
            yield return element;
            for (var i = element.Children.Count - 1; i >= 0; i--) ahead.Push(element.Children[i]);
        }
    }
}

/// <summary>A well-formed document without a document type.</summary>
internal sealed class XmlTree
{
    public const string XmlNamespace = "http://www.w3.org/XML/1998/namespace";

    private static readonly ConditionalWeakTable<Document, WeakReference<XmlTree>> s_kept = [];

    private int _at;

    private XmlTree(string text) => Text = text;

    public string Text { get; }

    public ElementNode Root { get; private set; } = null!;

    /// <summary>The tree of a text that an XML parser has found to be well-formed with namespaces (<see cref="DocumentCheck"/>).</summary>
    public static XmlTree Of(string text)
    {
        var tree = new XmlTree(text);
        tree.Read();
        return tree;
    }

    /// <summary>The tree of a stored document; kept as long as there is room, since many may ask for it when it changes.</summary>
    public static XmlTree Of(Document document)
    {
        var kept = s_kept.GetValue(document, static _ => new WeakReference<XmlTree>(null!));
        if (kept.TryGetTarget(out var tree)) return tree;
        tree = Of(Encoding.UTF8.GetString(document.Content.Span));
        kept.SetTarget(tree);
        return tree;
    }

    public string TextOf(ElementNode element) => Text[element.Start..element.End];

    private void Read()
    {
        ElementNode? open = null;
        while ((_at = Text.IndexOf('<', _at)) >= 0)
        {
            if (Skip("<!--", "-->") || Skip("<![CDATA[", "]]>") || Skip("<?", "?>")) continue;
            if (Text[_at + 1] == '/')
            {
                open!.ContentEnd = _at;
                _at = open.End = Text.IndexOf('>', _at) + 1;
                open = open.Parent;
                continue;
            }

            var element = ReadStartTag(open);
            if (open is null) Root = element;
            else open.Children.Add(element);
            if (!element.IsEmptyTag) open = element;
        }
    }

    private bool Skip(string begin, string end)
    {
        if (string.CompareOrdinal(Text, _at, begin, 0, begin.Length) != 0) return false;
        _at = Text.IndexOf(end, _at + begin.Length, StringComparison.Ordinal) + end.Length;
        return true;
    }

    private ElementNode ReadStartTag(ElementNode? parent)
    {
        var start = _at++;
        var (prefix, localName) = ReadName();
        var element = new ElementNode(parent, prefix, localName, start);
        var read = new List<(string Prefix, string LocalName, string Value, int Start, int ValueStart, int End)>();
        while (true)
        {
            SkipSpace();
            if (Text[_at] is '>' or '/') break;
            var nameStart = _at;
            var name = ReadName();
            _at = Text.IndexOf('=', _at) + 1;
            SkipSpace();
            var valueStart = _at;
            _at = Text.IndexOf(Text[_at], _at + 1) + 1;
            var value = Decode(Text.AsSpan(valueStart + 1, _at - valueStart - 2));
            if (name is { Prefix: "", LocalName: "xmlns" }) element.Declared[""] = value;
            else if (name.Prefix == "xmlns") element.Declared[name.LocalName] = value;
            else read.Add((name.Prefix, name.LocalName, value, nameStart, valueStart, _at));
        }

        element.TagClose = _at;
        element.IsEmptyTag = Text[_at] == '/';
        _at += element.IsEmptyTag ? 2 : 1;
        element.ContentEnd = element.End = _at; // of one with an end tag until that is read
        element.Namespace = element.NamespaceOf(prefix) ?? "";
        foreach (var a in read)
            element.Attributes.Add(new AttributeNode(a.Prefix.Length == 0 ? "" : element.NamespaceOf(a.Prefix) ?? "", a.LocalName, a.Value, a.Start, a.ValueStart, a.End));
        return element;
    }

    private (string Prefix, string LocalName) ReadName()
    {
        var start = _at;
        while (Text[_at] is not ('=' or '>' or '/' or ' ' or '\t' or '\r' or '\n')) _at++;
        var name = Text[start.._at];
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? ("", name) : (name[..colon], name[(colon + 1)..]);
    }

    private void SkipSpace()
    {
        while (Text[_at] is ' ' or '\t' or '\r' or '\n') _at++;
    }

    /// <summary>An attribute's value as an XML parser gives it: references resolved, white space that is written as such a space.</summary>
    public static string Decode(ReadOnlySpan<char> raw)
    {
        var value = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] == '&' && raw[i..].IndexOf(';') is var length and > 0)
            {
                value.Append(Reference(raw.Slice(i + 1, length - 1)));
                i += length;
            }
            else if (raw[i] == '\r' && i + 1 < raw.Length && raw[i + 1] == '\n')
            {
                continue; // both are one line end, thus one space
            }
            else
            {
                value.Append(raw[i] is '\t' or '\r' or '\n' ? ' ' : raw[i]);
            }
        }

        return value.ToString();
    }

    private static string Reference(ReadOnlySpan<char> name) => name switch
    {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "quot" => "\"",
        "apos" => "'",
        ['#', 'x', .. var hex] when int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var c) && Rune.IsValid(c) => new Rune(c).ToString(),
        ['#', .. var digits] when int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var c) && Rune.IsValid(c) => new Rune(c).ToString(),
        _ => "\ufffd", // not in a well-formed document
    };
}
