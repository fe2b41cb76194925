using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Confab.Sip.Message;

/// <summary>
/// A slice of a byte array: how every textual value of a message is handed out, without copying it.
/// It keeps the whole array alive; whoever stores one for long stores a <see cref="Copy"/>.
/// </summary>
[SuppressMessage("Usage", "CA2231", Justification = "== between Text and string would hide which case rule applies.")]
public readonly struct Text : IEquatable<Text>
{
    readonly byte[]? _array;
    readonly int _offset;
    readonly int _length;

    public Text(byte[] array, int offset, int length)
    {
        if ((uint)offset > (uint)array.Length || (uint)length > (uint)(array.Length - offset))
            throw new ArgumentOutOfRangeException(nameof(length));
        _array = array;
        _offset = offset;
        _length = length;
    }

    public static Text Empty => default;

    public ReadOnlySpan<byte> Span => new(_array, _offset, _length);

    public ReadOnlyMemory<byte> Memory => new(_array, _offset, _length);

    public int Length => _length;

    public bool IsEmpty => _length == 0;

    /// <summary>Case-sensitive keys; a table keyed so can be asked with a span.</summary>
    public static TextComparer Ordinal => TextComparer.CaseSensitive;

    /// <summary>Keys that ignore ASCII case, as tokens and hosts do.</summary>
    public static TextComparer IgnoreCase => TextComparer.CaseInsensitive;

    public static Text Of(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        return new Text(bytes, 0, bytes.Length);
    }

    public static Text Of(ReadOnlySpan<byte> value) => new(value.ToArray(), 0, value.Length);

    public static implicit operator Text(string value) => Of(value);

    public Text Slice(int start, int length)
    {
        if ((uint)start > (uint)_length || (uint)length > (uint)(_length - start))
            throw new ArgumentOutOfRangeException(nameof(start));
        return _array is null ? default : new Text(_array, _offset + start, length);
    }

    public Text Slice(int start) => Slice(start, _length - start);

    /// <summary>The same text in an array of its own.</summary>
    public Text Copy() => _length == 0 ? default : Of(Span);

    public bool Equals(Text other) => Span.SequenceEqual(other.Span);

    public bool Equals(ReadOnlySpan<byte> other) => Span.SequenceEqual(other);

    public bool EqualsIgnoreCase(ReadOnlySpan<byte> other) => Ascii.EqualsIgnoreCase(Span, other);

    public override bool Equals(object? obj) => obj is Text other && Equals(other);

    public override int GetHashCode() => Hash(Span);

    /// <summary>UTF-8, and Latin-1 where the bytes are not UTF-8 (old gateways put it into display names).</summary>
    public override string ToString() => Utf8.IsValid(Span) ? Encoding.UTF8.GetString(Span) : Encoding.Latin1.GetString(Span);

    // The runtime's keyed string hash, so that a peer cannot choose colliding Call-IDs.
    internal static int Hash(ReadOnlySpan<byte> span)
    {
        var hash = string.GetHashCode(MemoryMarshal.Cast<byte, char>(span), StringComparison.Ordinal);
        return (span.Length & 1) == 0 ? hash : (hash * 31) + span[^1];
    }
}
