using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.General;
using Confab.Server.Xdm;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// IM Session joining policy: OMA-IM 7.2.2.9. Who may come in by the IM Session Identity, or by the group identity. The schedule of a group is
/// the validity of its rules.
/// </summary>
[Clause("OMA-IM", "7.2.2.9", "IMS-JPOL-1..5")]
internal static class JoiningPolicy
{
    public static bool Allows(Focus focus, Originator originator, bool isAnonymous) => focus.Kind switch
    {
        // the two alone, and not before both are in: until then there is an invitation to answer
        SessionKind.OneToOne => focus.IsStanding && focus.Roster.OfUser(originator.Address) is not null,

        // who was ever invited or in, the originator included, unless he was expelled and not invited since
        SessionKind.AdHoc => focus.Roster.MayReturn(originator.Address),

        // whom join-handling lets in, whoever removed him before
        _ => focus.Group!.Allows(GroupUser.Of(originator, isAnonymous), GroupActions.Join, focus.Node.World.Time.GetUtcNow()),
    };
}
