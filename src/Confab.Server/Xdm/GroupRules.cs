// The rules of a group, made ready to be asked: addresses in their one spelling, external lists resolved.
//
//   rules without other-identity ──none is true──► rules with other-identity
//           │ all of those that are true                 │
//           └──────────── what they grant, together ◄────┘
using Confab.Content.CommonPolicy;
using Confab.Runtime;

namespace Confab.Server.Xdm;

/// <summary>
/// Evaluates a Common Policy ruleset: RFC 4745 7 and 10. A rule counts when all its conditions are true, and what the rules grant adds up:
/// true wins, and nothing can be denied.
/// </summary>
[Clause("RFC 4745", "10.2", "XDM-7..14")]
internal sealed class GroupRules
{
    private readonly List<Rule> _rules = [];
    private readonly IReadOnlySet<string> _members;
    private readonly ListResolver _resolve;

    /// <summary>Makes them ready.</summary>
    /// <param name="rules">As the document has them.</param>
    /// <param name="members">The members' addresses in their one spelling.</param>
    /// <param name="resolve">Finds the lists that conditions name.</param>
    public GroupRules(IReadOnlyList<PolicyRule> rules, IReadOnlySet<string> members, ListResolver resolve)
    {
        _members = members;
        _resolve = resolve;
        foreach (var rule in rules)
        {
            _rules.Add(new Rule(
                [.. rule.Conditions.Where(static c => c is not PolicyCondition.OtherIdentity).Select(Ready)],
                rule.Conditions.Any(static c => c is PolicyCondition.OtherIdentity),
                rule.Granted.Aggregate(GroupActions.None, static (granted, name) => granted | ActionOf(name))));
        }
    }

    private delegate bool Condition(in GroupUser user, DateTimeOffset at);

    /// <summary>What this user may do at this time.</summary>
    public GroupActions Of(in GroupUser user, DateTimeOffset at) =>
        TryGrant(isForOthers: false, user, at, out var granted) || TryGrant(isForOthers: true, user, at, out granted) ? granted : GroupActions.None;

    private bool TryGrant(bool isForOthers, in GroupUser user, DateTimeOffset at, out GroupActions granted)
    {
        granted = GroupActions.None;
        var isTrue = false;
        foreach (var rule in _rules)
        {
            if (rule.IsForOthers != isForOthers || !rule.IsTrue(user, at)) continue;
            isTrue = true;
            granted |= rule.Granted;
        }

        return isTrue;
    }

    private Condition Ready(PolicyCondition condition)
    {
        switch (condition)
        {
            case PolicyCondition.Identity identity:
                var any = identity.Any.Select(Ready).ToList();
                return (in GroupUser user, DateTimeOffset at) => IsAny(any, user, at);
            case PolicyCondition.IsListMember member:
                return (in GroupUser user, DateTimeOffset _) => user.IsIn(_members) == member.Expected;
            case PolicyCondition.ExternalList list:
                var keys = list.Anchors.SelectMany(anchor => _resolve(anchor)).Select(static e => GroupUser.KeyOf(e.Uri)).OfType<string>().ToHashSet(StringComparer.Ordinal);
                return (in GroupUser user, DateTimeOffset _) => user.IsIn(keys);
            case PolicyCondition.AnonymousRequest:
                return static (in GroupUser user, DateTimeOffset _) => user.IsAnonymous;
            case PolicyCondition.Validity validity:
                return (in GroupUser _, DateTimeOffset at) => validity.Times.Any(time => time.From <= at && at < time.Until);
            default:
                return static (in GroupUser _, DateTimeOffset _) => false;
        }
    }

    private static Condition Ready(PolicyIdentity identity)
    {
        if (identity is PolicyIdentity.One one)
        {
            var key = GroupUser.KeyOf(one.Uri);
            return (in GroupUser user, DateTimeOffset _) => key is not null && user.Is(key);
        }

        var many = (PolicyIdentity.Many)identity;
        var domain = many.Domain is null ? null : DomainName.Canonical(many.Domain) ?? "";
        var exceptUris = many.ExceptUris.Select(GroupUser.KeyOf).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var exceptDomains = many.ExceptDomains.Select(DomainName.Canonical).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return (in GroupUser user, DateTimeOffset _) =>
        {
            var own = user.Domain is { } host ? DomainName.Canonical(host) : null;
            return (domain is null || domain == own) && !user.IsIn(exceptUris) && (own is null || !exceptDomains.Contains(own));
        };
    }

    private static bool IsAny(List<Condition> conditions, in GroupUser user, DateTimeOffset at)
    {
        foreach (var condition in conditions)
        {
            if (condition(user, at)) return true;
        }

        return false;
    }

    private static GroupActions ActionOf(string name) => name switch
    {
        "allow-initiate-conference" => GroupActions.Initiate,
        "join-handling" => GroupActions.Join,
        "allow-anonymity" => GroupActions.Anonymity,
        "allow-conference-state" => GroupActions.ConferenceState,
        "allow-invite-users-dynamically" => GroupActions.InviteUsers,
        "allow-expelling" => GroupActions.Expel,
        "allow-private-message" => GroupActions.PrivateMessage,
        _ => GroupActions.None,
    };

    private sealed record Rule(IReadOnlyList<Condition> All, bool IsForOthers, GroupActions Granted)
    {
        public bool IsTrue(in GroupUser user, DateTimeOffset at)
        {
            foreach (var condition in All)
            {
                if (!condition(user, at)) return false;
            }

            return true;
        }
    }
}
