// Responses (RFC 4975 7.2): back on the connection that the request came on, never in chunks.
using System.Buffers;
using Confab.Runtime;

namespace Confab.Msrp;

/// <summary>The response to one request, composed into a span of known length.</summary>
[Clause("RFC 4975", "7.2", "IMC-SDP-10")]
internal readonly ref struct ResponseFrame
{
    public static readonly SpanAction<byte, ResponseFrame> Compose = static (target, frame) => frame.Write(target);

    private readonly MsrpStatus _status;
    private readonly ReadOnlySpan<byte> _id;
    private readonly ReadOnlySpan<byte> _to;
    private readonly ReadOnlySpan<byte> _from;

    /// <summary>Answers a request.</summary>
    /// <param name="request">What is answered.</param>
    /// <param name="status">The code.</param>
    /// <param name="from">URI of this side; when empty, the URI that the request was sent to.</param>
    public ResponseFrame(in MsrpFrame request, MsrpStatus status, ReadOnlySpan<byte> from)
    {
        _status = status;
        _id = request.TransactionId;

        // A SEND is answered to the previous hop, anything else back to its sender.
        _to = request.Method == MsrpMethod.Send ? MsrpUriView.First(request.FromPath) : request.FromPath;
        _from = from.IsEmpty ? MsrpUriView.First(request.ToPath) : from;
    }

    public int Length
    {
        get
        {
            var comment = _status.Comment().Length;
            return 5 + _id.Length + 4 + (comment > 0 ? comment + 1 : 0) + 2 + 9 + _to.Length + 2 + 11 + _from.Length + 2 + EndLine.LengthOf(_id.Length);
        }
    }

    public void Write(Span<byte> target)
    {
        var code = (int)_status;
        RequestFrame.Append(ref target, "MSRP "u8);
        RequestFrame.Append(ref target, _id);
        target[0] = (byte)' ';
        target[1] = (byte)('0' + (code / 100 % 10));
        target[2] = (byte)('0' + (code / 10 % 10));
        target[3] = (byte)('0' + (code % 10));
        target = target[4..];
        var comment = _status.Comment();
        if (comment.Length > 0)
        {
            RequestFrame.Append(ref target, " "u8);
            RequestFrame.Append(ref target, comment);
        }

        RequestFrame.Append(ref target, "\r\nTo-Path: "u8);
        RequestFrame.Append(ref target, _to);
        RequestFrame.Append(ref target, "\r\nFrom-Path: "u8);
        RequestFrame.Append(ref target, _from);
        RequestFrame.Append(ref target, "\r\n-------"u8);
        RequestFrame.Append(ref target, _id);
        RequestFrame.Append(ref target, "$\r\n"u8);
    }
}
