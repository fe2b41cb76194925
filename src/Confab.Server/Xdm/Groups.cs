using System.Collections.Concurrent;
using Confab.Content.Groups;
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Server.Xdm;

/// <summary>
/// All pre-defined groups by their identity, in memory: read by any thread, written by one at a time. Who keeps a session of a group is told
/// of each change after it can be read.
/// </summary>
[Clause("RFC 5875", "4", "XDM-15", "XDM-16")]
internal sealed class Groups(Limits limits)
{
    private readonly ConcurrentDictionary<string, Group> _groups = new(StringComparer.Ordinal);

    /// <summary>Finds lists that documents name by a URI.</summary>
    public ListResolver Resolve { get; set; } = static _ => [];

    /// <summary>Told of the identity of a group that is new, changed or gone; on the writer's thread.</summary>
    public Action<string>? Changed { get; set; }

    public Group? Find(string identity) => _groups.GetValueOrDefault(identity);

    public Group? Find(in SipUri uri) => _groups.IsEmpty || !uri.IsSipOrSips ? null : Find(uri.AddressKey());

    /// <summary>Takes a new or changed document; false where its uri is no address.</summary>
    public bool Put(GroupDocument document)
    {
        if (Group.Of(document, Resolve, limits.GroupMembers) is not { } group) return false;
        _groups[group.Identity] = group;
        Changed?.Invoke(group.Identity);
        return true;
    }

    /// <summary>The document of the group is gone.</summary>
    public void Remove(string uri)
    {
        if (GroupUser.KeyOf(uri) is { } identity && _groups.TryRemove(identity, out _)) Changed?.Invoke(identity);
    }

    /// <summary>A list that documents may name has changed: those that name any are resolved anew.</summary>
    public void ListsChanged()
    {
        foreach (var group in _groups.Values)
        {
            if (group.NamesLists) Put(group.Document);
        }
    }
}
