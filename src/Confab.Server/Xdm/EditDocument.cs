// PUT and DELETE of what is within a document (RFC 4825 8.2.1, 8.2.3, 8.2.4, 8.4): the text of the document after it, or why not.
using Confab.Runtime;

namespace Confab.Server.Xdm;

/// <summary>What an edit gives: a text, or an error, or neither where the node to delete is not there.</summary>
internal sealed record EditResult(string? Text, XcapError? Error)
{
    /// <summary>Whether the node was not there before.</summary>
    public bool IsCreated { get; init; }

    public static EditResult NotThere { get; } = new(null, null);

    public static implicit operator EditResult(XcapError error) => new(null, error);
}

internal static class EditDocument
{
    /// <summary>PUT of an element or an attribute.</summary>
    /// <param name="tree">The document.</param>
    /// <param name="selector">Where; no namespaces.</param>
    /// <param name="body">The element, or the attribute's value with its quotes.</param>
    /// <param name="uriOf">The URI of a beginning of the selector, for the report.</param>
    public static EditResult Put(XmlTree tree, NodeSelector selector, string body, Func<string, string> uriOf) =>
        selector.Target == SelectorTarget.Attribute ? PutAttribute(tree, selector, body, uriOf) : PutElement(tree, selector, body, uriOf);

    [Clause("RFC 4825", "8.4")]
    public static EditResult Delete(XmlTree tree, NodeSelector selector)
    {
        if (selector.FindElement(tree) is not { } element) return EditResult.NotThere;
        string text;
        if (selector.Target == SelectorTarget.Attribute)
        {
            if (selector.FindAttribute(element) is not { } attribute) return EditResult.NotThere;
            var start = attribute.Start;
            while (tree.Text[start - 1] is ' ' or '\t' or '\r' or '\n') start--;
            text = tree.Text.Remove(start, attribute.End - start);
        }
        else
        {
            if (element == tree.Root) return XcapError.SchemaInvalid("A document has a root element; delete the document itself.");
            text = tree.Text.Remove(element.Start, element.End - element.Start);
        }

        var after = XmlTree.Of(text);
        var found = selector.FindElement(after);
        if (found is not null && (selector.Target == SelectorTarget.Element || selector.FindAttribute(found) is not null)) return XcapError.CannotDelete();
        return new EditResult(text, null);
    }

    [Clause("RFC 4825", "8.2.3")]
    [Clause("RFC 4825", "8.2.4")]
    private static EditResult PutElement(XmlTree tree, NodeSelector selector, string body, Func<string, string> uriOf)
    {
        // 8.2.1: the parent, then the target within it.
        var last = selector.Steps.Length - 1;
        var parent = selector.Find(tree, last);
        if (parent is null && last > 0) return NoParent(tree, selector, last, uriOf);
        var siblings = parent?.Children ?? [tree.Root];
        var target = selector.Steps[last];
        var replaced = NodeSelector.Only(target.Select(siblings));

        // 8.2.2
        if (DocumentCheck.Fragment(body, parent) is { } malformed) return malformed;
        body = body.Trim(' ', '\t', '\r', '\n');

        string text;
        int at;
        if (replaced is not null)
        {
            at = replaced.Start;
            text = tree.Text.Remove(at, replaced.End - at).Insert(at, body);
        }
        else if (parent is null)
        {
            return XcapError.CannotInsert("A document has one root element, and it is another one.");
        }
        else if (parent.IsEmptyTag)
        {
            if (target.Position > 1) return TooFewBefore();
            (text, at) = InsertIntoEmpty(tree, parent, body);
        }
        else
        {
            at = PlaceOf(target, parent, NameOf(body, parent));
            if (at < 0) return TooFewBefore();
            text = tree.Text.Insert(at, body);
        }

        // GET of the same URI gives what was put, or it is not done.
        var after = XmlTree.Of(text);
        if (selector.FindElement(after)?.Start != at) return XcapError.CannotInsert("After the insertion the URI would not mean the element that was put.");
        return new EditResult(text, null) { IsCreated = replaced is null };
    }

    private static XcapError TooFewBefore() => XcapError.CannotInsert("There are not so many elements before that position.");

    private static (string Text, int At) InsertIntoEmpty(XmlTree tree, ElementNode parent, string body)
    {
        var name = parent.Prefix.Length == 0 ? parent.LocalName : $"{parent.Prefix}:{parent.LocalName}";
        var opened = string.Concat(tree.Text.AsSpan(0, parent.TagClose), ">");
        return (string.Concat(opened, body, $"</{name}>", tree.Text.AsSpan(parent.End)), opened.Length);
    }

    /// <summary>Where the three ways of 8.2.3 put a new element; less than 0 where there are too few elements before its position.</summary>
    private static int PlaceOf(SelectorStep target, ElementNode parent, ExpandedName name)
    {
        if (target.Position is null or 1)
        {
            // Positionally constrained: "just before the existing first element".
            if (target.Position == 1 && parent.Children.Find(target.NameMatches) is { } first) return first.Start;

            // "Earliest last" among its own kind, else the last child, behind what text and comments there are.
            return parent.Children.FindLast(e => e.Is(name.Namespace, name.LocalName))?.End ?? parent.ContentEnd;
        }

        // "Earliest nth": right behind the one before it.
        var before = parent.Children.Where(target.NameMatches).Take(target.Position.Value - 1).ToList();
        return before.Count == target.Position - 1 && target.Position > 0 ? before[^1].End : -1;
    }

    private static ExpandedName NameOf(string fragment, ElementNode around)
    {
        var root = XmlTree.Of(fragment).Root;
        return new ExpandedName(root.Declared.GetValueOrDefault(root.Prefix) ?? around.NamespaceOf(root.Prefix) ?? "", root.LocalName);
    }

    private static EditResult PutAttribute(XmlTree tree, NodeSelector selector, string body, Func<string, string> uriOf)
    {
        if (selector.FindElement(tree) is not { } element) return NoParent(tree, selector, selector.Steps.Length, uriOf);
        body = body.Trim(' ', '\t', '\r', '\n');
        if (!AttributeValue.Is(body)) return XcapError.NotAttributeValue();
        string text;
        var existing = selector.FindAttribute(element);
        if (existing is not null)
        {
            text = tree.Text.Remove(existing.ValueStart, existing.End - existing.ValueStart).Insert(existing.ValueStart, body);
        }
        else
        {
            var (prefix, declaration) = PrefixFor(element, selector.Attribute!.Namespace);
            text = tree.Text.Insert(EndOfTag(tree, element), $"{declaration} {prefix}{selector.Attribute.LocalName}={body}");
        }

        // 8.2.4: the URI still means it, or it is not done.
        var found = selector.FindElement(XmlTree.Of(text)) is { } same ? selector.FindAttribute(same) : null;
        if (found?.Value != XmlTree.Decode(body.AsSpan(1, body.Length - 2))) return XcapError.CannotInsert("After the change the URI would not mean the attribute that was put.");
        return new EditResult(text, null) { IsCreated = existing is null };
    }

    /// <summary>Behind the last attribute, or the name where there is none.</summary>
    private static int EndOfTag(XmlTree tree, ElementNode element)
    {
        var at = element.TagClose;
        while (tree.Text[at - 1] is ' ' or '\t' or '\r' or '\n') at--;
        return at;
    }

    /// <summary>A prefix that means the namespace at the element, and its declaration where there is none yet.</summary>
    private static (string Prefix, string Declaration) PrefixFor(ElementNode element, string ns)
    {
        if (ns.Length == 0) return ("", "");
        if (ns == XmlTree.XmlNamespace) return ("xml:", "");
        var bindings = element.Bindings();
        if (bindings.FirstOrDefault(b => b.Value == ns && b.Key.Length > 0).Key is { } bound) return (bound + ":", "");
        var number = 1;
        while (bindings.ContainsKey($"ns{number}")) number++;
        return ($"ns{number}:", $" xmlns:ns{number}=\"{System.Security.SecurityElement.Escape(ns)}\"");
    }

    /// <summary>Names the closest ancestor that is there.</summary>
    private static XcapError NoParent(XmlTree tree, NodeSelector selector, int steps, Func<string, string> uriOf)
    {
        while (steps > 0 && selector.Find(tree, steps) is null) steps--;
        return XcapError.NoParent(uriOf(selector.Beginning(steps)));
    }
}
