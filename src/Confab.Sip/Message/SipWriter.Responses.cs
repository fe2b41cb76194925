namespace Confab.Sip.Message;

/// <summary>
/// What every response copies from its request, RFC 3261 8.2.6.2, with the source noted in the top Via, RFC 3261 18.2.1 and RFC 3581 4.
/// A message never changes, so the note is made where the Via leaves again.
/// </summary>
public ref partial struct SipWriter
{
    /// <summary>
    /// Starts the response: status line, Via fields, From, To with <paramref name="toTag"/> unless it has a tag, Call-ID, CSeq.
    /// </summary>
    /// <param name="request">The request, or the partial message of a bad one.</param>
    /// <param name="code">Status code.</param>
    /// <param name="reason">Phrase; the usual one when empty.</param>
    /// <param name="toTag">Our tag; empty for 100.</param>
    /// <param name="source">Address the request came from, without brackets; empty to leave the Via alone.</param>
    /// <param name="sourcePort">Port it came from.</param>
    public void Response(
        SipRequest request, int code, scoped ReadOnlySpan<byte> reason, scoped ReadOnlySpan<byte> toTag, scoped ReadOnlySpan<byte> source = default, int sourcePort = 0)
    {
        Status(code, reason.IsEmpty ? StatusCode.Phrase(code) : reason);
        CopyVias(request, source, sourcePort);
        CopyFirst(request, HeaderName.From);
        var to = request.To;
        if (toTag.IsEmpty || to.IsEmpty || !to.Tag.IsEmpty)
        {
            CopyFirst(request, HeaderName.To);
        }
        else
        {
            Begin(HeaderName.To);
            Append(to.Text);
            Raw(";tag="u8);
            Append(toTag);
            End();
        }

        CopyFirst(request, HeaderName.CallId);
        CopyFirst(request, HeaderName.CSeq);
    }

    /// <summary>
    /// All Via fields; the top value gets <c>received</c> when the source differs from sent-by or rport was asked for, and the port in
    /// <c>rport</c>. What the peer itself wrote into the two is dropped.
    /// </summary>
    public void CopyVias(SipMessage from, scoped ReadOnlySpan<byte> source, int sourcePort)
    {
        ref readonly var top = ref from.TopVia;
        if (source.IsEmpty || top.IsEmpty)
        {
            CopyHeaders(from, HeaderName.Via);
            return;
        }

        var isFirst = true;
        foreach (var value in from.Headers(HeaderName.Via))
        {
            Begin(HeaderName.Via);
            if (isFirst)
                AppendStamped(top, source, sourcePort);
            else
                Append(value);
            End();
            isFirst = false;
        }
    }

    // A bad request may have the field twice; its answer has it once.
    void CopyFirst(SipMessage from, HeaderName name) => Header(name, from.ValueOf(from.Find(name, 0)));

    void AppendStamped(in Via via, scoped ReadOnlySpan<byte> source, int sourcePort)
    {
        var end = via.ParametersStart == 0 ? via.Text.Length : via.ParametersStart - 1;
        Append(via.Text.Slice(0, end));
        foreach (var parameter in via.Parameters)
        {
            if (parameter.Name.EqualsIgnoreCase("received"u8) || parameter.Name.EqualsIgnoreCase("rport"u8))
                continue;
            Raw(";"u8);
            Append(parameter.Name);
            if (!parameter.HasValue)
                continue;
            Raw(parameter.IsQuoted ? "=\""u8 : "="u8);
            Append(parameter.Value);
            if (parameter.IsQuoted)
                Raw("\""u8);
        }

        var host = via.Host.Span;
        if (host.Length > 2 && host[0] == '[')
            host = host[1..^1];
        if (via.HasRport || !System.Text.Ascii.EqualsIgnoreCase(host, source))
        {
            Raw(";received="u8);
            Append(source);
        }

        if (via.HasRport)
        {
            Raw(";rport="u8);
            Append(sourcePort);
        }
    }
}
