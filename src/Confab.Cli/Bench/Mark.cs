using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace Confab.Cli.Bench;

/// <summary>
/// What the text of every message begins with: <c>@@</c>, which run sent it (8 hexadecimal digits), which sender (4), his message's number (8), and
/// when it should have left (16, ticks of the clock). So deliveries are counted and timed by what they carry, whatever is around it.
/// </summary>
[StructLayout(LayoutKind.Auto)]
readonly record struct Mark(uint Run, int Sender, uint Number, long Intended)
{
    public const int Length = 38;

    public void Write(Span<byte> target)
    {
        "@@"u8.CopyTo(target);
        Put(Run, target[2..10]);
        Put((uint)Sender, target[10..14]);
        Put(Number, target[14..22]);
        Put((ulong)Intended, target[22..38]);
    }

    /// <summary>Finds the mark in a body.</summary>
    public static bool TryFind(ReadOnlySpan<byte> body, out Mark mark)
    {
        mark = default;
        var at = body.IndexOf("@@"u8);
        if (at < 0 || body.Length - at < Length) return false;
        body = body.Slice(at, Length);
        if (!TryGet(body[2..10], out var run) || !TryGet(body[10..14], out var sender) || !TryGet(body[14..22], out var number)) return false;
        if (!Utf8Parser.TryParse(body[22..38], out ulong intended, out var used, 'x') || used != 16) return false;
        mark = new Mark(run, (int)sender, number, (long)intended);
        return true;
    }

    /// <summary>Digits of fixed width.</summary>
    public static void Put(ulong value, Span<byte> target)
    {
        for (var i = target.Length - 1; i >= 0; i--, value >>= 4) target[i] = "0123456789abcdef"u8[(int)(value & 15)];
    }

    public static bool TryGet(ReadOnlySpan<byte> digits, out uint value) => Utf8Parser.TryParse(digits, out value, out var used, 'x') && used == digits.Length;
}
