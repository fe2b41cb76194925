using System.Buffers.Text;
using Confab.Sip.Message;

namespace Confab.Sip.Authentication;

/// <summary>How a response is protected. RFC 7616 3.4.</summary>
public enum DigestQop
{
    None,
    Auth,
    Other,
}

/// <summary>
/// Authorization and Proxy-Authorization: what a client proves. RFC 7616 3.4, RFC 3261 20.7. Values are without quotes and escapes;
/// <see cref="NonceCount"/> stays the eight digits that are hashed.
/// </summary>
public readonly record struct DigestCredentials(
    Text Username, Text Realm, Text Nonce, Text Uri, Text Response, DigestAlgorithm Algorithm, DigestQop Qop, Text NonceCount, Text Cnonce, Text Opaque)
{
    /// <summary>The user is given as a hash (RFC 7616 3.4.4); we never ask for that.</summary>
    public bool IsUserHashed { get; init; }

    /// <summary>Whether a server can check it: our algorithms, qop auth or none.</summary>
    public bool IsServed => DigestAlgorithms.IsServed(Algorithm) && Qop != DigestQop.Other && !IsUserHashed;

    /// <summary>nc as a number.</summary>
    public uint Count => Utf8Parser.TryParse(NonceCount.Span, out uint count, out var read, 'x') && read == NonceCount.Length ? count : 0;

    /// <summary>False for another scheme and for Digest without the parameters that make it one.</summary>
    public static bool TryParse(Text header, out DigestCredentials credentials)
    {
        credentials = default;
        if (!AuthParameters.TryParse(header, "Digest"u8, out var parameters))
            return false;
        var qop = parameters["qop"u8];
        credentials = new DigestCredentials(
            parameters["username"u8],
            parameters["realm"u8],
            parameters["nonce"u8],
            parameters["uri"u8],
            parameters["response"u8],
            DigestAlgorithms.Parse(parameters["algorithm"u8]),
            qop.IsEmpty ? DigestQop.None : qop.EqualsIgnoreCase("auth"u8) ? DigestQop.Auth : DigestQop.Other,
            parameters["nc"u8],
            parameters["cnonce"u8],
            parameters["opaque"u8])
        {
            IsUserHashed = parameters["userhash"u8].EqualsIgnoreCase("true"u8),
        };
        return !credentials.Username.IsEmpty && !credentials.Nonce.IsEmpty && !credentials.Uri.IsEmpty && !credentials.Response.IsEmpty
            && (credentials.Qop == DigestQop.None || (credentials.Count > 0 && credentials.NonceCount.Length == 8 && !credentials.Cnonce.IsEmpty));
    }

    public void Write(ref SipWriter writer, HeaderName name)
    {
        writer.Begin(name);
        writer.Append("Digest username="u8);
        writer.AppendQuoted(Username.Span);
        writer.Append(", realm="u8);
        writer.AppendQuoted(Realm.Span);
        writer.Append(", nonce="u8);
        writer.AppendQuoted(Nonce.Span);
        writer.Append(", uri="u8);
        writer.AppendQuoted(Uri.Span);
        writer.Append(", response="u8);
        writer.AppendQuoted(Response.Span);
        writer.Append(", algorithm="u8);
        writer.Append(DigestAlgorithms.Name(Algorithm));
        if (Qop != DigestQop.None)
        {
            writer.Append(", qop=auth, nc="u8);
            writer.Append(NonceCount);
            writer.Append(", cnonce="u8);
            writer.AppendQuoted(Cnonce.Span);
        }

        if (!Opaque.IsEmpty)
        {
            writer.Append(", opaque="u8);
            writer.AppendQuoted(Opaque.Span);
        }

        writer.End();
    }
}
