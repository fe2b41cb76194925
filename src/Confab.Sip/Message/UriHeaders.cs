namespace Confab.Sip.Message;

/// <summary>The headers of a URI, `?name=value&amp;name=value`, still escaped. RFC 3261 19.1.1; Replaces in a list entry comes this way.</summary>
public readonly struct UriHeaders
{
    readonly Text _text;

    /// <summary>Takes what follows `?`, as <see cref="SipUri.Headers"/> gives it.</summary>
    public UriHeaders(Text text) => _text = text;

    public Enumerator GetEnumerator() => new(_text);

    /// <summary>Value of the first header of that name, still escaped.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out Text value)
    {
        foreach (var header in this)
        {
            if (UriEscapes.Equal(header.Name.Span, name, ignoreCase: true))
            {
                value = header.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    public struct Enumerator
    {
        Text _rest;

        internal Enumerator(Text text)
        {
            _rest = text;
            Current = default;
        }

        public (Text Name, Text Value) Current { get; private set; }

        public bool MoveNext()
        {
            if (_rest.IsEmpty)
                return false;
            var end = _rest.Span.IndexOf((byte)'&');
            var pair = end < 0 ? _rest : _rest.Slice(0, end);
            _rest = end < 0 ? default : _rest.Slice(end + 1);
            var equals = pair.Span.IndexOf((byte)'=');
            Current = equals < 0 ? (pair, default) : (pair.Slice(0, equals), pair.Slice(equals + 1));
            return true;
        }
    }
}
