using Confab.Runtime;
using Confab.Server.Owners;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// IM Session joining policy: OMA-IM 7.2.2.9. Who may come in by the IM Session Identity. The rules of a pre-defined group, its join-handling
/// and its schedule, have their place here.
/// </summary>
[Clause("OMA-IM", "7.2.2.9", "IMS-JPOL-2", "IMS-JPOL-3", "IMS-JPOL-4")]
internal static class JoiningPolicy
{
    public static bool Allows(Focus focus, string address) => focus.Kind switch
    {
        // the two alone, and not before both are in: until then there is an invitation to answer
        SessionKind.OneToOne => focus.IsStanding && focus.Roster.OfUser(address) is not null,

        // who was ever invited or in, the originator included, unless he was expelled and not invited since
        _ => focus.Roster.MayReturn(address),
    };
}
