namespace Confab.Sip.Message;

/// <summary>
/// The parameters of a header value or of a URI: <c>name</c>, <c>name=value</c> or <c>name="value"</c>, separated by semicolons.
/// RFC 3261 7.3.1, 25.1 (generic-param, uri-parameters). A scan over the bytes; nothing is stored.
/// </summary>
public readonly struct Parameters
{
    readonly Text _text;

    /// <summary>Takes what follows the first semicolon.</summary>
    public Parameters(Text text) => _text = text;

    public Text Text => _text;

    public bool IsEmpty => _text.IsEmpty;

    public Enumerator GetEnumerator() => new(_text);

    public bool Has(ReadOnlySpan<byte> name) => TryGet(name, out _);

    /// <summary>Value of the first parameter of that name, case ignored; empty for a flag.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out Text value)
    {
        foreach (var parameter in this)
        {
            if (parameter.Name.EqualsIgnoreCase(name))
            {
                value = parameter.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Steps through the parameters up to the first that does not follow the grammar.</summary>
    public struct Enumerator
    {
        readonly Text _text;
        int _position;

        internal Enumerator(Text text)
        {
            _text = text;
            Current = default;
            _position = 0;
        }

        public Parameter Current { get; private set; }

        public bool MoveNext()
        {
            if (ParameterScan.Next(_text.Span, ref _position, out var found) != ParameterStep.Found)
                return false;
            Current = new Parameter(
                _text.Slice(found.NameStart, found.NameLength), _text.Slice(found.ValueStart, found.ValueLength), found.HasValue, found.IsQuoted);
            return true;
        }
    }
}

/// <summary>One parameter. The value of a quoted one comes without its quotes; <see cref="QuotedText"/> takes its escapes away.</summary>
public readonly record struct Parameter(Text Name, Text Value, bool HasValue, bool IsQuoted);
