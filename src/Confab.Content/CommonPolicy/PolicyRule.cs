// A rule of a Common Policy ruleset (RFC 4745 5): when all its conditions are true it grants its actions; nothing is ever denied by one.
namespace Confab.Content.CommonPolicy;

/// <summary>One rule.</summary>
/// <param name="Id">Its id; empty where it has none.</param>
/// <param name="Conditions">All must be true; a rule without conditions is always true.</param>
/// <param name="Granted">Local names of the actions whose value is true.</param>
public sealed record PolicyRule(string Id, IReadOnlyList<PolicyCondition> Conditions, IReadOnlySet<string> Granted);

/// <summary>One condition of a rule: RFC 4745 7, and those of OMA XDM.</summary>
public abstract record PolicyCondition
{
    private PolicyCondition()
    {
    }

    /// <summary>Who asks is one of these: RFC 4745 7.1.</summary>
    public sealed record Identity(IReadOnlyList<PolicyIdentity> Any) : PolicyCondition;

    /// <summary>Who asks is a member of the group; or is none, as the first drafts could say.</summary>
    public sealed record IsListMember(bool Expected) : PolicyCondition;

    /// <summary>Who asks stands in one of these lists, each named by a URI.</summary>
    public sealed record ExternalList(IReadOnlyList<string> Anchors) : PolicyCondition;

    /// <summary>No rule without this condition is true.</summary>
    public sealed record OtherIdentity : PolicyCondition;

    /// <summary>Who asks wants to stay anonymous.</summary>
    public sealed record AnonymousRequest : PolicyCondition;

    /// <summary>It is one of these times, the end left out: RFC 4745 7.4.</summary>
    public sealed record Validity(IReadOnlyList<(DateTimeOffset From, DateTimeOffset Until)> Times) : PolicyCondition;

    /// <summary>What is not known is not true: RFC 4745 7. A sphere is among it, since nobody tells his.</summary>
    public sealed record Unknown(string Name) : PolicyCondition;
}

/// <summary>One line of an identity condition.</summary>
public abstract record PolicyIdentity
{
    private PolicyIdentity()
    {
    }

    /// <summary>This user: RFC 4745 7.2.</summary>
    public sealed record One(string Uri) : PolicyIdentity;

    /// <summary>Everybody whose identity is known, of one domain where one is named, but for the exceptions: RFC 4745 7.1.3.</summary>
    public sealed record Many(string? Domain, IReadOnlyList<string> ExceptUris, IReadOnlyList<string> ExceptDomains) : PolicyIdentity;
}
