using Confab.Runtime;

namespace Confab.Server.Xdm.Usages;

/// <summary>What this XCAP server can do: one document that the server makes, <c>xcap-caps/global/index</c>. RFC 4825 12.</summary>
[Clause("RFC 4825", "12")]
internal sealed class CapabilitiesUsage : ApplicationUsage
{
    public override string Auid => "xcap-caps";

    public override string DefaultNamespace => "urn:ietf:params:xml:ns:xcap-caps";

    public override string MimeType => "application/xcap-caps+xml";

    public override string RootName => "xcap-caps";

    public override bool IsWritable => false;

    public override IEnumerable<string> MadeFor(string user) => [$"{Auid}/global/index"];

    public override Document? Make(XcapUri uri, UsageView view)
    {
        if (uri is not { IsGlobal: true, Path: ["index"] }) return null;
        return MadeDocument.Of(this, "", "index", xml =>
        {
            xml.WriteStartElement(RootName, DefaultNamespace);
            xml.WriteStartElement("auids", DefaultNamespace);
            foreach (var usage in view.Usages.All) xml.WriteElementString("auid", DefaultNamespace, usage.Auid);
            xml.WriteEndElement();
            xml.WriteStartElement("extensions", DefaultNamespace);
            xml.WriteEndElement();
            xml.WriteStartElement("namespaces", DefaultNamespace);
            var namespaces = view.Usages.All.SelectMany(static u => u.KnownNamespaces).Append(XcapError.Namespace).Distinct(StringComparer.Ordinal);
            foreach (var ns in namespaces.Order(StringComparer.Ordinal)) xml.WriteElementString("namespace", DefaultNamespace, ns);
            xml.WriteEndElement();
            xml.WriteEndElement();
        });
    }
}
