using System.Text;
using Confab.Msrp;

namespace Confab.Tests.Msrp;

/// <summary>What a parser gave for a stream, joined a frame at a time, so that two ways of cutting the stream can be compared.</summary>
internal sealed record ParsedFrame(string Head, byte[] Body, char Continuation, long Offset, int PieceCount)
{
    public string Text => $"{Head}|{Convert.ToHexString(Body)}|{Continuation}|{Offset}";
}

internal sealed class Pieces
{
    public List<ParsedFrame> Frames { get; } = [];

    public MsrpFault? Fault { get; private set; }

    public int Unread { get; private set; }

    /// <summary>Feeds the stream cut into reads of the given sizes (the last repeats), as a flow would.</summary>
    public static Pieces Of(byte[] stream, int pieceBytes, params int[] reads)
    {
        var result = new Pieces();
        var parser = new MsrpParser(8 * 1024, pieceBytes);
        var buffer = new byte[stream.Length];
        int kept = 0, at = 0, turn = 0;
        StringBuilder head = new();
        List<byte> body = [];
        long offset = 0;
        var pieces = 0;
        while (at < stream.Length)
        {
            var n = Math.Min(reads[Math.Min(turn++, reads.Length - 1)], stream.Length - at);
            stream.AsSpan(at, n).CopyTo(buffer.AsSpan(kept));
            at += n;
            kept += n;
            while (true)
            {
                var read = parser.Read(buffer.AsSpan(0, kept), out var frame, out var consumed);
                if (read == MsrpRead.Fault)
                {
                    result.Fault = parser.Fault;
                    return result;
                }

                if (read == MsrpRead.Piece)
                {
                    if (frame.IsFirstPiece)
                    {
                        Xunit.Assert.Equal(0, pieces);
                        offset = frame.Offset;
                        head.Append(Encoding.Latin1.GetString(frame.RawHead));
                    }
                    else
                    {
                        Xunit.Assert.Equal(head.ToString(), Encoding.Latin1.GetString(frame.RawHead));
                        Xunit.Assert.Equal(offset + body.Count, frame.Offset);
                    }

                    pieces++;
                    body.AddRange(frame.Body);
                    if (frame.IsLastPiece)
                    {
                        result.Frames.Add(new ParsedFrame(head.ToString(), [.. body], frame.Continuation, offset, pieces));
                        head.Clear();
                        body.Clear();
                        pieces = 0;
                    }
                }

                buffer.AsSpan(consumed, kept - consumed).CopyTo(buffer);
                kept -= consumed;
                if (read == MsrpRead.NeedMore) break;
            }
        }

        result.Unread = kept;
        return result;
    }

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text.ReplaceLineEndings("\r\n"));
}
