// Reads the rules of a ruleset (RFC 4745 13). Actions and OMA's conditions are taken from every namespace in which they were ever seen.
using System.Globalization;
using System.Xml.Linq;

namespace Confab.Content.CommonPolicy;

public static class PolicyRuleReader
{
    internal const string Policy = "urn:ietf:params:xml:ns:common-policy";
    internal const string OmaPolicy = "urn:oma:xml:xdm:common-policy";
    internal const string Extensions = "urn:oma:xml:xdm:extensions";
    internal const string ListService = "urn:oma:xml:poc:list-service";

    /// <summary>The rules in their order; what is no rule is passed over.</summary>
    public static IReadOnlyList<PolicyRule> Read(XElement ruleset) =>
        [.. ruleset.Elements().Where(static e => IsKnown(e) && e.Name.LocalName == "rule").Select(static e => ReadRule(e))];

    /// <summary>A boolean as it is written in these documents: <c>true</c>, <c>1</c>, and <c>allow</c> of the first drafts. Anything else grants nothing.</summary>
    public static bool IsTrue(string value) => value.Trim() is "true" or "1" or "allow";

    static PolicyRule ReadRule(XElement rule)
    {
        var conditions = rule.Elements().Where(static e => IsKnown(e) && e.Name.LocalName == "conditions").SelectMany(static e => e.Elements()).Select(ReadCondition);
        var actions = rule.Elements().Where(static e => IsKnown(e) && e.Name.LocalName == "actions").SelectMany(static e => e.Elements());
        var granted = actions.Where(static a => IsKnown(a) && IsTrue(a.Value)).Select(static a => a.Name.LocalName);
        return new PolicyRule(rule.Attribute("id")?.Value ?? "", [.. conditions], granted.ToHashSet(StringComparer.Ordinal));
    }

    static PolicyCondition ReadCondition(XElement condition) => !IsKnown(condition)
        ? new PolicyCondition.Unknown(condition.Name.LocalName)
        : condition.Name.LocalName switch
        {
            "identity" => new PolicyCondition.Identity([.. condition.Elements().Where(IsKnown).Select(ReadIdentity).OfType<PolicyIdentity>()]),
            "is-list-member" => new PolicyCondition.IsListMember(condition.Value.Trim() is not ("false" or "0")),
            "external-list" => new PolicyCondition.ExternalList([.. condition.Elements().Where(IsKnown).Select(Anchor).OfType<string>()]),
            "other-identity" => new PolicyCondition.OtherIdentity(),
            "anonymous-request" => new PolicyCondition.AnonymousRequest(),
            "validity" => new PolicyCondition.Validity(ReadTimes(condition)),
            var name => new PolicyCondition.Unknown(name),
        };

    static PolicyIdentity? ReadIdentity(XElement identity)
    {
        switch (identity.Name.LocalName)
        {
            // The drafts had the URI as content.
            case "one":
                var uri = Trimmed(identity, "id") ?? identity.Value.Trim();
                return uri.Length > 0 ? new PolicyIdentity.One(uri) : null;
            case "many":
                var exceptions = identity.Elements().Where(static e => IsKnown(e) && e.Name.LocalName == "except").ToList();
                return new PolicyIdentity.Many(
                    Trimmed(identity, "domain"),
                    [.. exceptions.Select(static e => Trimmed(e, "id")).OfType<string>()],
                    [.. exceptions.Select(static e => Trimmed(e, "domain")).OfType<string>()]);
            default:
                return null; // not known, so it matches nobody
        }
    }

    /// <summary>Each <c>from</c> with the <c>until</c> after it; a time that cannot be read is never.</summary>
    static List<(DateTimeOffset From, DateTimeOffset Until)> ReadTimes(XElement validity)
    {
        var times = new List<(DateTimeOffset From, DateTimeOffset Until)>();
        DateTimeOffset? from = null;
        foreach (var child in validity.Elements().Where(IsKnown))
        {
            DateTimeOffset? time = DateTimeOffset.TryParse(child.Value.Trim(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var read) ? read : null;
            if (child.Name.LocalName == "from") from = time;
            else if (child.Name.LocalName == "until")
            {
                if (from is { } begins && time is { } ends) times.Add((begins, ends));
                from = null;
            }
        }

        return times;
    }

    static string? Anchor(XElement entry) => Trimmed(entry, "anc") ?? Trimmed(entry, "anchor") ?? Trimmed(entry, "uri");

    static string? Trimmed(XElement element, string name) => element.Attribute(name)?.Value.Trim() is { Length: > 0 } value ? value : null;

    static bool IsKnown(XElement element) => element.Name.NamespaceName is Policy or OmaPolicy or Extensions or ListService;
}
