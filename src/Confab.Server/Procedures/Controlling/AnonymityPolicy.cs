using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Xdm;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// Whether a user may take part without being named: step 3) of OMA-IM 7.2.1.5. The only place that decides it, in a pre-defined group by the
/// rule allow-anonymity. Who is refused gets 403 and is not named to anybody.
/// </summary>
[Clause("OMA-IM", "7.2.1.5", "COM-PRIV-4", "COM-PRIV-5", "IMS-REJOIN-3", "IMS-JOIN-3", "IMS-ADD-4")]
internal static class AnonymityPolicy
{
    /// <summary>The reason phrase of the 403.</summary>
    public const string Reason = "Anonymity Disallowed";

    /// <summary>In ad-hoc sessions.</summary>
    public static bool AllowsAdHoc(Node node) => node.Options.Session.AllowAnonymityAdHoc;

    /// <summary>This user in this session.</summary>
    public static bool Allows(Focus focus, in GroupUser user) => focus.Kind switch
    {
        SessionKind.OneToOne => true, // the callee sees that nobody is named, and declines
        SessionKind.AdHoc => AllowsAdHoc(focus.Node),
        _ => focus.Group!.Allows(user with { IsAnonymous = true }, GroupActions.Anonymity, focus.Node.World.Time.GetUtcNow()),
    };
}
