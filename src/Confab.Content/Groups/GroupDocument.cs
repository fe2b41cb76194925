// A pre-defined group as OMA's documents have it (application/vnd.oma.poc.groups+xml): a list-service with its members and its rules.
using Confab.Content.CommonPolicy;

namespace Confab.Content.Groups;

/// <summary>What a group document says of one group.</summary>
/// <param name="Uri">The group identity.</param>
/// <param name="DisplayName">The group's name, null where it has none.</param>
/// <param name="List">The members in their order, doubles kept.</param>
/// <param name="InviteMembers">Whether the members are invited when a session begins; false where it is not said.</param>
/// <param name="MaxParticipantCount">How many may take part at once; null where the group has no limit.</param>
/// <param name="Rules">Who may do what.</param>
public sealed record GroupDocument(
    string Uri, string? DisplayName, IReadOnlyList<GroupEntry> List, bool InviteMembers, int? MaxParticipantCount, IReadOnlyList<PolicyRule> Rules)
{
    public const string Namespace = "urn:oma:xml:poc:list-service";
}

/// <summary>A member, or a list of members that stands elsewhere.</summary>
/// <param name="Uri">His address; of a list the URI of its document, with a node selector or without.</param>
/// <param name="DisplayName">His name, null where it is not said.</param>
/// <param name="IsExternal">Whether it is a list.</param>
public sealed record GroupEntry(string Uri, string? DisplayName = null, bool IsExternal = false);
