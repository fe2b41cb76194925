namespace Confab.Server.Xdm;

/// <summary>What the rules of a group can allow. What none of them allows is not allowed.</summary>
[Flags]
internal enum GroupActions
{
    None = 0,

    /// <summary>allow-initiate-conference: to start the session.</summary>
    Initiate = 1,

    /// <summary>join-handling: to come in.</summary>
    Join = 1 << 1,

    /// <summary>allow-anonymity: to be in it without a name.</summary>
    Anonymity = 1 << 2,

    /// <summary>allow-conference-state: to be told who is there.</summary>
    ConferenceState = 1 << 3,

    /// <summary>allow-invite-users-dynamically: to add users.</summary>
    InviteUsers = 1 << 4,

    /// <summary>allow-expelling: to remove users.</summary>
    Expel = 1 << 5,

    /// <summary>allow-private-message: to say something to one member alone.</summary>
    PrivateMessage = 1 << 6,
}
