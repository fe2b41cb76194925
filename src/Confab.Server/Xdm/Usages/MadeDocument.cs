using System.Security.Cryptography;
using System.Text;
using System.Xml;

namespace Confab.Server.Xdm.Usages;

/// <summary>A document that the server makes anew for each who asks. Its entity tag follows from its content.</summary>
internal static class MadeDocument
{
    public static Document Of(ApplicationUsage usage, string xui, string name, Action<XmlWriter> write)
    {
        using var content = new MemoryStream();
        using (var xml = XmlWriter.Create(content, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true })) write(xml);
        var bytes = content.ToArray();
        return new Document(new DocumentId(usage.Auid, xui, name), Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12)), bytes, DateTimeOffset.UnixEpoch);
    }
}
