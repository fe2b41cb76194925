using System.Collections.Immutable;
using System.Xml;
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Server.Xdm;

/// <summary>Group documents: who belongs to a group, and what each may do in it.</summary>
[Clause("OMA-XDM", "Group", "XDM-1", "XDM-2")]
internal sealed class GroupsUsage : ApplicationUsage
{
    public const string Id = "org.openmobilealliance.groups";
    public const string Namespace = "urn:oma:xml:poc:list-service";

    public override string Auid => Id;

    public override string DefaultNamespace => Namespace;

    public override string MimeType => "application/vnd.oma.poc.groups+xml";

    /// <summary>The group identity of a URI in its one spelling; null for what is no URI of a group.</summary>
    public static string? IdentityOf(string uri) => SipUri.TryParse(Text.Of(uri.Trim()), out var parsed) && parsed.IsSipOrSips ? parsed.AddressKey() : null;

    public override ImmutableArray<string> UrisOf(ReadOnlyMemory<byte> document)
    {
        var uris = ImmutableArray.CreateBuilder<string>();
        using var reader = SafeXml.Read(document);
        while (reader.Read())
        {
            if (reader is not { NodeType: XmlNodeType.Element, Depth: 1, LocalName: "list-service", NamespaceURI: Namespace }) continue;
            if (IdentityOf(reader.GetAttribute("uri") ?? "") is { } identity && !uris.Contains(identity)) uris.Add(identity);
        }

        return uris.ToImmutable();
    }
}
