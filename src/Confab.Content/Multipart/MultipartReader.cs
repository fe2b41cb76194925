// Takes a multipart body apart (RFC 2046 5.1). Preamble and epilogue are passed over; a nested multipart stays one part.
// Accepted beyond the grammar: bare LF, no close delimiter after the last part.
namespace Confab.Content.Multipart;

public static class MultipartReader
{
    const string Clause = "RFC 2046 5.1.1";

    /// <summary>The parts in order; their contents are slices of <paramref name="body"/>.</summary>
    /// <param name="boundary">The boundary parameter of the body's Content-Type, unquoted.</param>
    /// <param name="maxParts">More parts than this are a fault.</param>
    public static bool TryParse(ReadOnlyMemory<byte> body, string boundary, int maxParts, out IReadOnlyList<BodyPart> parts, out Fault fault)
    {
        parts = [];
        if (Boundary.From(boundary) is not { } delimiters) return Fail("malformed boundary", 0, out fault);
        if (delimiters.Next(body.Span, 0) is not { } open) return Fail("boundary not found", 0, out fault);

        var found = new List<BodyPart>();
        while (!open.Closes && open.Next < body.Length)
        {
            if (found.Count >= maxParts) return Fail("too many parts", open.Next, out fault);
            var close = delimiters.Next(body.Span, open.Next) ?? new Delimiter(body.Length, body.Length, Closes: true);
            var region = body[open.Next..Math.Max(open.Next, close.ContentEnd)];
            if (!PartHeaders.TryParse(region, out var part, out fault))
            {
                fault = fault with { Offset = fault.Offset + open.Next };
                return false;
            }
            found.Add(part);
            open = close;
        }
        if (found.Count == 0) return Fail("no parts", open.ContentEnd, out fault);
        parts = found;
        fault = default;
        return true;
    }

    static bool Fail(string reason, int offset, out Fault fault)
    {
        fault = new Fault(reason, Clause, offset);
        return false;
    }
}
