using System.Security.Cryptography;
using System.Text;
using Confab.Runtime;
using Confab.Server.Procedures.General;
using Confab.Sip.Authentication;
using MessageText = Confab.Sip.Message.Text;

namespace Confab.Server.Xdm;

/// <summary>Who sends a request. RFC 4825 8 (digest), 5.7 (trusted users).</summary>
/// <param name="Address">The IM Address; empty for the operator.</param>
internal sealed record XcapUser(string Address)
{
    /// <summary>Whoever has the token of this server: a trusted user of 5.7.</summary>
    public static XcapUser Operator { get; } = new("");

    public bool IsOperator => Address.Length == 0;
}

/// <summary>Finds out who sends an HTTP request: digest with the accounts and the realm of SIP, or the operator's token.</summary>
[Clause("RFC 4825", "8")]
[Clause("RFC 7616", "3.4")]
internal sealed class XcapAccess(DigestVerification digest, string realm, string? operatorToken)
{
    private const string Bearer = "Bearer ";

    /// <summary>The sender, or the answer to one who is not proven.</summary>
    public XcapResponse? Verify(XcapRequest request, out XcapUser? user)
    {
        user = null;
        foreach (var value in request.Authorization)
        {
            if (value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            {
                if (operatorToken is null || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(value[Bearer.Length..].Trim()), Encoding.UTF8.GetBytes(operatorToken))) break;
                user = XcapUser.Operator;
                return null;
            }

            if (!digest.IsForUs(MessageText.Of(value), out var credentials)) continue;

            // RFC 7616 3.4.6: what was asked for is what was signed.
            if (credentials.Uri.ToString() != request.Target) return XcapResponse.Of(400, "The uri of the credentials is not that of the request.");
            switch (digest.Verify(MessageText.Of(value), Encoding.ASCII.GetBytes(request.Method), request.Remote, out var account))
            {
                case DigestVerdict.Proven:
                    user = new XcapUser(account!.Address);
                    return null;
                case DigestVerdict.Barred:
                    return XcapResponse.Of(403, "Too many wrong answers; come back later.");
                case DigestVerdict.Stale:
                    return Challenge(stale: true);
            }

            break;
        }

        return Challenge(stale: false);
    }

    private XcapResponse Challenge(bool stale) =>
        XcapResponse.Of(401, $"Sign in with the user name and password of your IM account of {realm}.") with
        {
            Challenges = [.. digest.NewChallenges(stale).Select(static c => Write(c))],
        };

    private static string Write(DigestChallenge challenge) =>
        $"Digest realm=\"{challenge.Realm.ToString().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\", nonce=\"{challenge.Nonce}\", algorithm={Encoding.ASCII.GetString(DigestAlgorithms.Name(challenge.Algorithm))}, qop=\"auth\"{(challenge.IsStale ? ", stale=true" : "")}";
}
