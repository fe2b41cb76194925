using System.Globalization;
using Confab.Runtime;

namespace Confab.Server.Xdm.Usages;

/// <summary>The documents of a user, a folder for each usage: a document that the server makes, <c>directory.xml</c>.</summary>
[Clause("OMA-XDM", "XCAP Directory")]
internal sealed class DirectoryUsage : ApplicationUsage
{
    public const string FileName = "directory.xml";

    public override string Auid => "org.openmobilealliance.xcap-directory";

    public override string DefaultNamespace => "urn:oma:xml:xdm:xcap-directory";

    public override string MimeType => "application/vnd.oma.xcap-directory+xml";

    public override string RootName => "xcap-directory";

    public override bool IsWritable => false;

    public override IEnumerable<string> MadeFor(string user) => [new DocumentId(Auid, user, FileName).Selector];

    public override Document? Make(XcapUri uri, UsageView view)
    {
        if (uri.IsGlobal || uri.Path is not [FileName]) return null;
        var documents = view.Documents.Of(uri.Xui).OrderBy(static d => d.Id.Name, StringComparer.Ordinal).ToLookup(static d => d.Id.Auid, StringComparer.Ordinal);
        return MadeDocument.Of(this, uri.Xui, FileName, xml =>
        {
            xml.WriteStartElement(RootName, DefaultNamespace);
            foreach (var usage in view.Usages.All)
            {
                if (!usage.IsWritable) continue;
                xml.WriteStartElement("folder", DefaultNamespace);
                xml.WriteAttributeString("auid", usage.Auid);
                foreach (var document in documents[usage.Auid])
                {
                    xml.WriteStartElement("entry", DefaultNamespace);
                    xml.WriteAttributeString("uri", $"{view.Root}/{document.Id.Selector}");
                    xml.WriteAttributeString("etag", document.ETag);
                    xml.WriteAttributeString("last-modified", document.Changed.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
                    xml.WriteAttributeString("size", document.Content.Length.ToString(CultureInfo.InvariantCulture));
                    xml.WriteEndElement();
                }

                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        });
    }
}
