// Whether a request proves who sent it, by digest: for SIP, and for the XCAP server, which has the same accounts and realm.
using System.Net;
using System.Text;
using Confab.Runtime;
using Confab.Server.Ports;
using Confab.Sip.Authentication;
using MessageText = Confab.Sip.Message.Text;

namespace Confab.Server.Procedures.General;

/// <summary>What credentials are worth.</summary>
internal enum DigestVerdict
{
    /// <summary>They prove the account.</summary>
    Proven,

    /// <summary>There are none for us, or they are wrong: 401.</summary>
    Challenge,

    /// <summary>They are right, and their nonce is not good any more: 401 with stale=true, so that nobody is asked for the password.</summary>
    Stale,

    /// <summary>Too many wrong ones: 403.</summary>
    Barred,
}

/// <summary>Challenges, and credentials that answer them. Any thread may call.</summary>
[Clause("RFC 7616", "3.4", "COM-AOIA-4")]
[Clause("RFC 8760", "2.3")]
internal sealed class DigestVerification(World world, IDirectory directory, ServerOptions options)
{
    private static readonly TimeSpan s_nonceLifetime = TimeSpan.FromMinutes(5);

    private readonly NonceCounts _nonces = new(world.Ids, s_nonceLifetime, world.Time.GetUtcNow(), world.Limits.NoncesInUse);
    private readonly WrongAnswers _wrong = new(world.Limits);
    private readonly Account _nobody = Nobody(world.Ids, options.Domain);
    private readonly MessageText _realm = options.Domain;
    private readonly DigestAlgorithm[] _offered = [.. options.Sip.DigestAlgorithms.Select(static name => DigestAlgorithms.Parse(name))];

    private DateTimeOffset Now => world.Time.GetUtcNow();

    /// <summary>Looks at one Authorization value; <paramref name="account"/> is the one proven.</summary>
    /// <param name="authorization">The value of the header.</param>
    /// <param name="method">The method of the request.</param>
    /// <param name="remote">Where it came from.</param>
    /// <param name="account">The account when proven, else null.</param>
    public DigestVerdict Verify(MessageText authorization, ReadOnlySpan<byte> method, IPAddress remote, out Account? account)
    {
        account = null;
        if (!IsForUs(authorization, out var credentials)) return DigestVerdict.Challenge;
        var now = Now;
        var name = credentials.Username.ToString();
        var user = UserOf(name); // both his names are one to who counts
        if (_wrong.IsBarred(remote, user, now)) return DigestVerdict.Barred;

        // An unknown user costs the same work and gets the same answer as a wrong password: nobody learns here who has an account.
        // Not compared: the digest's uri with the Request-URI, as proxies on the way retarget (RFC 3261 22.4).
        var found = Find(name, out var ofAddress);
        var ha1 = (found ?? _nobody).Ha1(credentials.Algorithm, ofAddress);
        if (!DigestResponse.Proves(credentials, Encoding.ASCII.GetBytes(ha1), method) || found is null)
            return _wrong.Note(remote, user, now) ? DigestVerdict.Barred : DigestVerdict.Challenge;

        // The nonce last: whether it is stale is told only to those who know the password, or a guesser could ask so without end.
        // Without qop there is no count, and a nonce serves once (RFC 2617 clients).
        if (!_nonces.TryUse(credentials.Nonce, credentials.Qop == DigestQop.None ? 1 : credentials.Count, now)) return DigestVerdict.Stale;
        _wrong.Clear(remote, user);
        account = found;
        return DigestVerdict.Proven;
    }

    /// <summary>Whether the value is Digest of our realm in a form that we offered.</summary>
    public bool IsForUs(MessageText authorization, out DigestCredentials credentials) =>
        DigestCredentials.TryParse(authorization, out credentials) && credentials.IsServed && credentials.Realm.Equals(_realm) && _offered.Contains(credentials.Algorithm);

    /// <summary>
    /// The challenges of one 401, in the operator's order. RFC 8760 2.3 wants the preferred one first; it is MD5 out of the box, since deployed
    /// clients that know no other take the first challenge and give up on it.
    /// </summary>
    [Clause("RFC 8760", "2.3")]
    public IReadOnlyList<DigestChallenge> NewChallenges(bool stale) => [.. _offered.Select(algorithm => NewChallenge(algorithm, stale))];

    // COMPAT(SIPp 3.6, 2026-11-21): it reads the first challenge alone and knows only MD5.
    private DigestChallenge NewChallenge(DigestAlgorithm algorithm, bool stale) =>
        new(_realm, _nonces.Issue(Now), default, algorithm, OffersAuth: true, OffersAuthInt: false, stale);

    /// <summary>By the user part, or by the whole address, as some clients name themselves.</summary>
    private Account? Find(string name, out bool ofAddress)
    {
        ofAddress = name.Contains('@', StringComparison.Ordinal);
        return directory.TryGetAccount(UserOf(name), out var account) && IsOurs(account) ? account : null;
    }

    /// <summary>The user part of an address of ours; any other name as it stands.</summary>
    private string UserOf(string name)
    {
        var at = name.LastIndexOf('@');
        return at >= 0 && name.AsSpan(at + 1).Equals(options.Domain, StringComparison.Ordinal) ? name[..at] : name;
    }

    /// <summary>An account made for another domain has hashes of another realm.</summary>
    private bool IsOurs(Account account) =>
        account.Address.AsSpan(account.Address.LastIndexOf('@') + 1).Equals(options.Domain, StringComparison.OrdinalIgnoreCase);

    private static Account Nobody(Ids ids, string domain)
    {
        var secret = ids.Token(130);
        return Registration.PasswordHash.Of($"sip:nobody@{domain}", secret, domain);
    }
}
