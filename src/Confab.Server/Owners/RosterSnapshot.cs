using Confab.Server.Ports;

namespace Confab.Server.Owners;

/// <summary>A line of the roster as the store has it: as it is, or as it will be when what is being stored has been answered.</summary>
internal static class RosterSnapshot
{
    public const string Invited = "Invited";
    public const string Connected = "Connected";
    public const string Disconnected = "Disconnected";
    public const string Withdrawn = "Withdrawn";

    public static StoredMember Of(Attendee attendee) => new(
        attendee.Address,
        attendee.Place,
        attendee.DisplayName,
        attendee.Status switch
        {
            _ when attendee.IsWithdrawn => Withdrawn,
            EndpointStatus.Connected => Connected,
            EndpointStatus.Disconnected => Disconnected,
            _ => Invited, // that a device rings is not worth a write
        },
        attendee.IsExpelled,
        attendee.Joined is { } joined ? new StoredTransition(joined.Method.ToString(), joined.By, joined.When) : null,
        attendee.Disconnected is { } left ? new StoredTransition(left.Method.ToString(), left.By, left.When) : null,
        attendee.Alias,
        attendee.IsHiddenByInviter);

    /// <summary>After <see cref="Roster.Join"/> of his own accord.</summary>
    public static StoredMember Joined(Roster roster, string address, string? displayName, string? alias)
    {
        var before = Before(roster, address, alias);
        return before with
        {
            Status = Connected,
            DisplayName = displayName ?? before.DisplayName,
            Joined = new StoredTransition(nameof(JoiningMethod.DialedIn), null, roster.Now),
            Left = null,
        };
    }

    /// <summary>After <see cref="Roster.Invite"/>.</summary>
    public static StoredMember InvitedBy(Roster roster, string address, string? by, string? alias = null) => Before(roster, address, alias) with
    {
        IsHiddenByInviter = alias is not null,
        Status = Invited,
        IsExpelled = false,
        Joined = new StoredTransition(nameof(JoiningMethod.DialedOut), by, roster.Now),
        Left = null,
    };

    /// <summary>Several at once: those who are new stand behind those who are there, in the order given.</summary>
    public static IReadOnlyList<StoredMember> InOrder(Roster roster, IEnumerable<StoredMember> members)
    {
        var place = roster.NextPlace;
        return [.. members.Select(member => roster.Find(member.Entity) is null ? member with { Place = place++ } : member)];
    }

    /// <summary>After <see cref="Roster.Leave"/>; who is removed by another is expelled.</summary>
    public static StoredMember Gone(Roster roster, string address, string? alias, DisconnectionMethod method, string? by) => Before(roster, address, alias) with
    {
        Status = Disconnected,
        IsExpelled = method == DisconnectionMethod.Booted,
        Left = new StoredTransition(method.ToString(), by, roster.Now),
    };

    /// <summary>Whether the two say the same of the member; when it came about was stored with the first.</summary>
    public static bool IsSame(StoredMember one, StoredMember other) =>
        one.Status == other.Status && one.IsHiddenByInviter == other.IsHiddenByInviter && one.DisplayName == other.DisplayName && one.IsExpelled == other.IsExpelled
        && IsSame(one.Joined, other.Joined) && IsSame(one.Left, other.Left);

    /// <summary>The line of a stored member.</summary>
    /// <exception cref="InvalidDataException">A word in it is none of ours.</exception>
    public static Attendee Restore(StoredMember member) => new(member.Address, member.Alias, member.Place)
    {
        DisplayName = member.DisplayName,
        Status = member.Status switch
        {
            Invited => EndpointStatus.DialingOut,
            Connected => EndpointStatus.Connected,
            Disconnected or Withdrawn => EndpointStatus.Disconnected,
            _ => throw new InvalidDataException($"'{member.Status}' is no status of a member"),
        },
        IsWithdrawn = member.Status == Withdrawn,
        IsHiddenByInviter = member.IsHiddenByInviter,
        IsExpelled = member.IsExpelled,
        Joined = member.Joined is { } joined ? new Joining(Parse<JoiningMethod>(joined.Method), joined.By, joined.When) : null,
        Disconnected = member.Left is { } left ? new Disconnection(Parse<DisconnectionMethod>(left.Method), left.By, left.When) : null,
    };

    private static StoredMember Before(Roster roster, string address, string? alias) => roster.Find(alias ?? address) is { } attendee
        ? Of(attendee)
        : new StoredMember(address, roster.NextPlace, null, Invited, IsExpelled: false, null, null, alias);

    private static bool IsSame(StoredTransition? one, StoredTransition? other) => one?.Method == other?.Method && one?.By == other?.By;

    private static T Parse<T>(string word)
        where T : struct, Enum => Enum.TryParse<T>(word, out var value) && Enum.IsDefined(value) ? value : throw new InvalidDataException($"'{word}' is no {typeof(T).Name}");
}
