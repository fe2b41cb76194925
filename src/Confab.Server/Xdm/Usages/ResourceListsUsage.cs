using System.Collections.Immutable;
using System.Globalization;
using Confab.Runtime;

namespace Confab.Server.Xdm.Usages;

/// <summary>Lists of addresses that other documents refer to. RFC 4826 3.</summary>
[Clause("RFC 4826", "3.4", "XDM-4")]
internal sealed class ResourceListsUsage : ApplicationUsage
{
    public const string Id = "resource-lists";
    public const string Namespace = "urn:ietf:params:xml:ns:resource-lists";

    public override string Auid => Id;

    public override string DefaultNamespace => Namespace;

    public override string MimeType => "application/resource-lists+xml";

    public override string RootName => "resource-lists";

    public override ImmutableArray<string> SchemaFiles => ["resource-lists"];

    /// <summary>3.4.5: what is unique among its siblings, and what the references are.</summary>
    [Clause("RFC 4826", "3.4.5")]
    public override XcapError? Check(XmlTree tree, UsageScope scope)
    {
        var doubled = ImmutableArray.CreateBuilder<(string, ImmutableArray<string>)>();
        foreach (var parent in tree.Root.All())
        {
            var seen = new HashSet<(string, string)>();
            foreach (var child in parent.Children)
            {
                if (child.Namespace != Namespace || KeyOf(child) is not { } key || child[key] is not { } value) continue;
                if (key == "ref" && !IsRelative(value)) return XcapError.ConstraintFailed($"The ref '{value}' is no relative path.");
                if (key == "anchor" && !IsHttp(value)) return XcapError.ConstraintFailed($"The anchor '{value}' is no absolute HTTP URI.");
                if (!seen.Add((child.LocalName, value))) doubled.Add((XcapEscapes.Encode($"{PathOf(child)}/@{key}", keepSlash: true), []));
            }
        }

        return doubled.Count == 0 ? null : XcapError.NotUnique("Each stands once within its parent: the name of a list, the URI of an entry, a ref, an anchor.", doubled.ToImmutable());
    }

    private static string? KeyOf(ElementNode element) => element.LocalName switch
    {
        "list" => "name",
        "entry" => "uri",
        "entry-ref" => "ref",
        "external" => "anchor",
        _ => null,
    };

    private static bool IsRelative(string value) =>
        value.Length > 0 && value[0] != '/' && Uri.IsWellFormedUriString(value, UriKind.Relative) && !HasScheme(value);

    private static bool HasScheme(string value) => value.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 && value.AsSpan(0, colon).IndexOf('/') < 0;

    private static bool IsHttp(string value) => Uri.TryCreate(value, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);

    /// <summary>By names and positions, which a default namespace of this usage makes clear without prefixes.</summary>
    private static string PathOf(ElementNode element)
    {
        if (element.Parent is not { } parent) return element.LocalName;
        var same = parent.Children.Where(c => c.Is(element.Namespace, element.LocalName)).ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{PathOf(parent)}/{element.LocalName}[{same.IndexOf(element) + 1}]");
    }
}
