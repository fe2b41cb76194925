// Transaction ids of this side: 64 bits that do not repeat, as 16 hexadecimal digits (RFC 4975 7.1).
using System.Buffers.Binary;

namespace Confab.Msrp;

internal static class TransactionId
{
    public const int Length = 16;

    public static void Write(ulong id, Span<byte> target)
    {
        BinaryPrimitives.WriteUInt64BigEndian(target, Digits((uint)(id >> 32)));
        BinaryPrimitives.WriteUInt64BigEndian(target[8..], Digits((uint)id));
    }

    /// <summary>Reads an id back from a response; false when it cannot be one of this side's.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out ulong id)
    {
        id = 0;
        if (text.Length != Length) return false;
        foreach (var c in text)
        {
            var digit = c switch
            {
                >= (byte)'0' and <= (byte)'9' => c - '0',
                >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
                _ => -1,
            };
            if (digit < 0) return false;
            id = (id << 4) | (uint)digit;
        }

        return true;
    }

    /// <summary>Eight digits in the eight bytes of a number, the first in the highest.</summary>
    private static ulong Digits(uint value)
    {
        var nibbles = (((ulong)value << 16) | value) & 0x0000FFFF_0000FFFF;
        nibbles = ((nibbles << 8) | nibbles) & 0x00FF00FF_00FF00FF;
        nibbles = ((nibbles << 4) | nibbles) & 0x0F0F0F0F_0F0F0F0F;
        var letters = ((nibbles + 0x06060606_06060606) >> 4) & 0x01010101_01010101; // one where the nibble is above nine
        return nibbles + 0x30303030_30303030 + (letters * ('a' - '0' - 10));
    }
}
