namespace Confab.Sip.Message;

/// <summary>Sequence number and method of a transaction. RFC 3261 20.16.</summary>
public readonly struct CSeq
{
    CSeq(uint number, Text methodText)
    {
        Number = number;
        MethodText = methodText;
        Method = SipMethods.Parse(methodText.Span);
    }

    public uint Number { get; }

    public SipMethod Method { get; }

    public Text MethodText { get; }

    public static bool TryParse(Text text, out CSeq cseq)
    {
        cseq = default;
        var bytes = text.Span;
        var digits = bytes.IndexOfAny((byte)' ', (byte)'\t');
        if (digits < 0 || !Characters.TryNumber(bytes[..digits], uint.MaxValue, out var number))
            return false;
        var method = text.Slice(Characters.SkipSpace(bytes, digits));
        if (!Characters.IsToken(method.Span))
            return false;
        cseq = new CSeq((uint)number, method);
        return true;
    }
}
