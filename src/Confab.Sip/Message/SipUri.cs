using System.Text;

namespace Confab.Sip.Message;

/// <summary>What a URI starts with. Anything but sip, sips and tel stays opaque.</summary>
public enum UriScheme
{
    None,
    Sip,
    Sips,
    Tel,
    Other,
}

/// <summary>
/// A URI as the message has it: the bytes and where its parts lie. RFC 3261 19.1, tel: RFC 3966.
/// Parts come raw; <see cref="UriEscapes.Unescape"/> decodes them. Comparison is in SipUri.Comparison.cs.
/// </summary>
public readonly partial struct SipUri
{
    readonly Text _text;
    readonly int _userStart;
    readonly int _userLength;
    readonly int _passwordLength;
    readonly int _hostStart;
    readonly int _hostLength;
    readonly int _parametersStart;
    readonly int _headersStart;
    readonly ushort _port;
    readonly UriScheme _scheme;

    SipUri(Text text, UriScheme scheme, int userStart, int userLength, int passwordLength, int hostStart, int hostLength, int port, int parameters, int headers)
    {
        _text = text;
        _scheme = scheme;
        _userStart = userStart;
        _userLength = userLength;
        _passwordLength = passwordLength;
        _hostStart = hostStart;
        _hostLength = hostLength;
        _port = (ushort)port;
        _parametersStart = parameters;
        _headersStart = headers;
    }

    /// <summary>The whole URI.</summary>
    public Text Text => _text;

    public UriScheme Scheme => _scheme;

    public bool IsEmpty => _text.IsEmpty;

    public bool IsSipOrSips => _scheme is UriScheme.Sip or UriScheme.Sips;

    /// <summary>The user, or the number of a tel URI; empty when there is none.</summary>
    public Text User => _text.Slice(_userStart, _userLength);

    public Text Password => _passwordLength < 0 ? default : _text.Slice(_userStart + _userLength + 1, _passwordLength);

    public bool HasPassword => _scheme != UriScheme.None && _passwordLength >= 0;

    /// <summary>Host name or address; an IPv6 reference keeps its brackets.</summary>
    public Text Host => _text.Slice(_hostStart, _hostLength);

    /// <summary>0 when absent.</summary>
    public int Port => _port;

    public Parameters Parameters => _parametersStart == 0
        ? default
        : new(_text.Slice(_parametersStart, (_headersStart == 0 ? _text.Length : _headersStart - 1) - _parametersStart));

    /// <summary>What follows `?`: name=value pairs separated by `&amp;`.</summary>
    public Text Headers => _headersStart == 0 ? default : _text.Slice(_headersStart);

    /// <summary>Value of a uri-parameter, empty when it is a flag or absent.</summary>
    public Text Parameter(ReadOnlySpan<byte> name) => Parameters.TryGet(name, out var value) ? value : default;

    public bool HasParameter(ReadOnlySpan<byte> name) => Parameters.Has(name);

    public override string ToString() => _text.ToString();

    public static bool TryParse(Text text, out SipUri uri)
    {
        uri = default;
        var bytes = text.Span;
        var colon = bytes.IndexOf((byte)':');
        if (colon <= 0 || !Characters.IsUriText(bytes) || !UriEscapes.AreValid(bytes))
            return false;
        var scheme = SchemeOf(bytes[..colon]);
        switch (scheme)
        {
            case UriScheme.None:
                return false;
            case UriScheme.Other:
                uri = new SipUri(text, scheme, 0, 0, -1, 0, 0, 0, 0, 0);
                return colon + 1 < bytes.Length;
            case UriScheme.Tel:
                return TryParseTel(text, colon + 1, out uri);
            default:
                return TryParseSip(text, scheme, colon + 1, out uri);
        }
    }

    static bool TryParseTel(Text text, int start, out SipUri uri)
    {
        var number = text.Span[start..];
        var semicolon = number.IndexOf((byte)';');
        if (semicolon >= 0)
            number = number[..semicolon];
        uri = new SipUri(text, UriScheme.Tel, start, number.Length, -1, 0, 0, 0, semicolon < 0 ? 0 : start + semicolon + 1, 0);
        return Characters.IsDialed(number);
    }

    static bool TryParseSip(Text text, UriScheme scheme, int start, out SipUri uri)
    {
        uri = default;
        var bytes = text.Span;
        int userLength = 0, passwordLength = -1, at = start;
        var userinfo = bytes[start..].IndexOf((byte)'@');
        if (userinfo >= 0)
        {
            var colon = bytes.Slice(start, userinfo).IndexOf((byte)':');
            userLength = colon < 0 ? userinfo : colon;
            passwordLength = colon < 0 ? -1 : userinfo - colon - 1;
            at = start + userinfo + 1;
            if (userLength == 0)
                return false;
        }

        var hostStart = at;
        var hostLength = Characters.HostLength(bytes[at..]);
        at += hostLength;
        if (hostLength == 0 || bytes[at..].Contains((byte)'@') || !TryPort(bytes, ref at, out var port))
            return false;

        int parameters = 0, headers = 0;
        if (at < bytes.Length && bytes[at] == ';')
        {
            parameters = at + 1;
            var question = bytes[at..].IndexOf((byte)'?');
            at = question < 0 ? bytes.Length : at + question;
        }

        if (at < bytes.Length && bytes[at] == '?')
        {
            headers = at + 1;
            at = bytes.Length;
        }

        uri = new SipUri(text, scheme, start, userLength, passwordLength, hostStart, hostLength, port, parameters, headers);
        return at == bytes.Length;
    }

    static bool TryPort(ReadOnlySpan<byte> bytes, ref int at, out int port)
    {
        port = 0;
        if (at >= bytes.Length || bytes[at] != ':')
            return true;
        var start = ++at;
        while (at < bytes.Length && Characters.IsDigit(bytes[at]))
            at++;
        var fits = Characters.TryNumber(bytes[start..at], ushort.MaxValue, out var number) && number > 0;
        port = (int)number;
        return fits;
    }

    static UriScheme SchemeOf(ReadOnlySpan<byte> scheme)
    {
        if (Ascii.EqualsIgnoreCase(scheme, "sip"u8))
            return UriScheme.Sip;
        if (Ascii.EqualsIgnoreCase(scheme, "sips"u8))
            return UriScheme.Sips;
        if (Ascii.EqualsIgnoreCase(scheme, "tel"u8))
            return UriScheme.Tel;
        foreach (var letter in scheme)
        {
            if (!char.IsAsciiLetterOrDigit((char)letter) && letter is not ((byte)'+' or (byte)'-' or (byte)'.'))
                return UriScheme.None;
        }

        return char.IsAsciiLetter((char)scheme[0]) ? UriScheme.Other : UriScheme.None;
    }
}
