using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Xml;
using Confab.Runtime;

namespace Confab.Server.Xdm;

/// <summary>
/// The namespaces of the prefixes in a node selector, from the query of its URI: <c>xmlns(p=urn:a)xmlns(q=urn:b)</c>. Other pointer schemes
/// are passed over. RFC 4825 6.4.
/// </summary>
[Clause("RFC 4825", "6.4")]
internal static class NamespaceBindings
{
    /// <summary>The bindings of a decoded query; false where it is no pointer.</summary>
    public static bool TryParse(string query, [NotNullWhen(true)] out Dictionary<string, string>? bindings)
    {
        bindings = null;
        var found = new Dictionary<string, string>(StringComparer.Ordinal) { ["xml"] = XmlTree.XmlNamespace };
        for (var at = 0; at < query.Length;)
        {
            if (query[at] is ' ' or '\t' or '\r' or '\n')
            {
                at++;
                continue;
            }

            var open = query.IndexOf('(', at);
            if (open <= at || !TryReadData(query, open + 1, out var data, out var next)) return false;
            if (query[at..open] == "xmlns")
            {
                var equals = data.IndexOf('=', StringComparison.Ordinal);
                if (equals <= 0) return false;
                var prefix = data[..equals].Trim();
                if (!IsNcName(prefix)) return false;
                if (prefix is not ("xml" or "xmlns")) found[prefix] = data[(equals + 1)..].Trim();
            }

            at = next;
        }

        bindings = found;
        return true;
    }

    public static bool IsNcName(string name) => name.Length > 0 && XmlReader.IsName(name) && !name.Contains(':', StringComparison.Ordinal);

    /// <summary>What stands between the parentheses: they are balanced, or escaped with <c>^</c> as that sign is itself.</summary>
    private static bool TryReadData(string query, int start, out string data, out int next)
    {
        var text = new StringBuilder();
        var depth = 1;
        for (next = start; next < query.Length; next++)
        {
            var c = query[next];
            if (c == '^')
            {
                if (++next >= query.Length || query[next] is not ('^' or '(' or ')')) break;
                c = query[next];
            }
            else if (c == '(')
            {
                depth++;
            }
            else if (c == ')' && --depth == 0)
            {
                next++;
                data = text.ToString();
                return true;
            }

            text.Append(c);
        }

        data = "";
        return false;
    }
}
