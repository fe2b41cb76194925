namespace Confab.Sip.Message;

/// <summary>
/// An address of a header: display name, URI, and the header's parameters. RFC 3261 20.10, 25.1 (name-addr, addr-spec).
/// Without angle brackets every parameter belongs to the header, and a URI with `?` or `,` is refused: nobody can tell whose they are.
/// </summary>
public readonly struct NameAddr
{
    readonly Text _text;
    readonly SipUri _uri;
    readonly int _displayStart;
    readonly int _displayLength;
    readonly int _parametersStart;
    readonly int _tagStart;
    readonly int _tagLength;

    NameAddr(Text text, in SipUri uri, int displayStart, int displayLength, int parametersStart, int tagStart, int tagLength)
    {
        _text = text;
        _uri = uri;
        _displayStart = displayStart;
        _displayLength = displayLength;
        _parametersStart = parametersStart;
        _tagStart = tagStart;
        _tagLength = tagLength;
    }

    /// <summary>The whole value.</summary>
    public Text Text => _text;

    /// <summary>Without its quotes, escapes kept (<see cref="QuotedText"/>); empty when there is none.</summary>
    public Text DisplayName => _text.Slice(_displayStart, _displayLength);

    public SipUri Uri => _uri;

    public Text UriText => _uri.Text;

    public bool IsEmpty => _text.IsEmpty;

    public Parameters Parameters => _parametersStart == 0 ? default : new(_text.Slice(_parametersStart));

    /// <summary>Value of a header parameter, empty when it is a flag or absent.</summary>
    public Text Parameter(ReadOnlySpan<byte> name) => Parameters.TryGet(name, out var value) ? value : default;

    public bool HasParameter(ReadOnlySpan<byte> name) => Parameters.Has(name);

    /// <summary>The tag; empty when absent, as in a request outside a dialog or from an RFC 2543 peer.</summary>
    public Text Tag => _text.Slice(_tagStart, _tagLength);

    public override string ToString() => _text.ToString();

    public static bool TryParse(Text text, out NameAddr address)
    {
        address = default;
        var bytes = text.Span;
        var start = Characters.SkipSpace(bytes, 0);
        if (!FindUri(bytes, start, out var displayStart, out var displayLength, out var uriStart, out var uriLength, out var after)
            || !SipUri.TryParse(text.Slice(uriStart, uriLength), out var uri))
            return false;

        after = Characters.SkipSpace(bytes, after);
        int parametersStart = 0, tagStart = 0, tagLength = 0;
        if (after < bytes.Length)
        {
            if (bytes[after] != ';' || !ScanParameters(bytes, after + 1, ref tagStart, ref tagLength))
                return false;
            parametersStart = after + 1;
        }

        address = new NameAddr(text, uri, displayStart, displayLength, parametersStart, tagStart, tagLength);
        return true;
    }

    static bool FindUri(
        ReadOnlySpan<byte> bytes, int start, out int displayStart, out int displayLength, out int uriStart, out int uriLength, out int after)
    {
        displayStart = displayLength = uriLength = after = 0;
        uriStart = start;
        int open;
        if (start < bytes.Length && bytes[start] == '"')
        {
            var end = Characters.SkipQuoted(bytes, start);
            if (end < 0)
                return false;
            displayStart = start + 1;
            displayLength = end - 2 - start;
            open = Characters.SkipSpace(bytes, end);
            if (open == bytes.Length || bytes[open] != '<')
                return false;
        }
        else
        {
            open = bytes.IndexOf((byte)'<');
            if (open < 0)
                return FindBareUri(bytes, start, out uriLength, out after);
            displayStart = start;
            displayLength = Characters.TrimEnd(bytes, open) - start;
            if (displayLength < 0)
                displayLength = 0;
            else if (!IsDisplayTokens(bytes.Slice(start, displayLength)))
                return false;
        }

        uriStart = open + 1;
        uriLength = bytes[uriStart..].IndexOf((byte)'>');
        after = uriStart + uriLength + 1;
        return uriLength > 0;
    }

    static bool FindBareUri(ReadOnlySpan<byte> bytes, int start, out int uriLength, out int after)
    {
        var uri = bytes[start..];
        var end = uri.IndexOfAny((byte)';', (byte)' ', (byte)'\t');
        uriLength = end < 0 ? uri.Length : end;
        after = start + uriLength;
        return !uri[..uriLength].ContainsAny((byte)'?', (byte)',');
    }

    // Tokens and white space; letters beyond ASCII are let through, as phones send them unquoted.
    static bool IsDisplayTokens(ReadOnlySpan<byte> display)
    {
        while (Characters.FirstNonToken(display) is var at and >= 0)
        {
            if (!Characters.IsSpace(display[at]) && display[at] < 0x80)
                return false;
            display = display[(at + 1)..];
        }

        return true;
    }

    static bool ScanParameters(ReadOnlySpan<byte> bytes, int start, ref int tagStart, ref int tagLength)
    {
        var parameters = bytes[start..];
        var position = 0;
        ParameterStep step;
        while ((step = ParameterScan.Next(parameters, ref position, out var found)) == ParameterStep.Found)
        {
            if (!found.Is(parameters, "tag"u8))
                continue;
            if (tagLength > 0 || !Characters.IsToken(parameters.Slice(found.ValueStart, found.ValueLength)))
                return false;
            tagStart = start + found.ValueStart;
            tagLength = found.ValueLength;
        }

        return step == ParameterStep.End && position > 0;
    }
}
