namespace Confab.Sip.Message;

/// <summary>delta-seconds: a number of seconds, 2**32-1 at most; more means the most. RFC 3261 20.19, RFC 4475 3.1.2.4.</summary>
public static class DeltaSeconds
{
    /// <summary>Takes the digits up to the first parameter or comment, as Retry-After and Session-Expires carry them.</summary>
    public static bool TryParse(Text text, out uint seconds)
    {
        seconds = 0;
        var digits = text.Span;
        var end = digits.IndexOfAny(" \t;("u8);
        if (end >= 0)
            digits = digits[..end];
        if (digits.IsEmpty)
            return false;
        ulong value = 0;
        foreach (var digit in digits)
        {
            if (!Characters.IsDigit(digit))
                return false;
            value = Math.Min((value * 10) + (ulong)(digit - '0'), uint.MaxValue);
        }

        seconds = (uint)value;
        return true;
    }
}
