using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Server.Xdm.Usages;

/// <summary>
/// Group documents: who belongs to a group, and what each may do in it. They are in their owner's home directory, and in the global tree by
/// the identity of the group.
/// </summary>
[Clause("OMA-XDM", "Group", "XDM-1", "XDM-2", "XDM-3", "XDM-6")]
internal sealed class GroupsUsage : ApplicationUsage
{
    public const string Id = "org.openmobilealliance.groups";
    public const string Namespace = "urn:oma:xml:poc:list-service";
    public const string Type = "application/vnd.oma.poc.groups+xml";

    private const int Alternatives = 3;

    /// <summary>Those named in a version of a document, found once: a thousand members may be told of it.</summary>
    private static readonly ConditionalWeakTable<Document, IReadOnlySet<string>> s_named = [];

    public override string Auid => Id;

    public override string DefaultNamespace => Namespace;

    public override string MimeType => Type;

    public override string RootName => "group";

    public override ImmutableArray<string> SchemaFiles => ["list-service", "common-policy", "resource-lists", "xdm-extensions"];

    public override ImmutableArray<string> KnownNamespaces => [Namespace, "urn:ietf:params:xml:ns:common-policy", "urn:ietf:params:xml:ns:resource-lists"];

    /// <summary>The group identity of a URI in its one spelling; null for what is no SIP URI.</summary>
    public static string? IdentityOf(string uri) =>
        SipUri.TryParse(Text.Of(uri.Trim()), out var parsed) && parsed.IsSipOrSips && !parsed.User.IsEmpty ? parsed.AddressKey() : null;

    public override ImmutableArray<string> UrisOf(XmlTree tree) => [.. Services(tree).Select(static s => IdentityOf(s["uri"] ?? "")).OfType<string>().Distinct()];

    /// <summary>
    /// Each group has a SIP URI of our domain, or of one below it, that nobody else has: else who writes a document could take calls to others.
    /// </summary>
    public override XcapError? Check(XmlTree tree, UsageScope scope)
    {
        var mine = new HashSet<string>(StringComparer.Ordinal);
        var taken = ImmutableArray.CreateBuilder<(string, ImmutableArray<string>)>();
        var services = Services(tree).ToList();
        foreach (var service in services)
        {
            var uri = service["uri"] ?? "";
            if (IdentityOf(uri) is not { } identity) return XcapError.ConstraintFailed($"'{uri}' is no SIP URI with a user part.");
            if (!IsBelow(identity, scope.Domain)) return XcapError.ConstraintFailed($"'{uri}' is not of the domain {scope.Domain} or of one below it.");
            if (mine.Add(identity) && !scope.IsTaken(identity)) continue;
            var position = services.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"[{services.IndexOf(service) + 1}]");
            taken.Add((XcapEscapes.Encode($"group/list-service{position}/@uri", keepSlash: true), Free(identity, mine, scope)));
        }

        return taken.Count == 0 ? null : XcapError.NotUnique("The URI of a group is taken.", taken.ToImmutable());
    }

    /// <summary><c>global/byGroupID/URI</c>.</summary>
    public override Document? Make(XcapUri uri, UsageView view) =>
        uri is { IsGlobal: true, Path: ["byGroupID", var group] } && IdentityOf(group) is { } identity ? view.Documents.FindGroup(identity) : null;

    /// <summary>By the group's identity its owner and its members may read the document: it says who is in it, and what each may do.</summary>
    public override bool MayRead(Document document, string user) =>
        document.Id.Xui == user || s_named.GetValue(document, static d => NamedIn(d)).Contains(user);

    private static HashSet<string> NamedIn(Document document)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in XmlTree.Of(System.Text.Encoding.UTF8.GetString(document.Content.Span)).Root.All())
        {
            if (element.LocalName == "entry" && element["uri"] is { } uri && SipUri.TryParse(Text.Of(uri.Trim()), out var parsed)) named.Add(parsed.AddressKey());
        }

        return named;
    }

    private static IEnumerable<ElementNode> Services(XmlTree tree) => tree.Root.Children.Where(static c => c.Is(Namespace, "list-service"));

    private static bool IsBelow(string identity, string domain)
    {
        var host = identity.AsSpan(identity.LastIndexOf('@') + 1);
        return host.Equals(domain, StringComparison.OrdinalIgnoreCase)
            || (host.Length > domain.Length && host[^(domain.Length + 1)] == '.' && host.EndsWith(domain, StringComparison.OrdinalIgnoreCase));
    }

    private static ImmutableArray<string> Free(string identity, HashSet<string> mine, UsageScope scope)
    {
        var at = identity.IndexOf('@', StringComparison.Ordinal);
        return
        [
            .. Enumerable.Range(2, 1000)
                .Select(n => string.Create(CultureInfo.InvariantCulture, $"{identity[..at]}-{n}{identity[at..]}"))
                .Where(uri => !mine.Contains(uri) && !scope.IsTaken(uri))
                .Take(Alternatives),
        ];
    }
}
