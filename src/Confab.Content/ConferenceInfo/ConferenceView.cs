// Builds the state of a conference out of the documents of one subscription: RFC 4575 4.6.
namespace Confab.Content.ConferenceInfo;

/// <summary>What a document did to the view.</summary>
public enum ViewChange
{
    /// <summary>It is taken in.</summary>
    Applied,

    /// <summary>It is a double or older than what is known: passed over.</summary>
    Ignored,

    /// <summary>Something between is missing: the whole state is to be asked for.</summary>
    Gap,

    /// <summary>The conference is no more.</summary>
    Deleted,
}

/// <summary>
/// The local copy of a conference's state. Elements are found by their keys: <c>user@entity</c>, <c>endpoint@entity</c>, <c>media@id</c>
/// (RFC 4575 4.5).
/// </summary>
/// <param name="maxUsers">Users that are kept; those beyond it are not listed, <see cref="UserCount"/> tells of them.</param>
/// <param name="mergePartialUsers">
/// Takes a <c>users</c> without a state in a partial document for partial, as some senders mean it; the schema says full (C-60b).
/// </param>
public sealed class ConferenceView(int maxUsers, bool mergePartialUsers = false)
{
    private readonly Dictionary<string, ConferenceUser> _users = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private uint? _version;

    /// <summary>The users in the order in which they were first heard of.</summary>
    public IEnumerable<ConferenceUser> Users => _order.Select(entity => _users[entity]);

    public ConferenceDescription? Description { get; private set; }

    /// <summary>How many the server says are connected; null while it has not.</summary>
    public uint? UserCount { get; private set; }

    public ViewChange Apply(ConferenceDocument document)
    {
        var isWhole = document.State != ElementState.Partial || document.Version is null; // no version: whole (conflicts 4)
        if (document.Version is { } version)
        {
            if (version <= _version) return ViewChange.Ignored;
            if (!isWhole && version - 1 != _version) return ViewChange.Gap; // also one before anything whole has come
        }

        _version = document.Version ?? _version;
        if (isWhole)
        {
            if (document.State == ElementState.Deleted) Clear();
            else Replace(document.Users ?? []);
            Description = document.Description;
            UserCount = document.UserCount;
            return document.State == ElementState.Deleted ? ViewChange.Deleted : ViewChange.Applied;
        }

        Description = document.Description ?? Description;
        UserCount = document.UserCount ?? UserCount;
        if (document.Users is { } users) ApplyUsers(document.UsersState, users);
        return ViewChange.Applied;
    }

    /// <summary>A new subscription numbers its documents anew.</summary>
    public void ForgetVersion() => _version = null;

    private void ApplyUsers(ElementState? state, IReadOnlyList<ConferenceUser> users)
    {
        switch (state ?? (mergePartialUsers ? ElementState.Partial : ElementState.Full))
        {
            case ElementState.Full:
                Replace(users);
                break;
            case ElementState.Deleted:
                Clear();
                break;
            default:
                foreach (var user in users) Merge(user);
                break;
        }
    }

    private void Replace(IReadOnlyList<ConferenceUser> users)
    {
        // Who is known keeps his place, so that a refresh does not reorder what people look at.
        var kept = new Dictionary<string, ConferenceUser>(StringComparer.Ordinal);
        foreach (var user in users)
        {
            if (user.State != ElementState.Deleted && kept.Count < maxUsers) kept[user.Entity] = user;
        }

        _order.RemoveAll(entity => !kept.ContainsKey(entity));
        foreach (var user in kept.Values)
        {
            if (!_users.ContainsKey(user.Entity)) _order.Add(user.Entity);
        }

        _users.Clear();
        foreach (var (entity, user) in kept) _users[entity] = user;
    }

    private void Merge(ConferenceUser user)
    {
        if (user.State == ElementState.Deleted)
        {
            if (_users.Remove(user.Entity)) _order.Remove(user.Entity);
            return;
        }

        if (!_users.TryGetValue(user.Entity, out var known))
        {
            if (_users.Count >= maxUsers) return;
            _order.Add(user.Entity);
            _users[user.Entity] = user;
        }
        else _users[user.Entity] = user.State == ElementState.Full ? user : Merged(known, user);
    }

    private static ConferenceUser Merged(ConferenceUser known, ConferenceUser change)
    {
        var endpoints = known.Endpoints.ToList();
        foreach (var endpoint in change.Endpoints)
        {
            var index = endpoints.FindIndex(e => e.Entity == endpoint.Entity);
            if (endpoint.State == ElementState.Deleted)
            {
                if (index >= 0) endpoints.RemoveAt(index);
            }
            else if (index < 0) endpoints.Add(endpoint);
            else endpoints[index] = endpoint.State == ElementState.Full ? endpoint : Merged(endpoints[index], endpoint);
        }

        if (endpoints.Count > MostEndpoints) endpoints.RemoveRange(0, endpoints.Count - MostEndpoints);
        return known with { DisplayText = change.DisplayText ?? known.DisplayText, Roles = change.Roles ?? known.Roles, Endpoints = endpoints };
    }

    private const int MostEndpoints = 64; // of one user: what partial documents add one by one is bounded here

    private static ConferenceEndpoint Merged(ConferenceEndpoint known, ConferenceEndpoint change) => known with
    {
        Status = change.Status ?? known.Status,
        JoiningMethod = change.JoiningMethod ?? known.JoiningMethod,
        JoiningInfo = change.JoiningInfo ?? known.JoiningInfo,
        DisconnectionMethod = change.DisconnectionMethod ?? known.DisconnectionMethod,
        DisconnectionInfo = change.DisconnectionInfo ?? known.DisconnectionInfo,
        Media = Merged(known.Media, change.Media),
    };

    private static List<ConferenceMedia> Merged(IReadOnlyList<ConferenceMedia> known, IReadOnlyList<ConferenceMedia> changes)
    {
        var media = known.ToList();
        foreach (var change in changes)
        {
            var index = media.FindIndex(m => m.Id == change.Id);
            if (index >= 0) media[index] = change;
            else if (media.Count < MostEndpoints) media.Add(change);
        }

        return media;
    }

    private void Clear()
    {
        _users.Clear();
        _order.Clear();
    }
}
