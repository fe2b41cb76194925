// Who opens the connection: a=setup (RFC 4145 4, RFC 6135 4.2).
namespace Confab.Content.Sdp;

public enum SetupRole
{
    /// <summary>The answerer chooses.</summary>
    ActPass,

    /// <summary>Opens the connection.</summary>
    Active,

    /// <summary>Waits for the connection.</summary>
    Passive,
}
