using System.Text;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Sip.Message;

public sealed class SipFramerTests
{
    static readonly FrameRules Rules = new(1024, 512);

    [Fact]
    public void Messages_and_pings_come_out_whole_wherever_the_stream_is_split()
    {
        var stream = Parse.Bytes(Head("Content-Length: 5") + "hello" + "\n\n" + "\n" + Head("l:\n  0") + "\n\n" + Head("Content-Length: 3") + "a\nb"[..2]);
        for (var split = 0; split <= stream.Length; split++)
            Assert.Equal("M5 P M0 P M3", Run(Rules, stream.AsSpan(..split), stream.AsSpan(split..)));
    }

    [Fact]
    public void Single_bytes_make_the_same_messages()
    {
        var stream = Parse.Bytes(Head("Content-Length: 5") + "hello" + "\n\n" + Head("Content-Length: 0"));
        var buffer = new List<byte>();
        var progress = default(FrameProgress);
        var found = new List<string>();
        foreach (var value in stream)
        {
            buffer.Add(value);
            Drain(Rules, buffer, ref progress, found);
        }

        Assert.Equal("M5 P M0", string.Join(' ', found));
        Assert.Empty(buffer);
    }

    [Fact]
    public void A_lone_line_end_is_a_pong_where_one_is_expected()
    {
        Assert.Equal("p p M0", Run(Rules with { ExpectsPong = true }, "\r\n\r\n"u8, Parse.Bytes(Head("l: 0"))));
        Assert.Equal("", Run(Rules, "\r\n"u8, default));
        Assert.Equal("M0", Run(Rules, "\r\n"u8, Parse.Bytes(Head("l: 0"))));
    }

    [Theory]
    [InlineData("X: y", 400)]
    [InlineData("Content-Length: -1", 400)]
    [InlineData("Content-Length: 1x", 400)]
    [InlineData("Content-Length:", 400)]
    [InlineData("Content-Length: 1\n 0", 400)]
    [InlineData("Content-Length: 1\nl: 2", 400)]
    [InlineData("Content-Length: 99999999999", 400)]
    [InlineData("Content-Length: 513", 413)]
    public void What_cannot_be_framed_gives_its_head_to_be_answered(string line, int status)
    {
        var stream = Parse.Bytes("\n" + Head(line) + "more");
        var progress = default(FrameProgress);
        Assert.Equal(FrameResult.Fault, SipFramer.Find(stream, Rules, ref progress, out var consumed, out var length, out var fault));
        Assert.Equal(status, fault.Status);
        Assert.Equal(stream.Length - 4, consumed);
        Assert.Equal(consumed - 2, length);
    }

    [Fact]
    public void The_same_content_length_twice_is_left_to_the_parser() =>
        Assert.Equal("M2", Run(Rules, Parse.Bytes(Head("l: 2\nl: 2") + "ab"), default));

    [Fact]
    public void A_head_that_does_not_end_within_its_bound_is_513()
    {
        var progress = default(FrameProgress);
        var stream = new byte[1025];
        Array.Fill(stream, (byte)'a');
        Assert.Equal(FrameResult.NeedMore, SipFramer.Find(stream.AsSpan(..1024), Rules, ref progress, out _, out _, out _));
        Assert.Equal(FrameResult.Fault, SipFramer.Find(stream, Rules, ref progress, out _, out var length, out var fault));
        Assert.Equal((513, 0), (fault.Status, length));
    }

    [Fact]
    public void A_head_of_exactly_its_bound_passes()
    {
        var head = Head("l: 0");
        var padded = Parse.Bytes(Head("l: 0\nX: " + new string('a', 1024 - Parse.Bytes(head).Length - 5)));
        Assert.Equal(1024, padded.Length);
        Assert.Equal("M0", Run(Rules, padded, default));
    }

    static string Head(string lines) => $"OPTIONS sip:x SIP/2.0\nCall: 1\n{lines}\n\n";

    static string Run(in FrameRules rules, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var buffer = new List<byte>();
        var progress = default(FrameProgress);
        var found = new List<string>();
        buffer.AddRange(first);
        Drain(rules, buffer, ref progress, found);
        buffer.AddRange(second);
        Drain(rules, buffer, ref progress, found);
        return string.Join(' ', found);
    }

    static void Drain(in FrameRules rules, List<byte> buffer, ref FrameProgress progress, List<string> found)
    {
        FrameResult result;
        do
        {
            var bytes = buffer.ToArray();
            result = SipFramer.Find(bytes, rules, ref progress, out var consumed, out var length, out var fault);
            if (result == FrameResult.Message)
            {
                var message = Encoding.ASCII.GetString(bytes, consumed - length, length);
                Assert.StartsWith("OPTIONS", message, StringComparison.Ordinal);
                found.Add("M" + (length - message.IndexOf("\r\n\r\n", StringComparison.Ordinal) - 4));
            }
            else if (result != FrameResult.NeedMore)
            {
                found.Add(result switch { FrameResult.Ping => "P", FrameResult.Pong => "p", _ => fault.Reason });
            }

            buffer.RemoveRange(0, consumed);
        }
        while (result is FrameResult.Message or FrameResult.Ping or FrameResult.Pong);
    }
}
