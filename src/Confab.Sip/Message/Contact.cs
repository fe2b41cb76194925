namespace Confab.Sip.Message;

/// <summary>A Contact value: the star of "remove all bindings", or an address with its expires and q. RFC 3261 20.10, 10.2.2.</summary>
public readonly struct Contact
{
    readonly NameAddr _address;

    Contact(bool isStar, in NameAddr address)
    {
        IsStar = isStar;
        _address = address;
    }

    public bool IsStar { get; }

    public NameAddr Address => _address;

    public SipUri Uri => _address.Uri;

    /// <summary>Seconds; null when absent or malformed (then the Expires header or the default counts); too large becomes the largest.</summary>
    public uint? Expires => _address.Parameters.TryGet("expires"u8, out var value) && DeltaSeconds.TryParse(value, out var seconds) ? seconds : null;

    /// <summary>Preference in thousandths, 0 to 1000; 1000 when absent or malformed.</summary>
    public int Q => _address.Parameters.TryGet("q"u8, out var value) ? Thousandths(value.Span) : 1000;

    public static bool TryParse(Text text, out Contact contact)
    {
        if (text.Equals("*"u8))
        {
            contact = new Contact(isStar: true, default);
            return true;
        }

        var parsed = NameAddr.TryParse(text, out var address);
        contact = new Contact(isStar: false, address);
        return parsed;
    }

    static int Thousandths(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty || value.Length > 5 || value[0] is not ((byte)'0' or (byte)'1') || (value.Length > 1 && value[1] != '.'))
            return 1000;
        var result = (value[0] - '0') * 1000;
        for (int i = 2, weight = 100; i < value.Length; i++, weight /= 10)
        {
            if (!Characters.IsDigit(value[i]))
                return 1000;
            result += (value[i] - '0') * weight;
        }

        return Math.Min(result, 1000);
    }
}
