using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.General;

/// <summary>
/// Anonymity is asked for, by Privacy or by an anonymous From: it is refused rather than broken until it is kept everywhere (RFC 5079).
/// </summary>
[Clause("RFC 3323", "4.2", "COM-PRIV-1")]
internal static class RefuseAnonymity
{
    private const int AnonymityDisallowed = 433;

    /// <summary>Whether the request has been refused.</summary>
    public static bool Run(Conversation owner, IServerTransaction transaction)
    {
        if (!IsAsked(transaction.Request)) return false;
        owner.Answer(transaction, AnonymityDisallowed, reason: "Anonymity Disallowed");
        return true;
    }

    /// <summary>Whether the request asks for it.</summary>
    public static bool IsAsked(SipRequest request) => IsAnonymous(request.From) || AsksForPrivacy(request);

    private static bool IsAnonymous(NameAddr from) => from.Uri.IsSipOrSips && from.Uri.Host.EqualsIgnoreCase("anonymous.invalid"u8);

    /// <summary>Any value but <c>none</c>; semicolons separate them, and commas are read too (COM-PRIV-1).</summary>
    private static bool AsksForPrivacy(SipRequest request)
    {
        foreach (var privacy in request.Headers(HeaderName.Privacy))
        {
            foreach (var value in privacy.ToString().Split([';', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (!value.Equals("none", StringComparison.OrdinalIgnoreCase)) return true;
            }
        }

        return false;
    }
}
