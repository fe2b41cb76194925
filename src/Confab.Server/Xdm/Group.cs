using Confab.Content.CommonPolicy;
using Confab.Content.Groups;
using Confab.Runtime;
using Confab.Server.Xdm.Usages;

namespace Confab.Server.Xdm;

/// <summary>The members of a list that a document names by a URI; none where there is no such list.</summary>
internal delegate IReadOnlyList<GroupEntry> ListResolver(string anchor);

/// <summary>A member of a group.</summary>
internal sealed record GroupMember(string Address, string? DisplayName);

/// <summary>A pre-defined group as its document has it: members expanded, rules ready to be asked. It never changes; a changed document makes another.</summary>
[Clause("OMA-IM", "Group document", "XDM-3..6")]
internal sealed class Group
{
    private readonly GroupRules _rules;
    private readonly HashSet<string> _memberKeys;

    private Group(string identity, GroupDocument document, List<GroupMember> members, ListResolver resolve)
    {
        Identity = identity;
        Document = document;
        Members = members;
        _memberKeys = members.Select(static m => m.Address).ToHashSet(StringComparer.Ordinal);
        _rules = new GroupRules(document.Rules, _memberKeys, resolve);
    }

    /// <summary>The group identity in its one spelling.</summary>
    public string Identity { get; }

    public GroupDocument Document { get; }

    /// <summary>Each once, in the order of the list.</summary>
    public IReadOnlyList<GroupMember> Members { get; }

    /// <summary>The group of a document; null where its uri is no address of a group.</summary>
    /// <param name="document">What was read.</param>
    /// <param name="resolve">Finds lists that stand elsewhere.</param>
    /// <param name="most">How many members it may have; those beyond are left out.</param>
    public static Group? Of(GroupDocument document, ListResolver resolve, int most)
    {
        if (GroupsUsage.IdentityOf(document.Uri) is not { } identity) return null;
        var members = new List<GroupMember>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in document.List.SelectMany(e => e.IsExternal ? resolve(e.Uri) : [e]))
        {
            if (members.Count >= most) break;
            if (GroupUser.KeyOf(entry.Uri) is { } key && known.Add(key)) members.Add(new GroupMember(key, entry.DisplayName));
        }

        return new Group(identity, document, members, resolve);
    }

    /// <summary>Whether what it says depends on lists that stand elsewhere.</summary>
    public bool NamesLists =>
        Document.List.Any(static e => e.IsExternal) || Document.Rules.Any(static r => r.Conditions.Any(static c => c is PolicyCondition.ExternalList));

    public bool IsMember(in GroupUser user) => user.IsIn(_memberKeys);

    /// <summary>What its rules allow this user at this time.</summary>
    public GroupActions ActionsOf(in GroupUser user, DateTimeOffset at) => _rules.Of(user, at);

    public bool Allows(in GroupUser user, GroupActions action, DateTimeOffset at) => (_rules.Of(user, at) & action) == action;
}
