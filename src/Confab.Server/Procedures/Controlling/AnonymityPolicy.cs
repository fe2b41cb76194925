using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// Whether a user may take part without being named: step 3) of OMA-IM 7.2.1.5. The only place that decides it; the rule allow-anonymity of a
/// pre-defined group has its place here. Who is refused gets 403 and is not named to anybody.
/// </summary>
[Clause("OMA-IM", "7.2.1.5", "COM-PRIV-4", "COM-PRIV-5", "IMS-REJOIN-3", "IMS-JOIN-3", "IMS-ADD-4")]
internal static class AnonymityPolicy
{
    /// <summary>The reason phrase of the 403.</summary>
    public const string Reason = "Anonymity Disallowed";

    /// <summary>In sessions of this kind.</summary>
    public static bool Allows(Node node, SessionKind kind) => kind switch
    {
        SessionKind.OneToOne => true, // the callee sees that nobody is named, and declines
        _ => node.Options.Session.AllowAnonymityAdHoc,
    };

    /// <summary>Whether the request asks for what is not allowed.</summary>
    public static bool Refuses(Node node, SessionKind kind, SipRequest request) => General.AnonymityAsked.In(request) && !Allows(node, kind);
}
