using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transport;

namespace Confab.Client.Procedures;

/// <summary>OMA-IM 7.1.1.1 General: what all requests that this client originates have in common.</summary>
[Clause("OMA-IM", "7.1.1.1", "IMC-GEN-1..8", "IMC-GEN-10", "IMC-GEN-12", "IMC-GEN-14", "COM-AOIA-1", "COM-PRIV-1")]
internal static class General
{
    public const string FeatureTag = "+g.oma.sip-im";

    public const string LargeMessageTag = "+g.oma.sip-im.large-message";

    public const string AnonymousUri = "sip:anonymous@anonymous.invalid";

    /// <summary>What works; a procedure that serves another method adds it here (D-01).</summary>
    public const string Allow = "INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, MESSAGE";

    /// <summary>The extensions that work (D-01).</summary>
    public const string Supported = "replaces, timer, norefersub, tdialog";

    /// <summary>Those of them that the invitation of a peer may require.</summary>
    public static readonly string[] Requirable = ["replaces", "timer", "tdialog"];

    public static void WriteRequestHeaders(ref SipWriter writer, ImClient client, SipMethod method)
    {
        writer.Header(HeaderName.UserAgent, Release.Own);
        if (method != SipMethod.Register) client.Ims.WriteAccess(ref writer, method);
        if (method != SipMethod.Invite) return;
        writer.Header(HeaderName.AcceptContact, "*;" + FeatureTag);
        WriteAllow(ref writer);
    }

    public static void WriteAllow(ref SipWriter writer)
    {
        writer.Header(HeaderName.Allow, Allow);
        writer.Header(HeaderName.Supported, Supported);
    }

    /// <summary>Contact of dialogs and bindings: where this flow ends, and the feature tag outside of the brackets.</summary>
    public static string Contact(ImClient client, Flow flow, bool isLargeMessage = false) =>
        $"<sip:{client.Address.User}@{client.Transport.SentBy(flow)}{SipTransport.TransportParameter(flow)}>;{(isLargeMessage ? LargeMessageTag : FeatureTag)}";

    /// <summary>Who the user wishes to be asserted as, and whether others may see it (RFC 3325 9.2, 9.3).</summary>
    public static void WriteIdentity(ref SipWriter writer, ImSession session)
    {
        WritePreferredIdentity(ref writer, session.Client);
        if (session.IsAnonymous) writer.Header(HeaderName.Privacy, "id");
    }

    public static void WritePreferredIdentity(ref SipWriter writer, ImClient client) =>
        writer.Address(HeaderName.PPreferredIdentity, client.Ims.PreferredIdentity, "", client.Options.DisplayName ?? "");

    public static (string Uri, string Name) From(ImSession session) => session.IsAnonymous
        ? (AnonymousUri, "Anonymous")
        : (session.Client.Options.Address, session.Client.Options.DisplayName ?? "");
}
