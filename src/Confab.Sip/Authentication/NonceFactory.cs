using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Confab.Sip.Message;

namespace Confab.Sip.Authentication;

/// <summary>What a nonce in credentials is worth.</summary>
public enum NonceState
{
    /// <summary>Ours and young enough.</summary>
    Fresh,

    /// <summary>Ours but too old: challenge again with stale=true, the client need not ask for the password.</summary>
    Stale,

    /// <summary>Not made with this key: challenge as if there were no credentials.</summary>
    Forged,
}

/// <summary>
/// Nonces that carry their time and a MAC, so that a server keeps nothing for those who never come back. RFC 7616 3.3 (nonce), 5.4, 5.5.
/// Whether a nonce count has been used before is a second question, asked of a table keyed by the nonce after <see cref="Check"/> says
/// Fresh; that table is not part of this type.
/// </summary>
public sealed class NonceFactory
{
    const int TimeBytes = 8;
    const int SaltBytes = 8;
    const int MacBytes = 16;
    const int Bytes = TimeBytes + SaltBytes + MacBytes;

    readonly byte[] _key;
    readonly TimeSpan _lifetime;

    /// <summary>Makes and checks nonces under one key.</summary>
    /// <param name="key">32 random bytes; nodes that share it take each other's nonces.</param>
    /// <param name="lifetime">How long a nonce stays fresh.</param>
    public NonceFactory(ReadOnlySpan<byte> key, TimeSpan lifetime)
    {
        _key = key.ToArray();
        _lifetime = lifetime;
    }

    /// <summary>A nonce; the salt tells those of the same millisecond apart.</summary>
    public Text Issue(DateTimeOffset now, ulong salt)
    {
        Span<byte> nonce = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64BigEndian(nonce, now.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteUInt64BigEndian(nonce[TimeBytes..], salt);
        Sign(nonce[..(TimeBytes + SaltBytes)], nonce[(TimeBytes + SaltBytes)..]);
        var text = new byte[Base64Url.GetEncodedLength(Bytes)];
        Base64Url.EncodeToUtf8(nonce, text);
        return new Text(text, 0, text.Length);
    }

    public NonceState Check(ReadOnlySpan<byte> text, DateTimeOffset now)
    {
        Span<byte> nonce = stackalloc byte[Bytes];
        Span<byte> mac = stackalloc byte[MacBytes];
        if (text.Length != Base64Url.GetEncodedLength(Bytes)
            || Base64Url.DecodeFromUtf8(text, nonce, out _, out var written) != System.Buffers.OperationStatus.Done || written != Bytes)
            return NonceState.Forged;
        Sign(nonce[..(TimeBytes + SaltBytes)], mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, nonce[(TimeBytes + SaltBytes)..]))
            return NonceState.Forged;

        // From the future means that a clock was set back: not the client's fault, hence stale.
        var age = now.ToUnixTimeMilliseconds() - BinaryPrimitives.ReadInt64BigEndian(nonce);
        return age >= 0 && age <= _lifetime.TotalMilliseconds ? NonceState.Fresh : NonceState.Stale;
    }

    void Sign(ReadOnlySpan<byte> signed, Span<byte> mac)
    {
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, signed, whole);
        whole[..MacBytes].CopyTo(mac);
    }
}
