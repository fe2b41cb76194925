using Confab.Sip.Message;

namespace Confab.Sip.Authentication;

/// <summary>
/// WWW-Authenticate and Proxy-Authenticate: what a server asks for. RFC 7616 3.3, RFC 3261 20.44, RFC 8760 2.
/// A server sends one header per algorithm, the preferred first; a client takes the first it can serve.
/// </summary>
public readonly record struct DigestChallenge(Text Realm, Text Nonce, Text Opaque, DigestAlgorithm Algorithm, bool OffersAuth, bool OffersAuthInt, bool IsStale)
{
    /// <summary>No qop at all: the old form without nonce count, of RFC 2069 peers.</summary>
    public bool HasQop => OffersAuth || OffersAuthInt;

    /// <summary>Whether credentials can be computed here.</summary>
    public bool IsServed => DigestAlgorithms.IsServed(Algorithm) && (OffersAuth || !OffersAuthInt);

    public static bool TryParse(Text header, out DigestChallenge challenge)
    {
        challenge = default;
        if (!AuthParameters.TryParse(header, "Digest"u8, out var parameters))
            return false;
        var qop = parameters["qop"u8];
        bool auth = false, authInt = false;
        var position = 0;
        while (CommaList.Next(qop.Span, ref position, out var start, out var length))
        {
            auth |= qop.Slice(start, length).EqualsIgnoreCase("auth"u8);
            authInt |= qop.Slice(start, length).EqualsIgnoreCase("auth-int"u8);
        }

        // A qop of unknown values only: something is asked that we cannot give.
        authInt |= !qop.IsEmpty && !auth;
        challenge = new DigestChallenge(
            parameters["realm"u8],
            parameters["nonce"u8],
            parameters["opaque"u8],
            DigestAlgorithms.Parse(parameters["algorithm"u8]),
            auth,
            authInt,
            parameters["stale"u8].EqualsIgnoreCase("true"u8));
        return !challenge.Nonce.IsEmpty;
    }

    public void Write(ref SipWriter writer, HeaderName name)
    {
        writer.Begin(name);
        writer.Append("Digest realm="u8);
        writer.AppendQuoted(Realm.Span);
        writer.Append(", nonce="u8);
        writer.AppendQuoted(Nonce.Span);
        if (!Opaque.IsEmpty)
        {
            writer.Append(", opaque="u8);
            writer.AppendQuoted(Opaque.Span);
        }

        writer.Append(", algorithm="u8);
        writer.Append(DigestAlgorithms.Name(Algorithm));
        if (HasQop)
        {
            writer.Append(", qop="u8);
            writer.AppendQuoted(!OffersAuthInt ? "auth"u8 : OffersAuth ? "auth,auth-int"u8 : "auth-int"u8);
        }

        if (IsStale)
            writer.Append(", stale=true"u8);
        writer.End();
    }
}
