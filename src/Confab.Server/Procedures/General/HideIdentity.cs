using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;

namespace Confab.Server.Procedures.General;

/// <summary>Who acts, in what leaves for others: P-Asserted-Identity, and the privacy that was asked for it (RFC 3325 7, 9.1, 9.3).</summary>
[Clause("RFC 3325", "7", "COM-PRIV-2", "COM-PRIV-3", "COM-AOIA-5")]
internal static class HideIdentity
{
    /// <summary>In place of a user who is not to be named, where no session gives him an alias (RFC 3323 4.1.1.3).</summary>
    public const string Uri = "sip:anonymous@anonymous.invalid";

    /// <summary>In place of his name.</summary>
    public const string Name = "Anonymous";

    /// <summary>
    /// Inside the trust domain the identity goes on with the wish that whoever sends it out of it takes it away; we are the ones who do where
    /// the next hop is the user himself.
    /// </summary>
    public static void Assert(ref SipWriter writer, Node node, Flow flow, string address, bool isHidden)
    {
        if (isHidden && !node.Verification.Trusts(flow)) return;
        writer.Header(HeaderName.PAssertedIdentity, $"<{address}>");
        if (isHidden) writer.Header(HeaderName.Privacy, "id");
    }
}
