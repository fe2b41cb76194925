// Reads a group document. The order of the elements does not matter, and what is not known is passed over. UTF-8 only, no document type,
// nothing fetched, bounded in octets and members.
using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Confab.Content.CommonPolicy;

namespace Confab.Content.Groups;

public static class GroupDocumentReader
{
    internal const int MaxBytes = 4 * 1024 * 1024;
    const string Clause = "OMA Group XDM";
    const string Lists = "urn:ietf:params:xml:ns:resource-lists";

    /// <summary>Reads the groups of one document; there is one as a rule.</summary>
    /// <param name="maxMembers">More entries in a list than this are a fault.</param>
    public static bool TryParse(ReadOnlyMemory<byte> xml, int maxMembers, out IReadOnlyList<GroupDocument> groups, out Fault fault)
    {
        groups = [];
        if (PeerXml.Decode(xml.Span, MaxBytes, out var unread) is not { } text) return Fail(unread, out fault);
        try
        {
            using var reader = PeerXml.Read(text);
            var root = XDocument.Load(reader).Root!;
            if (!Is(root, "group")) return Fail("root is not group", out fault);
            var found = new List<GroupDocument>();
            foreach (var service in root.Elements().Where(static e => Is(e, "list-service")))
            {
                if (!TryRead(service, maxMembers, out var group, out fault)) return false;
                found.Add(group);
            }

            groups = found;
            return found.Count > 0 ? Pass(out fault) : Fail("group without list-service", out fault);
        }
        catch (XmlException)
        {
            return Fail("malformed XML", out fault);
        }
    }

    static bool TryRead(XElement service, int maxMembers, out GroupDocument group, out Fault fault)
    {
        group = null!;
        if (service.Attribute("uri")?.Value.Trim() is not { Length: > 0 } uri) return Fail("list-service without uri", out fault);

        int? most = null;
        if (Child(service, "max-participant-count") is { } count)
        {
            if (!ulong.TryParse(count.Value.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return Fail("max-participant-count is no number", out fault);
            most = (int)Math.Min(number, int.MaxValue);
        }

        var list = service.Elements().Where(static e => Is(e, "list")).SelectMany(static e => e.Elements()).Select(ReadEntry).OfType<GroupEntry>().ToList();
        if (list.Count > maxMembers) return Fail("too many members", out fault);
        var rules = service.Elements().Where(static e => e.Name.LocalName == "ruleset" && e.Name.NamespaceName is PolicyRuleReader.Policy or GroupDocument.Namespace);
        group = new GroupDocument(
            uri,
            Text(Child(service, "display-name")),
            list,
            Child(service, "invite-members") is { } invites && PolicyRuleReader.IsTrue(invites.Value),
            most,
            [.. rules.SelectMany(PolicyRuleReader.Read)]);
        return Pass(out fault);
    }

    static GroupEntry? ReadEntry(XElement entry)
    {
        var isExternal = Is(entry, "external");
        if (!isExternal && !Is(entry, "entry")) return null;
        var uri = (entry.Attribute(isExternal ? "anchor" : "uri") ?? entry.Attribute("anc"))?.Value.Trim();
        return string.IsNullOrEmpty(uri) ? null : new GroupEntry(uri, Text(Child(entry, "display-name")), isExternal);
    }

    static XElement? Child(XElement parent, string name) => parent.Elements().FirstOrDefault(e => Is(e, name));

    static string? Text(XElement? element) => element?.Value.Trim() is { Length: > 0 } text ? text : null;

    static bool Is(XElement element, string name) => element.Name.LocalName == name && element.Name.NamespaceName is GroupDocument.Namespace or Lists or "";

    static bool Pass(out Fault fault)
    {
        fault = default;
        return true;
    }

    static bool Fail(string reason, out Fault fault)
    {
        fault = new Fault(reason, Clause, 0);
        return false;
    }
}
