// Who sent a request: "Authenticated Originator's IM Address". From alone is no proof.
//
//   trusted peer ──► its P-Asserted-Identity ──► Verified, or 403 where it asserts nobody
//   any other    ──► digest ──► Verified, where From agrees or is anonymous, else 403
//                      └─ none or wrong: 401, and 403 to who goes on guessing
using Confab.Runtime;
using Confab.Server.Ports;
using Confab.Sip.Message;

namespace Confab.Server.Procedures.General;

/// <summary>Who a request comes from, proven.</summary>
/// <param name="Address">The IM Address in its one spelling: <c>sip:user@host</c>, or <c>tel:</c> where a trusted peer asserts nothing else.</param>
/// <param name="TelAddress">The number that a trusted peer asserts, in its one spelling.</param>
/// <param name="DisplayName">How the user wants to be called; null when nothing says, or he is anonymous.</param>
/// <param name="ByTrustedPeer">Asserted by the network, rather than proven by a password.</param>
internal sealed record Originator(string Address, string? TelAddress, string? DisplayName, bool ByTrustedPeer);

/// <summary>The outcome of <see cref="OriginatorVerification"/>.</summary>
internal abstract record Verdict
{
    private Verdict()
    {
    }

    internal sealed record Verified(Originator Originator) : Verdict;

    /// <summary>Answer 401 with what <paramref name="Challenges"/> writes.</summary>
    internal sealed record Challenged(HeadersWriter Challenges) : Verdict;

    internal sealed record Refused(int Status, string Reason) : Verdict;
}

/// <summary>Finds the Authenticated Originator's IM Address of a request. Any thread may call.</summary>
[Clause("OMA-IM", "Authenticated Originator's IM Address", "COM-AOIA-2..4", "COM-AOIA-6", "IMS-GEN-6")]
[Clause("RFC 3325", "8")]
[Clause("RFC 3261", "22.2")]
internal sealed class OriginatorVerification(World world, IDirectory directory, ServerOptions options)
{
    private readonly TrustedPeers _trusted = new(options.Sip.TrustedPeers);

    /// <summary>The accounts and nonces behind it, for others who authenticate the same users.</summary>
    public DigestVerification Digest { get; } = new(world, directory, options);

    /// <summary>Whether this flow leads to one of the trust domain (RFC 3325 2.3).</summary>
    public bool Trusts(Flow flow) => _trusted.Contains(flow.Remote.Address);

    public Verdict Verify(SipRequest request, Flow flow) =>
        Trusts(flow) ? VerifyAsserted(request) : VerifyDigest(request, flow);

    /// <summary>
    /// Whether a request inside a dialog must prove its sender again: when it comes another way than the one that was authenticated. Never
    /// ACK or CANCEL, which cannot come again with an answer (RFC 3261 22.1). D-02.
    /// </summary>
    public bool NeedsChallenge(SipRequest inDialog, Flow flow, Flow authenticatedFlow) =>
        inDialog.Method is not (SipMethod.Ack or SipMethod.Cancel)
        && !flow.IsSameAs(authenticatedFlow)
        && !_trusted.Contains(flow.Remote.Address); // which node of the core it comes from is the core's affair

    /// <summary>
    /// Whether a CANCEL comes from the hop that its INVITE came from: it cannot be challenged, and who else has seen the branch must not end the
    /// call (RFC 3261 22.1). The address decides: a client may have made another connection meanwhile.
    /// </summary>
    [Clause("RFC 3261", "22.1")]
    public bool IsSameHop(Flow cancel, Flow invite) =>
        cancel.Remote.Address.Equals(invite.Remote.Address) || _trusted.Contains(cancel.Remote.Address);

    /// <summary>At most one SIP and one tel identity (RFC 3325 9.1); the first of each counts, what is neither is passed over.</summary>
    [Clause("RFC 3325", "9.1", "COM-AOIA-3")]
    private static Verdict VerifyAsserted(SipRequest request)
    {
        NameAddr sip = default, tel = default;
        foreach (var value in request.Headers(HeaderName.PAssertedIdentity))
        {
            if (!NameAddr.TryParse(value, out var identity) || AnonymityAsked.Hides(identity.Uri)) continue;
            if (identity.Uri.Scheme == UriScheme.Tel && tel.IsEmpty) tel = identity;
            else if (identity.Uri.IsSipOrSips && !identity.Uri.User.IsEmpty && sip.IsEmpty) sip = identity;
        }

        if (sip.IsEmpty && tel.IsEmpty) return new Verdict.Refused(StatusCode.Forbidden, "No usable P-Asserted-Identity");
        var number = tel.IsEmpty ? null : tel.Uri.AddressKey();
        var name = NameOf(sip) ?? NameOf(tel);
        return new Verdict.Verified(new Originator(sip.IsEmpty ? number! : Canonical(sip.Uri), number, name, ByTrustedPeer: true));
    }

    private Verdict VerifyDigest(SipRequest request, Flow flow)
    {
        var verdict = DigestVerdict.Challenge;
        Account? account = null;
        foreach (var authorization in request.Headers(HeaderName.Authorization))
        {
            if (!Digest.IsForUs(authorization, out _)) continue; // for another realm on the way
            verdict = Digest.Verify(authorization, request.MethodText.Span, flow.Remote.Address, out account);
            break;
        }

        return verdict switch
        {
            DigestVerdict.Proven => VerifyFrom(request, account!),
            DigestVerdict.Barred => new Verdict.Refused(StatusCode.Forbidden, "Too many wrong answers"),
            _ => Challenge(stale: verdict == DigestVerdict.Stale),
        };
    }

    /// <summary>Nobody speaks in another's name; an anonymous From hides the name from the others, not from the server (RFC 3323 4.1).</summary>
    private static Verdict VerifyFrom(SipRequest request, Account account)
    {
        var isAnonymous = AnonymityAsked.Hides(request.From.Uri);
        if (!isAnonymous && Canonical(request.From.Uri) != account.Address)
            return new Verdict.Refused(StatusCode.Forbidden, "From is not the authenticated user");
        var name = isAnonymous ? null : PreferredName(request, account) ?? NameOf(request.From);
        return new Verdict.Verified(new Originator(account.Address, TelAddress: null, name, ByTrustedPeer: false));
    }

    /// <summary>P-Preferred-Identity picks among the user's own identities; there is one, so only its display name says something (RFC 3325 6, 9.2).</summary>
    private static string? PreferredName(SipRequest request, Account account)
    {
        foreach (var value in request.Headers(HeaderName.PPreferredIdentity))
        {
            if (NameAddr.TryParse(value, out var preferred) && Canonical(preferred.Uri) == account.Address) return NameOf(preferred);
        }

        return null;
    }

    private Verdict.Challenged Challenge(bool stale)
    {
        var challenges = Digest.NewChallenges(stale);
        return new Verdict.Challenged((ref SipWriter writer) =>
        {
            foreach (var challenge in challenges) challenge.Write(ref writer, HeaderName.WwwAuthenticate);
        });
    }

    /// <summary>A sips URI names the same user, reached over TLS.</summary>
    private static string Canonical(in SipUri uri)
    {
        var key = uri.AddressKey();
        return uri.Scheme == UriScheme.Sips ? "sip:" + key["sips:".Length..] : key;
    }

    private static string? NameOf(in NameAddr address)
    {
        if (address.IsEmpty) return null;
        var name = QuotedText.Unescape(address.DisplayName).ToString().Trim();
        return name.Length == 0 ? null : name;
    }
}
