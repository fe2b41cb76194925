using System.Text;
using Confab.Msrp;
using Xunit;

namespace Confab.Tests.Msrp;

public sealed class MsrpParserTests
{
    private const string Paths = "To-Path: msrp://b.example:8888/9di4eae923wzd;tcp\nFrom-Path: msrp://a.example:7777/iau39soe2843z;tcp\n";

    // RFC 4975 5.1, 11.1, 11.4, 11.5, 11.6 and the first messages of flow F1, as one stream.
    private const string Examples =
        "MSRP d93kswow SEND\nTo-Path: msrp://bob.example.com:8888/9di4eae923wzd;tcp\nFrom-Path: msrp://alicepc.example.com:7777/iau39soe2843z;tcp\n"
        + "Message-ID: 12339sdqwer\nByte-Range: 1-16/16\nContent-Type: text/plain\n\nHi, I'm Alice!\n\n-------d93kswow$\n"
        + "MSRP d93kswow 200 OK\nTo-Path: msrp://alicepc.example.com:7777/iau39soe2843z;tcp\nFrom-Path: msrp://bob.example.com:8888/9di4eae923wzd;tcp\n-------d93kswow$\n"
        + "MSRP d93kswow SEND\n" + Paths + "Message-ID: 12339sdqwer\nByte-Range: 1-137/148\nContent-Type: message/cpim\n\n"
        + "To: Bob <sip:bob@example.com>\nFrom: Alice <sip:alice@example.com>\nDateTime: 2006-05-15T15:02:31-03:00\nContent-Type: text/plain\n\nABCD\n-------d93kswow+\n"
        + "MSRP op2nc9a SEND\n" + Paths + "Message-ID: 12339sdqwer\nByte-Range: 138-148/148\nContent-Type: message/cpim\n\n1234567890\n-------op2nc9a$\n"
        + "MSRP d93kswow SEND\n" + Paths + "Message-ID: 12339sdqwer\nByte-Range: 1-38/38\nFailure-Report: no\nSuccess-Report: no\nContent-Type: text/plain\n\n"
        + "This conference will end in 5 minutes\n-------d93kswow$\n"
        + "MSRP dkei38sd REPORT\n" + Paths + "Message-ID: 12339sdqwer\nByte-Range: 1-106/106\nStatus: 000 200 OK\n-------dkei38sd$\n"
        + "MSRP a1b2c3d4e5f6 SEND\n" + Paths + "Message-ID: m0001alice\nByte-Range: 1-0/0\n-------a1b2c3d4e5f6$\n";

    [Fact]
    public void The_examples_of_RFC_4975_parse()
    {
        var frames = Pieces.Of(Pieces.Bytes(Examples), 16384, int.MaxValue).Frames;
        Assert.Equal(7, frames.Count);
        Assert.Equal("Hi, I'm Alice!\r\n", Encoding.ASCII.GetString(frames[0].Body));
        Assert.Equal('+', frames[2].Continuation);
        Assert.Equal(138, frames[3].Offset);
        Assert.Equal("1234567890", Encoding.ASCII.GetString(frames[3].Body));
        Assert.All(frames, f => Assert.Equal(1, f.PieceCount));
    }

    [Fact]
    public void Every_field_of_a_SEND_is_seen()
    {
        var bytes = Pieces.Bytes("MSRP d93kswow SEND\n" + Paths
            + "MESSAGE-ID:  12339sdqwer \nbyte-range: 3-*/900\nSuccess-Report: YES\nFailure-Report: Partial\nX-New: 1\nContent-Type: text/plain;a=b\n\nHi\n-------d93kswow#\n");
        Assert.Equal(MsrpRead.Piece, new MsrpParser().Read(bytes, out var frame, out var consumed));
        Assert.Equal(bytes.Length, consumed);
        Assert.Equal(MsrpKind.Request, frame.Kind);
        Assert.Equal(MsrpMethod.Send, frame.Method);
        Assert.Equal("d93kswow", Encoding.ASCII.GetString(frame.TransactionId));
        Assert.Equal("msrp://b.example:8888/9di4eae923wzd;tcp", Encoding.ASCII.GetString(frame.ToPath));
        Assert.Equal("msrp://a.example:7777/iau39soe2843z;tcp", Encoding.ASCII.GetString(frame.FromPath));
        Assert.Equal("12339sdqwer", frame.MessageIdText);
        Assert.Equal(new ByteRange(3, -1, 900), frame.Range);
        Assert.True(frame.SuccessReport);
        Assert.Equal(FailureReport.Partial, frame.FailureReport);
        Assert.Equal("text/plain;a=b", frame.ContentTypeText);
        Assert.Equal('#', frame.Continuation);
        Assert.Equal(3, frame.Offset);
        Assert.Equal(MsrpHeaderError.None, frame.Error);
        Assert.True(frame.HasBody && frame.IsFirstPiece && frame.IsLastPiece && !frame.IsWholeMessage);
    }

    [Theory]
    [InlineData("MSRP tid1 200\n" + Paths + "-------tid1$\n", 200)]
    [InlineData("MSRP tid1 413 Message too large\n" + Paths + "-------tid1$\n", 413)]
    [InlineData("MSRP dkei38sd REPORT\n" + Paths + "Message-ID: 1\nStatus: 000 408 late\n-------dkei38sd$\n", 408)]
    public void Statuses_of_responses_and_reports_are_read_with_and_without_a_comment(string text, int status)
    {
        Assert.Equal(MsrpRead.Piece, new MsrpParser().Read(Pieces.Bytes(text), out var frame, out _));
        Assert.Equal(status, (int)frame.Status);
        Assert.Equal(MsrpHeaderError.None, frame.Error);
    }

    [Theory]
    [InlineData("Byte-Range: 1-0/0\n-------tid1$\n", false)]
    [InlineData("Byte-Range: 1-0/0\n\n-------tid1$\n", false)]
    [InlineData("Message-ID: 1\nContent-Type: text/plain\n\n\n-------tid1$\n", true)]
    [InlineData("Message-ID: 1\nContent-Type: text/plain\n\n-------tid1$\n", true)]
    public void A_frame_may_have_no_body_an_empty_one_and_an_empty_line_too_few_or_many(string rest, bool hasBody)
    {
        var text = Pieces.Bytes("MSRP tid1 SEND\n" + Paths + rest);
        Assert.Equal(MsrpRead.Piece, new MsrpParser().Read(text, out var frame, out var consumed));
        Assert.Equal(text.Length, consumed);
        Assert.Equal(hasBody, frame.HasBody);
        Assert.True(frame.Body.IsEmpty && frame.IsWholeMessage);
    }

    [Fact]
    public void Frames_are_cut_the_same_wherever_the_stream_is_split()
    {
        var stream = Pieces.Bytes(Examples + Tricky("abcd"));
        var whole = Pieces.Of(stream, 16384, int.MaxValue).Frames.ConvertAll(f => f.Text);
        Assert.Equal(8, whole.Count);
        for (var split = 1; split < stream.Length; split++)
        {
            Assert.Equal(whole, Pieces.Of(stream, 16384, split, int.MaxValue).Frames.ConvertAll(f => f.Text));
            Assert.Equal(whole, Pieces.Of(stream, 1, split, int.MaxValue).Frames.ConvertAll(f => f.Text));
        }

        for (var size = 1; size < 40; size++) Assert.Equal(whole, Pieces.Of(stream, 8, size).Frames.ConvertAll(f => f.Text));
    }

    [Fact]
    public void End_lines_of_other_ids_are_content()
    {
        var frames = Pieces.Of(Pieces.Bytes(Tricky("abcd")), 16384, int.MaxValue).Frames;
        Assert.Single(frames);
        Assert.Equal("-------abcx$\r\n-------abcde$\r\n-------abcd?\r\n-------abcd$x\r\n\r\n------abcd$\r\n-------", Encoding.ASCII.GetString(frames[0].Body));
    }

    [Theory]
    [InlineData("1-3/3")]
    [InlineData("1-900000000000000000/900000000000000000")]
    [InlineData("1-*/2")]
    [InlineData("7-5/1")]
    public void A_lying_range_does_not_move_the_end(string range)
    {
        var text = $"MSRP abcd SEND\n{Paths}Message-ID: 1\nByte-Range: {range}\nContent-Type: text/plain\n\n0123456789\n-------abcd$\nMSRP efgh 200\n{Paths}-------efgh$\n";
        var frames = Pieces.Of(Pieces.Bytes(text), 16384, int.MaxValue).Frames;
        Assert.Equal(2, frames.Count);
        Assert.Equal("0123456789", Encoding.ASCII.GetString(frames[0].Body));
    }

    [Fact]
    public void A_megabyte_in_one_chunk_comes_in_pieces_that_carry_the_whole_head()
    {
        var body = new byte[1024 * 1024];
        new Random(1).NextBytes(body);
        byte[] stream = [.. Pieces.Bytes("MSRP abcd SEND\n" + Paths + "Message-ID: 1\nByte-Range: 1-1048576/1048576\nContent-Type: a/b\n\n"), .. body, .. Pieces.Bytes("\n-------abcd$\n")];
        var frames = Pieces.Of(stream, 16384, 20000).Frames;
        Assert.Equal(body, Assert.Single(frames).Body);
        Assert.InRange(frames[0].PieceCount, 40, 70);
    }

    [Fact]
    public void The_same_transaction_id_may_come_again_and_be_long()
    {
        var id = new string('x', 100);
        var text = Pieces.Bytes($"MSRP {id} SEND\n{Paths}Message-ID: 1\nContent-Type: a/b\n\nx\n-------{id}$\n");
        Assert.Equal(2, Pieces.Of([.. text, .. text], 16384, 33).Frames.Count);
    }

    [Fact]
    public void Empty_lines_between_frames_are_passed_over()
    {
        var text = Pieces.Bytes("\n\n" + Examples + "\n\n");
        var pieces = Pieces.Of(text, 16384, 5);
        Assert.Equal(7, pieces.Frames.Count);
        Assert.Equal(0, pieces.Unread);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\n\n")]
    [InlineData("X")]
    [InlineData("MSRP  SEND\n")]
    [InlineData("MSRP abcd send\n")]
    [InlineData("MSRP abcd\n")]
    [InlineData("MSRP abcd SEND\nTo-Path: msrp://b:1/x;tcp\n-------abcd$\n")]
    [InlineData("MSRP abcd SEND\nFrom-Path: msrp://b:1/x;tcp\n\nx\n-------abcd$\n")]
    public void What_cannot_be_framed_is_a_fault(string text)
    {
        var fault = Pieces.Of(Pieces.Bytes(text), 16384, 3).Fault;
        Assert.NotNull(fault);
        Assert.NotEmpty(fault.Value.Reason);
    }

    [Fact]
    public void A_head_beyond_its_limit_is_a_fault_whether_its_lines_end_or_not()
    {
        Assert.NotNull(Pieces.Of(Pieces.Bytes("MSRP abcd SEND\n" + new string('x', 9000)), 16384, 700).Fault);
        Assert.NotNull(Pieces.Of(Pieces.Bytes("MSRP abcd SEND\n" + string.Concat(Enumerable.Repeat("X-A: b\n", 1500))), 16384, int.MaxValue).Fault);
    }

    [Theory]
    [InlineData("Message-ID: 1\nByte-Range: 0-3/3\nContent-Type: a/b\n\nabc", MsrpHeaderError.ByteRange)]
    [InlineData("Message-ID: 1\nByte-Range: 1-3\nContent-Type: a/b\n\nabc", MsrpHeaderError.ByteRange)]
    [InlineData("Message-ID: 1\nByte-Range: 99999999999999999999-*/*\nContent-Type: a/b\n\nabc", MsrpHeaderError.ByteRange)]
    [InlineData("Message-ID: 1\nFailure-Report: maybe\nContent-Type: a/b\n\nabc", MsrpHeaderError.FailureReport)]
    [InlineData("Message-ID: 1\nSuccess-Report: partial\nContent-Type: a/b\n\nabc", MsrpHeaderError.SuccessReport)]
    [InlineData("Content-Type: a/b\n\nabc", MsrpHeaderError.MessageIdMissing)]
    [InlineData("Message-ID: 1\n\nabc", MsrpHeaderError.ContentTypeMissing)]
    [InlineData("Message-ID: 1\nno colon\nContent-Type: a/b\n\nabc", MsrpHeaderError.Line)]
    public void A_wrong_header_is_told_and_the_frame_still_cut(string rest, MsrpHeaderError error)
    {
        var text = Pieces.Bytes("MSRP abcd SEND\n" + Paths + rest + "\n-------abcd$\n");
        Assert.Equal(MsrpRead.Piece, new MsrpParser().Read(text, out var frame, out var consumed));
        Assert.Equal(error, frame.Error);
        Assert.Equal(text.Length, consumed);
    }

    [Fact]
    public void A_lone_line_feed_inside_a_value_is_an_error_and_never_sent_on()
    {
        var text = Encoding.ASCII.GetBytes("MSRP abcd SEND\r\n" + Paths.Replace("\n", "\r\n") + "Message-ID: 1\nFailure-Report: no\r\nContent-Type: a/b\r\n\r\nx\r\n-------abcd$\r\n");
        Assert.Equal(MsrpRead.Piece, new MsrpParser().Read(text, out var frame, out _));
        Assert.Equal(MsrpHeaderError.Line, frame.Error);
        Assert.True(frame.MessageId.IsEmpty);
    }

    [Fact]
    public void Twenty_thousand_mutations_neither_throw_nor_read_past_their_bytes()
    {
        var random = new Random(20250115);
        var seed = Pieces.Bytes(Examples + Tricky("abcd"));
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = seed.AsSpan(random.Next(seed.Length / 2)).ToArray();
            if (round % 2 == 0) bytes = (byte[])seed.Clone();
            for (var n = random.Next(1, 12); n > 0; n--) Mutate(random, ref bytes);
            Pieces.Of(bytes, 1 << random.Next(0, 14), random.Next(1, 600), random.Next(1, 600));
        }
    }

    private static void Mutate(Random random, ref byte[] bytes)
    {
        if (bytes.Length < 4) return;
        var at = random.Next(bytes.Length - 2);
        switch (random.Next(6))
        {
            case 0: bytes[at] = (byte)random.Next(256); break;
            case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 2: bytes = [.. bytes[..at], .. bytes[(at + 1)..]]; break;
            case 3: bytes = [.. bytes[..at], .. "\r\n-------"u8, .. bytes[at..]]; break;
            case 4: bytes = [.. bytes[..at], .. bytes[random.Next(at + 1)..]]; break;
            default: bytes[at] = "\r\n -:$+#0*;/"u8[random.Next(12)]; break;
        }
    }

    private static string Tricky(string id) =>
        $"MSRP {id} SEND\n{Paths}Message-ID: 7\nByte-Range: 1-*/*\nContent-Type: text/plain\n\n"
        + $"-------abcx$\n-------{id}e$\n-------{id}?\n-------{id}$x\n\n------{id}$\n-------\n-------{id}$\n";
}
