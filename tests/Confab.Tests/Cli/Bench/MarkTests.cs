using System.Text;
using Confab.Cli.Bench;
using Xunit;

namespace Confab.Tests.Cli.Bench;

/// <summary>How a load knows its messages again, and what it makes of those that come twice or late.</summary>
public sealed class MarkTests
{
    static readonly Mark Sample = new(0xfeed0001, 513, uint.MaxValue, 0x0123_4567_89ab_cdef);

    static byte[] Written(Mark mark, string before, string after)
    {
        var bytes = Encoding.ASCII.GetBytes(before + new string('?', Mark.Length) + after);
        mark.Write(bytes.AsSpan(before.Length));
        return bytes;
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("From: <sip:u0@example.com>\r\n\r\nContent-Type: text/plain\r\n\r\n", "xxxx")]
    public void A_mark_is_found_in_what_is_around_it(string before, string after)
    {
        Assert.True(Mark.TryFind(Written(Sample, before, after), out var found));
        Assert.Equal(Sample, found);
    }

    [Fact]
    public void What_is_cut_short_or_has_a_wrong_digit_is_no_mark()
    {
        var whole = Written(Sample, "", "");
        for (var length = 0; length < whole.Length; length++) Assert.False(Mark.TryFind(whole.AsSpan(0, length), out _));
        for (var at = 0; at < whole.Length; at++)
        {
            var wrong = (byte[])whole.Clone();
            wrong[at] = (byte)'!';
            Assert.False(Mark.TryFind(wrong, out _));
        }
    }

    [Fact]
    public void Arrivals_tell_what_is_new_late_or_there_again()
    {
        var arrivals = default(Arrivals);
        Assert.Equal(Arrival.New, arrivals.Take(0));
        Assert.Equal(Arrival.New, arrivals.Take(2));
        Assert.Equal(Arrival.Late, arrivals.Take(1));
        Assert.Equal(Arrival.Again, arrivals.Take(1));
        Assert.Equal(Arrival.Again, arrivals.Take(0));
        Assert.Equal(Arrival.Again, arrivals.Take(2));
        Assert.Equal(Arrival.New, arrivals.Take(500));
        Assert.Equal(Arrival.Again, arrivals.Take(500));
        Assert.Equal(Arrival.Late, arrivals.Take(499));
        Assert.Equal(Arrival.Again, arrivals.Take(499));
    }
}
