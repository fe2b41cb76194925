using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Confab.Sip.Message;

namespace Confab.Sip.Authentication;

/// <summary>
/// The arithmetic of digest authentication. RFC 7616 3.4.1 to 3.4.3, RFC 3261 22.4. Everything is small hexadecimal digits, as it is hashed.
/// </summary>
public static class DigestResponse
{
    /// <summary>H(user:realm:password), what a server keeps instead of the password. Empty for an algorithm not served.</summary>
    public static Text Ha1(DigestAlgorithm algorithm, ReadOnlySpan<byte> user, ReadOnlySpan<byte> realm, ReadOnlySpan<byte> password)
    {
        if (!DigestAlgorithms.IsServed(algorithm))
            return default;
        var hex = new byte[DigestAlgorithms.HexLength(algorithm)];
        var input = new ColonJoined(stackalloc byte[256]);
        input.Add(user);
        input.Add(realm);
        input.Add(password);
        Hash(algorithm, input.Bytes, hex);
        return new Text(hex, 0, hex.Length);
    }

    /// <summary>The response for qop auth, or for no qop when <paramref name="qop"/> is None. False for what is not served.</summary>
    /// <param name="algorithm">MD5 or SHA-256.</param>
    /// <param name="ha1">As <see cref="Ha1"/> gives it.</param>
    /// <param name="nonce">The server's nonce.</param>
    /// <param name="qop">None or Auth.</param>
    /// <param name="nonceCount">Eight hexadecimal digits; not used without qop.</param>
    /// <param name="cnonce">The client's nonce; not used without qop.</param>
    /// <param name="method">Method of the request.</param>
    /// <param name="uri">digest-uri as the client sent it.</param>
    /// <param name="destination">Gets the digits; room for <see cref="DigestAlgorithms.HexLength"/>.</param>
    public static bool Compute(
        DigestAlgorithm algorithm,
        ReadOnlySpan<byte> ha1,
        ReadOnlySpan<byte> nonce,
        DigestQop qop,
        ReadOnlySpan<byte> nonceCount,
        ReadOnlySpan<byte> cnonce,
        ReadOnlySpan<byte> method,
        ReadOnlySpan<byte> uri,
        Span<byte> destination)
    {
        if (!DigestAlgorithms.IsServed(algorithm) || qop == DigestQop.Other)
            return false;
        Span<byte> ha2 = stackalloc byte[DigestAlgorithms.HexLength(algorithm)];
        var input = new ColonJoined(stackalloc byte[512]);
        input.Add(method);
        input.Add(uri);
        Hash(algorithm, input.Bytes, ha2);

        input.Clear();
        input.Add(ha1);
        input.Add(nonce);
        if (qop == DigestQop.Auth)
        {
            input.Add(nonceCount);
            input.Add(cnonce);
            input.Add("auth"u8);
        }

        input.Add(ha2);
        Hash(algorithm, input.Bytes, destination);
        return true;
    }

    /// <summary>Whether credentials prove the secret, compared in constant time. The nonce's own validity is <see cref="NonceFactory"/>'s matter.</summary>
    public static bool Proves(in DigestCredentials credentials, ReadOnlySpan<byte> ha1, ReadOnlySpan<byte> method)
    {
        Span<byte> expected = stackalloc byte[DigestAlgorithms.HexLength(credentials.Algorithm)];
        if (credentials.Response.Length != expected.Length || !credentials.IsServed)
            return false;
        Compute(
            credentials.Algorithm, ha1, credentials.Nonce.Span, credentials.Qop, credentials.NonceCount.Span, credentials.Cnonce.Span, method, credentials.Uri.Span, expected);
        Span<byte> given = stackalloc byte[expected.Length];
        for (var i = 0; i < given.Length; i++)
            given[i] = Characters.Lower(credentials.Response.Span[i]);
        return CryptographicOperations.FixedTimeEquals(given, expected);
    }

    [SuppressMessage("Security", "CA5351", Justification = "RFC 3261 22.4: MD5 is what every deployed peer can do; SHA-256 is offered first.")]
    static void Hash(DigestAlgorithm algorithm, ReadOnlySpan<byte> input, Span<byte> hex)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var length = algorithm == DigestAlgorithm.Sha256 ? SHA256.HashData(input, hash) : MD5.HashData(input, hash);
        Convert.TryToHexStringLower(hash[..length], hex, out _);
    }

    /// <summary>Parts joined by colons, on the stack when they fit.</summary>
    ref struct ColonJoined(Span<byte> room)
    {
        Span<byte> _room = room;
        int _length;

        public readonly ReadOnlySpan<byte> Bytes => _room[..Math.Max(_length - 1, 0)];

        public void Clear() => _length = 0;

        public void Add(ReadOnlySpan<byte> part)
        {
            if (_room.Length - _length <= part.Length)
            {
                var larger = new byte[(_length + part.Length + 1) * 2];
                _room[.._length].CopyTo(larger);
                _room = larger;
            }

            part.CopyTo(_room[_length..]);
            _length += part.Length;
            _room[_length++] = (byte)':';
        }
    }
}
