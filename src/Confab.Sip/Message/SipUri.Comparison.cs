using System.Text;

namespace Confab.Sip.Message;

/// <summary>
/// The two comparisons of URIs: <see cref="Equivalent"/> is RFC 3261 19.1.4, for Contacts and Request-URIs;
/// <see cref="SameAddress"/> is who somebody is, for identities, members and tables.
/// </summary>
public readonly partial struct SipUri
{
    const int LongestTakenApart = 2048;

    /// <summary>RFC 3261 19.1.4. Not transitive, hence no <c>Equals</c> and no hash.</summary>
    public static bool Equivalent(in SipUri a, in SipUri b)
    {
        if (a._scheme != b._scheme)
            return false;

        // Comparing every parameter with every other must not become a way to keep a server busy.
        if (a._text.Length > LongestTakenApart || b._text.Length > LongestTakenApart)
            return a._text.Equals(b._text);
        if (!a.IsSipOrSips)
            return a._scheme == UriScheme.Tel ? SameAddress(a, b) : a._text.Equals(b._text);
        return UriEscapes.Equal(a.User.Span, b.User.Span, ignoreCase: false)
            && a.HasPassword == b.HasPassword
            && UriEscapes.Equal(a.Password.Span, b.Password.Span, ignoreCase: false)
            && a.Host.EqualsIgnoreCase(b.Host.Span)
            && a._port == b._port
            && ParametersMatch(a, b) && ParametersMatch(b, a)
            && HeadersWithin(a.Headers, b.Headers) && HeadersWithin(b.Headers, a.Headers);
    }

    /// <summary>Same scheme, user (case counts) and host; password, port, parameters and headers do not matter. COM-AOIA-6.</summary>
    public static bool SameAddress(in SipUri a, in SipUri b)
    {
        if (a._scheme != b._scheme)
            return false;
        return a._scheme switch
        {
            UriScheme.Sip or UriScheme.Sips => a.Host.EqualsIgnoreCase(b.Host.Span) && UriEscapes.Equal(a.User.Span, b.User.Span, ignoreCase: false),
            UriScheme.Tel => a.AddressKey().Equals(b.AddressKey(), StringComparison.Ordinal),
            _ => a._text.Equals(b._text),
        };
    }

    /// <summary>
    /// One string per address: equal exactly when <see cref="SameAddress"/> holds. `sip:user@host` with the host in small letters
    /// and the user in one spelling; `tel:` without visual separators; any other URI as it stands. It is a valid URI.
    /// </summary>
    public string AddressKey()
    {
        switch (_scheme)
        {
            case UriScheme.Tel:
                var number = User.ToString();
                return string.Concat("tel:", string.Concat(number.Where(c => c is not ('-' or '.' or '(' or ')'))).ToLowerInvariant());
            case UriScheme.Sip or UriScheme.Sips:
                var scheme = _scheme == UriScheme.Sip ? "sip:"u8 : "sips:"u8;
                var most = scheme.Length + (_userLength * 3) + 1 + _hostLength;
                Span<byte> key = most <= 512 ? stackalloc byte[most] : new byte[most];
                scheme.CopyTo(key);
                var length = scheme.Length;
                if (_userLength > 0)
                {
                    length += UriEscapes.Normalize(User.Span, key[length..]);
                    key[length++] = (byte)'@';
                }

                foreach (var letter in Host.Span)
                    key[length++] = Characters.Lower(letter);
                return Encoding.ASCII.GetString(key[..length]);
            default:
                return _text.ToString();
        }
    }

    static bool ParametersMatch(in SipUri a, in SipUri b)
    {
        foreach (var mine in a.Parameters)
        {
            if (b.Parameters.TryGet(mine.Name.Span, out var theirs))
            {
                if (!UriEscapes.Equal(mine.Value.Span, theirs.Span, ignoreCase: true))
                    return false;
            }
            else if (MustBeInBoth(mine.Name))
            {
                return false;
            }
        }

        return true;
    }

    // transport too: a URI without it may resolve to another transport (the third pair of examples).
    static bool MustBeInBoth(Text name) =>
        name.EqualsIgnoreCase("user"u8) || name.EqualsIgnoreCase("ttl"u8) || name.EqualsIgnoreCase("method"u8)
        || name.EqualsIgnoreCase("maddr"u8) || name.EqualsIgnoreCase("transport"u8);

    static bool HeadersWithin(Text some, Text all)
    {
        foreach (var header in new UriHeaders(some))
        {
            if (!new UriHeaders(all).TryGet(header.Name.Span, out var value) || !UriEscapes.Equal(header.Value.Span, value.Span, ignoreCase: true))
                return false;
        }

        return true;
    }
}
