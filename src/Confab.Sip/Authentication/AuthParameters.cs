using Confab.Sip.Message;

namespace Confab.Sip.Authentication;

/// <summary>
/// The parameters of a challenge or of credentials: <c>scheme name=value, name="value" ...</c>. RFC 3261 25.1 (auth-param), RFC 7616 3.
/// </summary>
readonly struct AuthParameters
{
    // The RFCs know 14 parameters.
    const int Most = 32;

    readonly Text _text;

    AuthParameters(Text text) => _text = text;

    public static bool TryParse(Text header, ReadOnlySpan<byte> scheme, out AuthParameters parameters)
    {
        parameters = default;
        var bytes = header.Span;
        var end = bytes.IndexOfAny((byte)' ', (byte)'\t');
        if (end < 0 || !header.Slice(0, end).EqualsIgnoreCase(scheme))
            return false;
        parameters = new AuthParameters(header.Slice(end + 1));

        // A broken tail or a parameter given twice makes the whole untrustworthy.
        int position = 0, count = 0;
        while (CommaList.Next(parameters._text.Span, ref position, out var start, out var length))
        {
            if (++count > Most || !TrySplit(parameters._text.Slice(start, length), out var name, out _) || !parameters.IsFirst(name, start))
                return false;
        }

        return true;
    }

    /// <summary>The value without quotes and escapes; empty when absent.</summary>
    public Text this[ReadOnlySpan<byte> name]
    {
        get
        {
            var position = 0;
            while (CommaList.Next(_text.Span, ref position, out var start, out var length))
            {
                if (TrySplit(_text.Slice(start, length), out var found, out var value) && found.EqualsIgnoreCase(name))
                    return value;
            }

            return default;
        }
    }

    bool IsFirst(Text name, int before)
    {
        var position = 0;
        while (CommaList.Next(_text.Span, ref position, out var start, out var length) && start < before)
        {
            if (TrySplit(_text.Slice(start, length), out var earlier, out _) && earlier.EqualsIgnoreCase(name.Span))
                return false;
        }

        return true;
    }

    static bool TrySplit(Text parameter, out Text name, out Text value)
    {
        name = value = default;
        var bytes = parameter.Span;

        // uri and nonce may stand unquoted with '=' and '/' in them: everything behind the first '=' is the value.
        var equals = bytes.IndexOf((byte)'=');
        if (equals <= 0)
            return false;
        name = parameter.Slice(0, Characters.TrimEnd(bytes, equals));
        var position = Characters.SkipSpace(bytes, equals + 1);
        value = parameter.Slice(position);
        if (value.IsEmpty || value.Span[0] != '"')
            return Characters.IsToken(name.Span) && !value.IsEmpty;
        if (Characters.SkipQuoted(value.Span, 0) != value.Length)
            return false;
        value = QuotedText.Unescape(value.Slice(1, value.Length - 2));
        return Characters.IsToken(name.Span);
    }
}
