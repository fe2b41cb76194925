using System.Collections.Concurrent;
using Confab.Content.Groups;
using Confab.Runtime;
using Confab.Server.Xdm.Usages;
using Confab.Sip.Message;
using Microsoft.Extensions.Logging;

namespace Confab.Server.Xdm;

/// <summary>
/// All pre-defined groups by their identity, made ready from the documents: read on any thread, written in the documents' mailbox. Who keeps a
/// session of a group is told of each change after it can be read here, so that a stale copy is never used.
/// </summary>
[Clause("RFC 5875", "4", "XDM-15", "XDM-16")]
internal sealed partial class GroupTable(Limits limits, ILogger log)
{
    private readonly ConcurrentDictionary<string, Group> _groups = new(StringComparer.Ordinal);

    /// <summary>Told of the identity of a group that is new, changed or gone.</summary>
    public Action<string>? Changed { get; set; }

    public Group? Find(string identity) => _groups.GetValueOrDefault(identity);

    public Group? Find(in SipUri uri) => _groups.IsEmpty || !uri.IsSipOrSips ? null : Find(uri.AddressKey());

    /// <summary>Takes the documents that there are, and each change from then on; once, at the start.</summary>
    public void Load(Documents documents)
    {
        foreach (var document in documents.OfUsage(GroupsUsage.Id)) Take(new ExternalLists(documents, limits.GroupMembers), document, []);
        documents.Watch(change =>
        {
            var lists = new ExternalLists(documents, limits.GroupMembers);
            if (change.Id.Auid == GroupsUsage.Id) Take(lists, change.After, change.Before?.Uris ?? []);
            else if (change.Id.Auid == ResourceListsUsage.Id) TakeAgain(lists, documents.Of(change.Id.Xui));
        });
    }

    /// <summary>A list of the user has changed that groups of his may name.</summary>
    private void TakeAgain(ExternalLists lists, IEnumerable<Document> documents)
    {
        foreach (var document in documents)
        {
            if (document.Id.Auid == GroupsUsage.Id && document.Uris.Any(uri => Find(uri) is { NamesLists: true })) Take(lists, document, document.Uris);
        }
    }

    /// <summary>A document has come, changed or gone: what it says of its groups holds, and what it no longer speaks of is no group.</summary>
    private void Take(ExternalLists lists, Document? document, IEnumerable<string> urisBefore)
    {
        var said = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in Read(lists, document))
        {
            if (!said.Add(group.Identity)) continue; // the first that a document has of a name
            _groups[group.Identity] = group;
            Changed?.Invoke(group.Identity);
        }

        foreach (var gone in urisBefore.Except(said, StringComparer.Ordinal))
        {
            if (_groups.TryRemove(gone, out _)) Changed?.Invoke(gone);
        }
    }

    private IEnumerable<Group> Read(ExternalLists lists, Document? document)
    {
        if (document is null) return [];
        if (GroupDocumentReader.TryParse(document.Content, limits.GroupMembers, out var groups, out var fault))
        {
            var resolve = lists.For(document.Id.Xui);
            return groups.Select(g => Group.Of(g, resolve, limits.GroupMembers)).OfType<Group>();
        }

        NotUnderstood(log, document.Id.Selector, fault.Reason);
        return [];
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The group document {Document} is not understood, so there is no such group: {Reason}")]
    private static partial void NotUnderstood(ILogger log, string document, string reason);
}
