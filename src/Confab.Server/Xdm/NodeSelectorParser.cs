using System.Collections.Immutable;
using System.Globalization;
using Confab.Runtime;

namespace Confab.Server.Xdm;

/// <summary>Why a node selector cannot be taken.</summary>
internal enum SelectorFault
{
    None,

    /// <summary>A step is none of the grammar's, thus an extension that is not known here: 404 (RFC 4825 8).</summary>
    Extension,

    /// <summary>A prefix is not bound in the query: 400 (RFC 4825 8).</summary>
    UnboundPrefix,
}

/// <summary>Reads a node selector after percent-decoding. A slash within quotes is part of a value. RFC 4825 6.3.</summary>
[Clause("RFC 4825", "6.3")]
internal ref struct NodeSelectorParser(string text, string defaultNamespace, Dictionary<string, string> bindings)
{
    private const int MostSteps = 64; // more than any document is deep

    private int _at;
    private bool _isUnbound;

    public SelectorFault TryParse(out NodeSelector? selector)
    {
        selector = null;
        var steps = ImmutableArray.CreateBuilder<SelectorStep>();
        var ends = ImmutableArray.CreateBuilder<int>();
        var target = SelectorTarget.Element;
        ExpandedName? attribute = null;
        while (true)
        {
            if (steps.Count > 0 && Take("namespace::*"))
            {
                target = SelectorTarget.Namespaces;
            }
            else if (steps.Count > 0 && Take("@"))
            {
                target = SelectorTarget.Attribute;
                if (!TryName("", out attribute)) return SelectorFault.Extension;
            }
            else
            {
                if (steps.Count == MostSteps || !TryStep(out var step)) return SelectorFault.Extension;
                steps.Add(step!);
                ends.Add(_at);
            }

            if (_at == text.Length) break;
            if (target != SelectorTarget.Element || !Take("/")) return SelectorFault.Extension;
        }

        if (_isUnbound) return SelectorFault.UnboundPrefix;
        selector = new NodeSelector(steps.ToImmutable(), target, attribute) { Source = (text, ends.ToImmutable()) };
        return SelectorFault.None;
    }

    private bool TryStep(out SelectorStep? step)
    {
        step = null;
        ExpandedName? name = null;
        if (!Take("*") && !TryName(defaultNamespace, out name)) return false;
        int? position = null;
        if (_at + 1 < text.Length && text[_at] == '[' && char.IsAsciiDigit(text[_at + 1]))
        {
            var end = text.IndexOf(']', _at);
            if (end < 0) return false;
            var digits = text.AsSpan(_at + 1, end - _at - 1);
            if (digits.ContainsAnyExceptInRange('0', '9')) return false;
            position = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : int.MaxValue;
            _at = end + 1;
        }

        if (!Take("[@"))
        {
            step = new SelectorStep(name, position, null, "");
            return true;
        }

        if (!TryName("", out var attribute) || !Take("=") || _at >= text.Length || text[_at] is not ('"' or '\'')) return false;
        var close = text.IndexOf(text[_at], _at + 1);
        if (close < 0) return false;
        var raw = text.AsSpan(_at + 1, close - _at - 1);
        if (!AttributeValue.IsContent(raw)) return false;
        _at = close + 1;
        step = new SelectorStep(name, position, attribute, XmlTree.Decode(raw));
        return Take("]");
    }

    private bool TryName(string noPrefix, out ExpandedName? name)
    {
        name = null;
        var start = _at;
        while (_at < text.Length && text[_at] is not ('/' or '[' or ']' or '=' or '@' or '*' or '"' or '\'' or ' ')) _at++;
        var parts = text[start.._at].Split(':');
        if (parts.Length > 2 || !parts.All(NamespaceBindings.IsNcName)) return false;
        if (parts.Length == 1)
        {
            name = new ExpandedName(noPrefix, parts[0]);
            return true;
        }

        if (!bindings.TryGetValue(parts[0], out var ns))
        {
            _isUnbound = true;
            ns = "";
        }

        name = new ExpandedName(ns, parts[1]);
        return true;
    }

    private bool Take(string token)
    {
        if (string.CompareOrdinal(text, _at, token, 0, token.Length) != 0) return false;
        _at += token.Length;
        return true;
    }
}
