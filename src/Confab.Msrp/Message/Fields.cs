// The header lines that follow the paths of a request of this side (RFC 4975 7.1.1, 7.1.2), in a buffer that is used again.
namespace Confab.Msrp;

/// <summary>Composes header lines, and the body after them when asked, into one growing array.</summary>
internal sealed class Fields
{
    [ThreadStatic]
    private static Fields? s_shared;

    private byte[] _bytes = new byte[512];
    private int _length;

    /// <summary>The thread's own, for what is composed and sent in one go.</summary>
    public static Fields Shared => s_shared ??= new Fields();

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>Bytes that the array holds whether used or not.</summary>
    public int Capacity => _bytes.Length;

    public Fields Start(ReadOnlySpan<byte> messageId, ByteRange range)
    {
        _length = 0;
        Append("Message-ID: "u8);
        Append(messageId);
        Append("\r\nByte-Range: "u8);
        Reserve(64);
        _length += range.Write(_bytes.AsSpan(_length));
        return Append("\r\n"u8);
    }

    public Fields Reports(bool success, FailureReport failure)
    {
        if (success) Append("Success-Report: yes\r\n"u8);
        if (failure == FailureReport.Partial) Append("Failure-Report: partial\r\n"u8);
        else if (failure == FailureReport.No) Append("Failure-Report: no\r\n"u8);
        return this;
    }

    public Fields Status(MsrpStatus status)
    {
        Append("Status: 000 "u8);
        Reserve(3);
        ((int)status).TryFormat(_bytes.AsSpan(_length), out var digits, default, System.Globalization.CultureInfo.InvariantCulture);
        _length += digits;
        var comment = status.Comment();
        if (comment.Length > 0) Append(" "u8).Append(comment);
        return Append("\r\n"u8);
    }

    /// <summary>Content-Type is the last header; the empty line follows it.</summary>
    public Fields ContentType(ReadOnlySpan<byte> type)
    {
        if (type.Length > 0) Append("Content-Type: "u8).Append(type).Append("\r\n"u8);
        return Append("\r\n"u8);
    }

    public Fields Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
        return this;
    }

    private void Reserve(int more)
    {
        if (_length + more <= _bytes.Length) return;
        Array.Resize(ref _bytes, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(_length + more)));
    }
}
