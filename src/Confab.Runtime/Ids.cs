using System.Security.Cryptography;

namespace Confab.Runtime;

/// <summary>
/// The one source of chance: tags, branches, identities, nonces. Cryptographic in production; from a seed in tests, so that whole
/// transcripts are byte-stable.
/// </summary>
public abstract class Ids
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    private ulong _counter;

    public static Ids Random() => new Cryptographic();

    public static Ids FromSeed(ulong seed) => new Seeded(seed);

    /// <summary>Fills the span with bytes that nobody can guess (in production).</summary>
    public abstract void Fill(Span<byte> bytes);

    /// <summary>A token of lower-case letters and digits 2 to 7, five random bits a character.</summary>
    /// <param name="bits">At least this many random bits.</param>
    public string Token(int bits)
    {
        var length = (bits + 4) / 5;
        Span<byte> bytes = stackalloc byte[length];
        Fill(bytes);
        return string.Create(length, bytes, static (text, random) =>
        {
            for (var i = 0; i < text.Length; i++) text[i] = Alphabet[random[i] & 31];
        });
    }

    /// <summary>A 32-bit number that is positive as a signed one, for CSeq starts and SDP origins.</summary>
    public uint Number()
    {
        Span<byte> bytes = stackalloc byte[4];
        Fill(bytes);
        return BitConverter.ToUInt32(bytes) & 0x7FFF_FFFF;
    }

    /// <summary>A 64-bit value that does not repeat; cheap, and no secret. For MSRP transaction ids.</summary>
    public ulong Unique()
    {
        var z = Interlocked.Add(ref _counter, 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private void Start()
    {
        Span<byte> bytes = stackalloc byte[8];
        Fill(bytes);
        _counter = BitConverter.ToUInt64(bytes);
    }

    private sealed class Cryptographic : Ids
    {
        // A call of the generator costs the same for many bytes as for few, and a relayed message needs five tokens. Each byte is given out once.
        private const int Ahead = 1024;

        [ThreadStatic]
        private static byte[]? s_ahead;

        [ThreadStatic]
        private static int s_left;

        public Cryptographic() => Start();

        public override void Fill(Span<byte> bytes)
        {
            if (bytes.Length > Ahead)
            {
                RandomNumberGenerator.Fill(bytes);
                return;
            }

            var ahead = s_ahead ??= new byte[Ahead];
            if (s_left < bytes.Length)
            {
                RandomNumberGenerator.Fill(ahead);
                s_left = Ahead;
            }

            var given = ahead.AsSpan(s_left - bytes.Length, bytes.Length);
            s_left -= bytes.Length;
            given.CopyTo(bytes);
            given.Clear();
        }
    }

    private sealed class Seeded : Ids
    {
        private readonly Lock _gate = new();
        private readonly Random _random;

        public Seeded(ulong seed)
        {
            _random = new Random((int)(seed ^ (seed >> 32)));
            Start();
        }

        public override void Fill(Span<byte> bytes)
        {
            lock (_gate) _random.NextBytes(bytes);
        }
    }
}
