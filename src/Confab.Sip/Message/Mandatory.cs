namespace Confab.Sip.Message;

/// <summary>The fields every message must have, and the scalars that decide its extent. RFC 3261 8.1.1, 18.3, 20.14, 20.22; RFC 4475 3.1.2, 3.3.</summary>
static class Mandatory
{
    /// <summary>Types the fields and sets the body; returns whether the fields of an answer are there at all.</summary>
    public static bool Check(SipMessage message, int bodyStart, int end, ref Fault fault)
    {
        var missing = Missing(message);
        if (missing != HeaderName.Other)
        {
            if (fault.IsNone)
                fault = new Fault(400, Absence(missing), "RFC 3261 8.1.1", bodyStart);
        }
        else
        {
            Need(message, message.TypeVia(), HeaderName.Via, "Malformed Via", ref fault);
            Need(message, message.TypeFrom(), HeaderName.From, "Malformed From", ref fault);
            Need(message, message.TypeTo(), HeaderName.To, "Malformed To", ref fault);
            Need(message, message.TypeCallId(), HeaderName.CallId, "Malformed Call-ID", ref fault);
            Need(message, message.TypeCSeq(), HeaderName.CSeq, "Malformed CSeq", ref fault);
            if (message is SipRequest request)
                Need(message, request.MethodText.Equals(message.CSeq.MethodText), HeaderName.CSeq, "CSeq method differs", ref fault);
        }

        Need(message, MaxForwards(message), HeaderName.MaxForwards, "Malformed Max-Forwards", ref fault);
        Extent(message, bodyStart, end, ref fault);
        return missing == HeaderName.Other;
    }

    static HeaderName Missing(SipMessage message)
    {
        if (!message.Has(HeaderName.Via))
            return HeaderName.Via;
        if (!message.Has(HeaderName.From))
            return HeaderName.From;
        if (!message.Has(HeaderName.To))
            return HeaderName.To;
        if (!message.Has(HeaderName.CallId))
            return HeaderName.CallId;
        return message.Has(HeaderName.CSeq) ? HeaderName.Other : HeaderName.CSeq;
    }

    static string Absence(HeaderName name) => name switch
    {
        HeaderName.Via => "Missing Via",
        HeaderName.From => "Missing From",
        HeaderName.To => "Missing To",
        HeaderName.CallId => "Missing Call-ID",
        _ => "Missing CSeq",
    };

    static bool MaxForwards(SipMessage message)
    {
        if (!message.Has(HeaderName.MaxForwards))
            return true;
        message.TryGet(HeaderName.MaxForwards, out var value);
        if (!Characters.TryNumber(value.Span, 255, out var hops))
            return false;
        message.MaxForwards = (int)hops;
        return true;
    }

    // Without Content-Length a datagram's body is all the rest (18.3); more bytes than it says are ignored, fewer are an error.
    static void Extent(SipMessage message, int bodyStart, int end, ref Fault fault)
    {
        var length = (ulong)(end - bodyStart);
        if (message.Has(HeaderName.ContentLength))
        {
            message.TryGet(HeaderName.ContentLength, out var value);
            if (!Characters.TryNumber(value.Span, int.MaxValue, out var given))
            {
                Need(message, fine: false, HeaderName.ContentLength, "Malformed Content-Length", ref fault);
                return;
            }

            message.ContentLength = (int)given;
            if (given > length)
            {
                Need(message, fine: false, HeaderName.ContentLength, "Content-Length exceeds the message", ref fault);
                return;
            }

            length = given;
        }

        message.SetBody(bodyStart, (int)length);
    }

    static void Need(SipMessage message, bool fine, HeaderName name, string reason, ref Fault fault)
    {
        if (!fine && fault.IsNone)
            fault = new Fault(400, reason, "RFC 3261 8.1.1", message.OffsetOf(name));
    }
}
