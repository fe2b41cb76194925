using System.Text;
using Confab.Msrp;
using Xunit;

namespace Confab.Tests.Msrp;

// RFC 4975 7.3.1, 14.5.
public sealed class MessageAssemblerTests
{
    private readonly MessageAssembler _assembler = new(1000, 3);

    [Theory]
    [InlineData("1-4/12:one +", "5-8/12:two +", "9-12/12:last$")]
    [InlineData("9-12/12:last$", "5-8/12:two +", "1-4/12:one +")]
    [InlineData("5-*/*:two +", "9-*/*:last$", "1-*/*:one +")]
    [InlineData("1-5/12:one X+", "5-8/12:two +", "9-12/12:last$")] // what comes last wins
    public void Chunks_of_any_order_make_one_message(params string[] chunks)
    {
        ReceivedMessage? complete = null;
        foreach (var chunk in chunks)
        {
            Assert.Null(complete);
            Assert.Equal(MsrpStatus.Ok, Add("m", chunk, out complete));
        }

        Assert.NotNull(complete);
        Assert.Equal(("m", "text/plain", "one two last"), (complete.MessageId, complete.ContentType, Encoding.ASCII.GetString(complete.Body.Span)));
        Assert.Equal(0, _assembler.OpenCount);
    }

    [Fact]
    public void An_empty_last_chunk_and_an_empty_message_are_complete()
    {
        Add("m", "1-4/*:four+", out _);
        Add("m", "5-4/4:$", out var complete);
        Assert.Equal(4, complete!.Body.Length);
        Add("n", "1-0/0:$", out complete);
        Assert.Equal(0, complete!.Body.Length);
    }

    [Fact]
    public void An_abandoned_message_is_dropped()
    {
        Add("m", "1-4/12:one +", out _);
        Add("m", "5-8/12:two #", out _);
        Assert.Equal(0, _assembler.OpenCount);
        Add("m", "9-12/12:last$", out var complete);
        Assert.Null(complete);
    }

    [Fact]
    public void Bytes_and_open_messages_are_bounded_whatever_a_range_claims()
    {
        Assert.Equal(MsrpStatus.TooLarge, Add("a", "999999999999-*/*:x+", out _));
        Assert.Equal(MsrpStatus.TooLarge, Add("a", $"1-*/*:{new string('x', 1001)}$", out _));
        Assert.Equal(MsrpStatus.Ok, Add("a", $"1-*/900000:{new string('x', 600)}+", out _));
        Assert.Equal(MsrpStatus.TooLarge, Add("b", $"1-*/*:{new string('x', 600)}+", out _));
        Assert.Equal(MsrpStatus.Ok, Add("c", "1-*/*:x+", out _));
        Assert.Equal(MsrpStatus.Ok, Add("d", "1-*/*:x+", out _));
        Assert.Equal(MsrpStatus.TooLarge, Add("e", "1-*/*:x+", out _));
        Assert.Equal(3, _assembler.OpenCount);
        _assembler.Clear();
        for (var i = 0; i < 200; i++)
        {
            if (Add("holes", $"{1 + (i * 2)}-*/*:x+", out _) != MsrpStatus.BadRequest) continue;
            Assert.InRange(i, 60, 70);
            return;
        }

        Assert.Fail("holes without end");
    }

    private MsrpStatus Add(string id, string chunk, out ReceivedMessage? complete)
    {
        var (range, body, flag) = (chunk.Split(':')[0], chunk[(chunk.IndexOf(':') + 1)..^1], chunk[^1]);
        var text = $"MSRP abcd SEND\r\nTo-Path: msrp://b:1/x;tcp\r\nFrom-Path: msrp://a:1/x;tcp\r\nMessage-ID: {id}\r\nByte-Range: {range}\r\nContent-Type: text/plain\r\n\r\n{body}\r\n-------abcd{flag}\r\n";
        Assert.Equal(MsrpRead.Piece, new MsrpParser().Read(Encoding.ASCII.GetBytes(text), out var frame, out _));
        return _assembler.Add(frame, out complete);
    }
}
