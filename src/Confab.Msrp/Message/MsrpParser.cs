// Cuts a stream into MSRP frames (RFC 4975 5.1, 7.1, 9). A frame that is whole in the bytes given comes as one piece; one that is larger than
// PieceBytes comes in several as its bytes arrive, each with the whole head, so that no message is ever buffered whole.
//
//   start line, headers ──► "-------id$"              a frame without a body
//                       └─► CRLF  body ... CRLF "-------id$"
using Confab.Runtime;

namespace Confab.Msrp;

public enum MsrpRead
{
    /// <summary>What is there is not enough; it is given again with what follows it.</summary>
    NeedMore,
    Piece,

    /// <summary>The stream cannot be framed any further.</summary>
    Fault,
}

/// <summary>The framing of one stream. Every byte is looked at once, however it comes.</summary>
[Clause("RFC 4975", "7.1")]
[Clause("RFC 4975", "9")]
public sealed class MsrpParser(int headBytes = 8 * 1024, int pieceBytes = 16 * 1024)
{
    private readonly int _headBytes = headBytes;
    private readonly int _pieceBytes = pieceBytes;
    private MsrpLayout _layout;
    private Stage _stage;
    private int _line;      // where the line of the head begins that is not complete yet
    private int _scanned;   // up to here no end-line begins
    private byte[] _head = []; // of a frame that comes in several pieces

    private enum Stage : byte
    {
        StartLine,
        Headers,
        Body,
        FurtherBody,
    }

    /// <summary>Why <see cref="Read"/> gave <see cref="MsrpRead.Fault"/>.</summary>
    public MsrpFault Fault { get; private set; }

    /// <summary>Reads the next piece; the caller drops <paramref name="consumed"/> bytes, after it is done with the frame.</summary>
    public MsrpRead Read(ReadOnlySpan<byte> bytes, out MsrpFrame frame, out int consumed)
    {
        frame = default;
        consumed = 0;
        if (_stage == Stage.StartLine && _line == 0 && bytes.Length > 0 && bytes[0] is (byte)'\r' or (byte)'\n')
        {
            // Empty lines between frames: some keep a connection alive so.
            consumed = bytes.IndexOfAnyExcept((byte)'\r', (byte)'\n');
            if (consumed < 0) consumed = bytes.Length;
            bytes = bytes[consumed..];
        }

        var skipped = consumed;
        var read = _stage <= Stage.Headers ? ReadHead(bytes, out frame, out consumed) : MsrpRead.Piece;
        if (read == MsrpRead.Piece && _stage >= Stage.Body) read = ReadBody(bytes, out frame, out consumed);
        consumed += skipped;
        return read;
    }

    private MsrpRead ReadHead(ReadOnlySpan<byte> bytes, out MsrpFrame frame, out int consumed)
    {
        frame = default;
        consumed = 0;
        while (true)
        {
            var length = bytes[_line..].IndexOf("\r\n"u8);
            if (length < 0)
            {
                if (_stage == Stage.StartLine && !MayBeStart(bytes)) return Refuse("A start line that is not MSRP", "9", 0);
                return bytes.Length > _headBytes ? Refuse("The head is too long", "9", _headBytes) : MsrpRead.NeedMore;
            }

            var line = bytes.Slice(_line, length);
            var start = _line;
            _line += length + 2;
            if (_line > _headBytes) return Refuse("The head is too long", "9", _headBytes);
            if (_stage == Stage.StartLine)
            {
                _layout = new MsrpLayout { Range = ByteRange.Open, IsFirst = true };
                if (!MsrpHead.TryStartLine(line, ref _layout)) return Refuse("A start line that is not MSRP", "9", start);
                _stage = Stage.Headers;
            }
            else if (length == 0)
            {
                return EndHead(bytes, hasBlankLine: true) ? MsrpRead.Piece : MsrpRead.Fault;
            }
            else if (line[0] == '-' && line.StartsWith("-------"u8) && IsOwnEnd(bytes, line))
            {
                _layout.HeadLength = start;
                _layout.IsLast = true;
                _layout.Continuation = line[^1];
                if (!EndHead(bytes, hasBlankLine: false)) return MsrpRead.Fault;
                consumed = _line;
                frame = new MsrpFrame(bytes[..start], default, ref _layout);
                StartOver();
                return MsrpRead.Piece;
            }
            else
            {
                MsrpHead.Header(line, start, ref _layout);
            }
        }
    }

    private bool EndHead(ReadOnlySpan<byte> bytes, bool hasBlankLine)
    {
        if (_layout.ToPath.Length == 0 || _layout.FromPath.Length == 0)
        {
            Refuse("To-Path or From-Path is missing", "7.1", _line);
            return false;
        }

        MsrpHead.Finish(bytes, ref _layout);
        if (hasBlankLine)
        {
            _layout.HeadLength = _line;
            _scanned = _line - 2; // the empty line may be the CRLF of the end-line
            _stage = Stage.Body;
        }

        return true;
    }

    private MsrpRead ReadBody(ReadOnlySpan<byte> bytes, out MsrpFrame frame, out int consumed)
    {
        frame = default;
        consumed = 0;
        var isFirst = _stage == Stage.Body;
        var head = isFirst ? bytes[.._layout.HeadLength] : _head;
        var bodyStart = isFirst ? _layout.HeadLength : 0;
        var id = head.Slice(_layout.TransactionId.Start, _layout.TransactionId.Length);
        var ends = EndLine.Find(bytes, _scanned, id, out var at);
        if (!ends)
        {
            _scanned = at;
            if (bytes.Length < _pieceBytes || at <= bodyStart) return MsrpRead.NeedMore;
        }

        var body = bytes[bodyStart..Math.Max(at, bodyStart)];
        if (!isFirst) _layout.Offset += _layout.BodyLength;
        _layout.BodyLength = body.Length;
        _layout.IsFirst = isFirst;
        if (isFirst)
        {
            _layout.HasBody = body.Length > 0 || _layout.ContentType.Length > 0;
            MsrpHead.FinishBody(ref _layout);
        }

        if (ends)
        {
            _layout.IsLast = true;
            _layout.Continuation = bytes[at + 2 + EndLine.Hyphens + id.Length];
            consumed = at + 2 + EndLine.LengthOf(id.Length);
        }
        else
        {
            if (isFirst) _head = head.ToArray();
            consumed = at;
            _scanned = 0;
            _stage = Stage.FurtherBody;
        }

        frame = new MsrpFrame(head, body, ref _layout);
        if (ends) StartOver();
        return MsrpRead.Piece;
    }

    /// <summary>Makes ready for the next frame; the layout stays for who holds the last one.</summary>
    private void StartOver()
    {
        _stage = Stage.StartLine;
        _line = 0;
        _scanned = 0;
        _head = [];
    }

    private bool IsOwnEnd(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> line)
    {
        var id = bytes.Slice(_layout.TransactionId.Start, _layout.TransactionId.Length);
        return line.Length == EndLine.Hyphens + id.Length + 1 && line[EndLine.Hyphens..].StartsWith(id) && EndLine.IsFlag(line[^1]);
    }

    private static bool MayBeStart(ReadOnlySpan<byte> bytes) => bytes.Length < 5 ? "MSRP "u8.StartsWith(bytes) : bytes.StartsWith("MSRP "u8);

    private MsrpRead Refuse(string reason, string clause, int offset)
    {
        Fault = new MsrpFault(reason, clause, offset);
        return MsrpRead.Fault;
    }
}
