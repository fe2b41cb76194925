using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;

namespace Confab.Sip.Message;

/// <summary>
/// Writes one message into a buffer, no strings between. RFC 3261 7. Start line, headers, then <see cref="Body"/> or <see cref="NoBody"/>,
/// which add Content-Length and hand the bytes over. Line ends inside values become spaces: nobody smuggles a header in through one.
/// </summary>
public ref partial struct SipWriter
{
    readonly IBufferWriter<byte> _output;
    Span<byte> _room;
    int _used;

    public SipWriter(IBufferWriter<byte> output)
    {
        _output = output;
        _room = output.GetSpan(512);
        _used = 0;
    }

    public void Request(SipMethod method, Text uri) => Request(SipMethods.Name(method), uri.Span);

    /// <summary>Starts a request; a character that would break the line in the URI becomes an underscore.</summary>
    public void Request(scoped ReadOnlySpan<byte> method, scoped ReadOnlySpan<byte> uri)
    {
        Clean(method, (byte)'_', includingSpace: true);
        Raw(" "u8);
        Clean(uri, (byte)'_', includingSpace: true);
        Raw(" SIP/2.0\r\n"u8);
    }

    public void Status(int code) => Status(code, StatusCode.Phrase(code));

    public void Status(int code, scoped ReadOnlySpan<byte> reason)
    {
        Raw("SIP/2.0 "u8);
        Append(code);
        Raw(" "u8);
        Append(reason);
        Raw("\r\n"u8);
    }

    public void Header(HeaderName name, scoped ReadOnlySpan<byte> value)
    {
        Begin(name);
        Append(value);
        End();
    }

    public void Header(HeaderName name, Text value) => Header(name, value.Span);

    public void Header(HeaderName name, string value)
    {
        Begin(name);
        Append(value);
        End();
    }

    public void Header(HeaderName name, long value)
    {
        Begin(name);
        Append(value);
        End();
    }

    /// <summary>A header by its own name; what is no token character in it becomes a hyphen.</summary>
    public void Header(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Begin(name);
        Append(value);
        End();
    }

    /// <summary>Opens a header whose value is put together by <c>Append</c>; <see cref="End"/> closes it.</summary>
    public void Begin(HeaderName name)
    {
        Raw(HeaderNames.Canonical(name));
        Raw(": "u8);
    }

    public void Begin(scoped ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty)
            name = "-"u8;
        for (int bad; (bad = Characters.FirstNonToken(name)) >= 0; name = name[(bad + 1)..])
        {
            Raw(name[..bad]);
            Raw("-"u8);
        }

        Raw(name);
        Raw(": "u8);
    }

    public void Append(scoped ReadOnlySpan<byte> value) => Clean(value, (byte)' ', includingSpace: false);

    public void Append(Text value) => Append(value.Span);

    public void Append(string value)
    {
        var room = Room(Encoding.UTF8.GetMaxByteCount(value.Length));
        var length = Encoding.UTF8.GetBytes(value, room);
        Blank(room[..length], (byte)' ', includingSpace: false);
        _used += length;
    }

    public void Append(long value)
    {
        Utf8Formatter.TryFormat(value, Room(20), out var length);
        _used += length;
    }

    /// <summary>A quoted string, quotes and backslashes escaped.</summary>
    public void AppendQuoted(scoped ReadOnlySpan<byte> value)
    {
        Raw("\""u8);
        for (int special; (special = value.IndexOfAny((byte)'"', (byte)'\\')) >= 0; value = value[(special + 1)..])
        {
            Append(value[..special]);
            Raw("\\"u8);
            Raw(value.Slice(special, 1));
        }

        Append(value);
        Raw("\""u8);
    }

    public void End() => Raw("\r\n"u8);

    /// <summary>Every field of that name, whole and in order.</summary>
    public void CopyHeaders(SipMessage from, HeaderName name)
    {
        for (var slot = from.Find(name, 0); slot >= 0; slot = from.Find(name, slot + 1))
        {
            if (name == HeaderName.Other)
                Header(from.RawOf(slot).Name.Span, from.ValueOf(slot).Span);
            else
                Header(name, from.ValueOf(slot));
        }
    }

    /// <summary>`399 host "text"`, for people: why it was refused. RFC 3261 20.43.</summary>
    public void Warning(int code, ReadOnlySpan<byte> host, ReadOnlySpan<byte> text)
    {
        Begin(HeaderName.Warning);
        Append(code);
        Raw(" "u8);
        Clean(host, (byte)'_', includingSpace: true);
        Raw(" "u8);
        AppendQuoted(text);
        End();
    }

    /// <summary>Ends the message with a body.</summary>
    public void Body(scoped ReadOnlySpan<byte> contentType, scoped ReadOnlySpan<byte> body)
    {
        Header(HeaderName.ContentType, contentType);
        Header(HeaderName.ContentLength, body.Length);
        End();
        Raw(body);
        Flush();
    }

    /// <summary>Ends the message without a body.</summary>
    public void NoBody()
    {
        Raw("Content-Length: 0\r\n\r\n"u8);
        Flush();
    }

    void Flush()
    {
        _output.Advance(_used);
        _room = default;
        _used = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _used += bytes.Length;
    }

    void Clean(scoped ReadOnlySpan<byte> bytes, byte replacement, bool includingSpace)
    {
        var room = Room(bytes.Length);
        bytes.CopyTo(room);
        Blank(room[..bytes.Length], replacement, includingSpace);
        _used += bytes.Length;
    }

    static void Blank(Span<byte> written, byte replacement, bool includingSpace)
    {
        if (written.IndexOfAnyInRange((byte)0, includingSpace ? (byte)' ' : (byte)'\r') < 0)
            return;
        foreach (ref var value in written)
        {
            if (value is (byte)'\r' or (byte)'\n' or 0 || (includingSpace && value <= ' '))
                value = replacement;
        }
    }

    Span<byte> Room(int length)
    {
        if (_room.Length - _used < length)
        {
            _output.Advance(_used);
            _used = 0;
            _room = _output.GetSpan(Math.Max(length, 512));
        }

        return _room[_used..];
    }
}
