using System.Runtime.InteropServices;
using System.Text;

namespace Confab.Sip.Message;

/// <summary>What a look into a stream's buffer found.</summary>
public enum FrameResult
{
    /// <summary>Read more, then call again with the same progress.</summary>
    NeedMore,

    /// <summary>A double CRLF: answer with one CRLF (RFC 5626 3.5.1).</summary>
    Ping,

    /// <summary>A single CRLF, the answer to our ping; only where <see cref="FrameRules.ExpectsPong"/>.</summary>
    Pong,

    /// <summary>A whole message.</summary>
    Message,

    /// <summary>The stream cannot be framed any further: answer if a head was found, then close.</summary>
    Fault,
}

/// <summary>The bounds of what a stream may carry.</summary>
/// <param name="MaxHeaderBytes">Most bytes of start line and headers.</param>
/// <param name="MaxBodyBytes">Most bytes of body.</param>
/// <param name="ExpectsPong">True on a flow we ping: there a lone CRLF is a pong, elsewhere it may be half a ping.</param>
public readonly record struct FrameRules(int MaxHeaderBytes, int MaxBodyBytes, bool ExpectsPong = false);

/// <summary>What the framer knows about the unfinished message at the start of the buffer. Kept by the flow, default at first.</summary>
[StructLayout(LayoutKind.Auto)]
public struct FrameProgress
{
    internal int Scanned;
    internal int Needed;
}

/// <summary>
/// Finds messages in a stream by Content-Length, which a stream must have. RFC 3261 18.3, 7.5, keep-alives RFC 5626 3.5.1.
/// Progress lets bytes that trickle in be looked at once.
/// </summary>
public static class SipFramer
{
    /// <summary>Looks at the start of the buffer for one message or keep-alive.</summary>
    /// <param name="buffer">Everything unread, from the start of the next message on.</param>
    /// <param name="rules">The bounds.</param>
    /// <param name="progress">The flow's progress; reset here whenever something is consumed.</param>
    /// <param name="consumed">Bytes the caller drops from the front, whatever the result (with NeedMore: leading CRLFs).</param>
    /// <param name="messageLength">
    /// The message is the last <paramref name="messageLength"/> bytes of the consumed ones. With a fault: the head alone when it is
    /// known, so that the parser can make it answerable; else 0.
    /// </param>
    /// <param name="fault">400 no or malformed Content-Length, 413 body too large, 513 head too large.</param>
    public static FrameResult Find(
        ReadOnlySpan<byte> buffer, in FrameRules rules, ref FrameProgress progress, out int consumed, out int messageLength, out Fault fault)
    {
        consumed = messageLength = 0;
        fault = default;
        if (progress is { Scanned: 0, Needed: 0 })
        {
            var keepAlive = SkipLineEnds(buffer, rules, ref consumed);

            // Nothing left, or what may become a ping: no message has begun.
            if (keepAlive != FrameResult.NeedMore || "\r\n\r\n"u8.StartsWith(buffer[consumed..]))
                return keepAlive;
        }

        buffer = buffer[consumed..];
        if (progress.Needed == 0)
        {
            var from = Math.Max(progress.Scanned - 3, 0);
            var ending = buffer[from..].IndexOf("\r\n\r\n"u8);
            var head = ending < 0 ? buffer.Length : from + ending + 4;
            if (head > rules.MaxHeaderBytes)
                return Refuse(513, "Head too large", "RFC 3261 21.5.7", head: 0, ref consumed, ref messageLength, out fault);
            if (ending < 0)
            {
                progress.Scanned = buffer.Length;
                return FrameResult.NeedMore;
            }

            var body = ContentLength(buffer[..head], out var reason);
            if (body < 0)
                return Refuse(400, reason, "RFC 3261 18.3", head, ref consumed, ref messageLength, out fault);
            if (body > rules.MaxBodyBytes)
                return Refuse(413, "Body too large", "RFC 3261 21.4.11", head, ref consumed, ref messageLength, out fault);
            progress.Needed = head + body;
        }

        if (buffer.Length < progress.Needed)
            return FrameResult.NeedMore;
        messageLength = progress.Needed;
        consumed += messageLength;
        progress = default;
        return FrameResult.Message;
    }

    // NeedMore here means that no keep-alive is complete; a message may start after `consumed`.
    static FrameResult SkipLineEnds(ReadOnlySpan<byte> buffer, in FrameRules rules, ref int consumed)
    {
        while (buffer[consumed..].StartsWith("\r\n"u8))
        {
            if (rules.ExpectsPong)
            {
                consumed += 2;
                return FrameResult.Pong;
            }

            var rest = buffer[(consumed + 2)..];
            if (rest.StartsWith("\r\n"u8))
            {
                consumed += 4;
                return FrameResult.Ping;
            }

            // Possibly half a ping: wait for the other half.
            if (rest.Length == 0 || (rest.Length == 1 && rest[0] == '\r'))
                return FrameResult.NeedMore;
            consumed += 2;
        }

        return FrameResult.NeedMore;
    }

    static FrameResult Refuse(int status, string reason, string clause, int head, ref int consumed, ref int messageLength, out Fault fault)
    {
        fault = new Fault(status, reason, clause, consumed);
        consumed += head;
        messageLength = head;
        return FrameResult.Fault;
    }

    // -1 when absent, malformed, or given twice with different values. A value on a folded line counts.
    static int ContentLength(ReadOnlySpan<byte> head, out string reason)
    {
        var length = -1;
        reason = "Content-Length missing on a stream";
        while (head.Length > 2)
        {
            var end = head.IndexOf("\r\n"u8);
            var line = head[..end];
            head = head[(end + 2)..];
            if (line.Length == 0 || (line[0] | 0x20) is not ('c' or 'l') || !IsContentLength(line, out var colon))
                continue;
            var value = line[(colon + 1)..].Trim(" \t"u8);
            while (!head.IsEmpty && Characters.IsSpace(head[0]))
            {
                end = head.IndexOf("\r\n"u8);
                var more = head[..end].Trim(" \t"u8);
                head = head[(end + 2)..];
                value = value.IsEmpty ? more : more.IsEmpty ? value : default;
            }

            if (!Characters.TryNumber(value, int.MaxValue / 2, out var number) || (length >= 0 && length != (int)number))
            {
                reason = "Malformed Content-Length";
                return -1;
            }

            length = (int)number;
        }

        return length;
    }

    static bool IsContentLength(ReadOnlySpan<byte> line, out int colon)
    {
        colon = line.IndexOf((byte)':');
        if (colon < 0)
            return false;
        var name = line[..Characters.TrimEnd(line, colon)];
        return name.Length == 1 ? (name[0] | 0x20) == 'l' : Ascii.EqualsIgnoreCase(name, "Content-Length"u8);
    }
}
