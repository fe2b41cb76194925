namespace Confab.Sip.Message;

/// <summary>
/// The values of one header: every element of every field of that name, in order; a header that is no list gives its fields whole.
/// RFC 3261 7.3.1.
/// </summary>
public readonly struct HeaderValues
{
    readonly SipMessage _message;
    readonly HeaderName _name;

    internal HeaderValues(SipMessage message, HeaderName name)
    {
        _message = message;
        _name = name;
    }

    public Enumerator GetEnumerator() => new(_message, _name);

    /// <summary>Whether one of the values is this token (an option tag, a method, an event), case ignored, parameters aside.</summary>
    public bool Contains(ReadOnlySpan<byte> token)
    {
        foreach (var value in this)
        {
            var end = value.Span.IndexOfAny((byte)';', (byte)' ', (byte)'\t');
            if ((end < 0 ? value : value.Slice(0, end)).EqualsIgnoreCase(token))
                return true;
        }

        return false;
    }

    public int Count()
    {
        var count = 0;
        foreach (var _ in this)
            count++;
        return count;
    }

    public struct Enumerator
    {
        readonly SipMessage _message;
        readonly HeaderName _name;
        readonly bool _isList;
        int _slot;
        int _position;

        internal Enumerator(SipMessage message, HeaderName name)
        {
            _message = message;
            _name = name;
            _isList = HeaderNames.IsList(name);
            _slot = message.Find(name, 0);
        }

        public Text Current { get; private set; }

        public bool MoveNext()
        {
            for (; _slot >= 0; _slot = _message.Find(_name, _slot + 1))
            {
                var value = _message.ValueOf(_slot);
                if (!_isList)
                {
                    Current = value;
                    _slot = _message.Find(_name, _slot + 1);
                    return true;
                }

                if (CommaList.Next(value.Span, ref _position, out var start, out var length))
                {
                    Current = value.Slice(start, length);
                    return true;
                }

                _position = 0;
            }

            return false;
        }
    }
}

/// <summary>A header field as it came: its name as written, what it is, and its value whole.</summary>
public readonly record struct RawHeader(Text Name, HeaderName Known, Text Value);

/// <summary>All header fields in order, for forwarding and for the eye.</summary>
public readonly struct RawHeaders
{
    readonly SipMessage _message;

    internal RawHeaders(SipMessage message) => _message = message;

    public int Count => _message.HeaderCount;

    public Enumerator GetEnumerator() => new(_message);

    public struct Enumerator
    {
        readonly SipMessage _message;
        int _next;

        internal Enumerator(SipMessage message) => _message = message;

        public RawHeader Current { get; private set; }

        public bool MoveNext()
        {
            if (_next >= _message.HeaderCount)
                return false;
            Current = _message.RawOf(_next++);
            return true;
        }
    }
}
