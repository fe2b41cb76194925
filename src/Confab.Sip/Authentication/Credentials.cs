using System.Globalization;
using System.Text;
using Confab.Runtime;
using Confab.Sip.Message;
using MessageText = Confab.Sip.Message.Text;

namespace Confab.Sip.Authentication;

/// <summary>What a client knows of itself, and how it answers a challenge with it.</summary>
[Clause("RFC 3261", "22.2", "IMC-GEN-14")]
public sealed class Credentials(string user, string password, Ids ids)
{
    /// <summary>Challenges that one request answers: the first, one for a stale nonce, one from a proxy on the way.</summary>
    public const int MostTries = 3;

    private const int MostNoncesKept = 64;

    private const int MostRealmsKept = 16; // the server, and proxies on the way

    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (HeaderName Name, DigestChallenge Challenge)> _met = new(StringComparer.Ordinal);

    public string User => user;

    /// <summary>
    /// Credentials for every challenge that can be met, the strongest algorithm of each realm (RFC 8760 2.4); null when there is none, or when
    /// a realm asks again and does not call the nonce stale: then the password is wrong (RFC 7616 3.3).
    /// </summary>
    /// <param name="response">The challenge.</param>
    /// <param name="method">Method of the request.</param>
    /// <param name="uri">Its Request-URI.</param>
    /// <param name="answered">The realms that this one request has answered; grows here.</param>
    public HeadersWriter? Answer(SipResponse response, SipMethod method, string uri, HashSet<string> answered)
    {
        var answers = new List<(HeaderName Name, DigestCredentials Credentials)>();
        if (response.Status == StatusCode.Unauthorized) Collect(response, HeaderName.WwwAuthenticate, HeaderName.Authorization, method, uri, answered, answers);
        if (response.Status == StatusCode.ProxyAuthenticationRequired) Collect(response, HeaderName.ProxyAuthenticate, HeaderName.ProxyAuthorization, method, uri, answered, answers);
        if (answers.Count == 0) return null;
        return (ref SipWriter writer) =>
        {
            foreach (var (name, credentials) in answers) credentials.Write(ref writer, name);
        };
    }

    /// <summary>
    /// Credentials for the challenges that were met last, without being asked again: the same nonces, counted on (RFC 7616 3.4). Null before any
    /// challenge. A server that does not take the nonce any more asks anew.
    /// </summary>
    /// <param name="method">Method of the request.</param>
    /// <param name="uri">Its Request-URI.</param>
    [Clause("RFC 7616", "3.4")]
    public HeadersWriter? Anticipate(SipMethod method, string uri)
    {
        if (_met.Count == 0) return null;
        var answers = _met.Values.Select(m => (m.Name, Credentials: Meet(m.Challenge, method, uri))).ToArray();
        return (ref SipWriter writer) =>
        {
            foreach (var (name, credentials) in answers) credentials.Write(ref writer, name);
        };
    }

    private void Collect(
        SipResponse response,
        HeaderName asked,
        HeaderName answer,
        SipMethod method,
        string uri,
        HashSet<string> answered,
        List<(HeaderName Name, DigestCredentials Credentials)> answers)
    {
        foreach (var realm in Challenges(response, asked).GroupBy(static c => c.Realm.ToString(), StringComparer.Ordinal))
        {
            var best = realm.MaxBy(static c => c.Algorithm == DigestAlgorithm.Sha256);
            if (!answered.Add($"{answer} {realm.Key}") && !best.IsStale) continue;
            answers.Add((answer, Meet(best, method, uri)));
            if (_met.Count >= MostRealmsKept) _met.Clear();
            _met[$"{answer} {realm.Key}"] = (answer, best);
        }
    }

    private static List<DigestChallenge> Challenges(SipResponse response, HeaderName name)
    {
        var challenges = new List<DigestChallenge>();
        foreach (var value in response.Headers(name))
        {
            if (DigestChallenge.TryParse(value.Copy(), out var challenge) && challenge.IsServed) challenges.Add(challenge);
        }

        return challenges;
    }

    private DigestCredentials Meet(in DigestChallenge challenge, SipMethod method, string uri)
    {
        var qop = challenge.OffersAuth ? DigestQop.Auth : DigestQop.None;
        MessageText cnonce = ids.Token(80);
        MessageText count = Count(challenge.Nonce.ToString()).ToString("x8", CultureInfo.InvariantCulture);
        var ha1 = DigestResponse.Ha1(challenge.Algorithm, Encoding.UTF8.GetBytes(user), challenge.Realm.Span, Encoding.UTF8.GetBytes(password));
        var digits = new byte[DigestAlgorithms.HexLength(challenge.Algorithm)];
        DigestResponse.Compute(
            challenge.Algorithm, ha1.Span, challenge.Nonce.Span, qop, count.Span, cnonce.Span, SipMethods.Name(method), Encoding.UTF8.GetBytes(uri), digits);
        return new DigestCredentials(
            user, challenge.Realm, challenge.Nonce, uri, new MessageText(digits, 0, digits.Length), challenge.Algorithm, qop, count, cnonce, challenge.Opaque);
    }

    /// <summary>How often the nonce is used, this time included: a server takes each number once (RFC 7616 3.4).</summary>
    private int Count(string nonce)
    {
        if (_counts.Count > MostNoncesKept && !_counts.ContainsKey(nonce)) _counts.Clear();
        return _counts[nonce] = _counts.GetValueOrDefault(nonce) + 1;
    }
}
