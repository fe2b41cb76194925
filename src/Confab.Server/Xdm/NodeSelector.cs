using System.Collections.Immutable;
using Confab.Runtime;

namespace Confab.Server.Xdm;

/// <summary>An expanded name.</summary>
internal sealed record ExpandedName(string Namespace, string LocalName);

/// <summary>One step: <c>name</c>, <c>name[2]</c>, <c>name[@a="v"]</c>, <c>name[2][@a="v"]</c>. RFC 4825 6.3.</summary>
/// <param name="Name">Null for <c>*</c>.</param>
/// <param name="Position">From 1; null where none is given.</param>
/// <param name="Attribute">The attribute that is asked for, with <paramref name="Value"/>; null where none is.</param>
/// <param name="Value">Its value.</param>
internal sealed record SelectorStep(ExpandedName? Name, int? Position, ExpandedName? Attribute, string Value)
{
    public bool NameMatches(ElementNode element) => Name is null || element.Is(Name.Namespace, Name.LocalName);

    public bool AttributeMatches(ElementNode element) =>
        Attribute is null || element.Attributes.Exists(a => a.LocalName == Attribute.LocalName && a.Namespace == Attribute.Namespace && a.Value == Value);

    /// <summary>The elements it selects among siblings: by name, then position, then attribute.</summary>
    public IEnumerable<ElementNode> Select(IEnumerable<ElementNode> siblings)
    {
        var named = siblings.Where(NameMatches);
        if (Position is { } position) named = position == 0 ? [] : named.Skip(position - 1).Take(1);
        return named.Where(AttributeMatches);
    }
}

/// <summary>What a node selector selects in the end.</summary>
internal enum SelectorTarget
{
    Element,
    Attribute,
    Namespaces,
}

/// <summary>Selects one element, attribute, or set of namespace bindings of a document. RFC 4825 6.3.</summary>
[Clause("RFC 4825", "6.3")]
internal sealed record NodeSelector(ImmutableArray<SelectorStep> Steps, SelectorTarget Target, ExpandedName? Attribute)
{
    /// <summary>The text of it, decoded, and where each step ends in it.</summary>
    public (string Text, ImmutableArray<int> Ends) Source { get; init; } = ("", []);

    /// <summary>The first steps as text, decoded.</summary>
    public string Beginning(int steps) => steps == 0 ? "" : Source.Text[..Source.Ends[steps - 1]];

    /// <summary>The element that all steps select; null when one of them selects none or several.</summary>
    public ElementNode? FindElement(XmlTree tree) => Find(tree, Steps.Length);

    /// <summary>The element that the first steps select; for none of them null, which stands for the document.</summary>
    public ElementNode? Find(XmlTree tree, int steps)
    {
        ElementNode? context = null;
        for (var i = 0; i < steps; i++)
        {
            context = Only(Steps[i].Select(context?.Children ?? [tree.Root]));
            if (context is null) return null;
        }

        return context;
    }

    public AttributeNode? FindAttribute(ElementNode element) =>
        element.Attributes.Find(a => a.LocalName == Attribute!.LocalName && a.Namespace == Attribute.Namespace);

    public static ElementNode? Only(IEnumerable<ElementNode> elements)
    {
        ElementNode? only = null;
        foreach (var element in elements)
        {
            if (only is not null) return null;
            only = element;
        }

        return only;
    }
}
