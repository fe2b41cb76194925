using Confab.Content.Sdp;
using Xunit;

namespace Confab.Tests.Content.Sdp;

public sealed class SessionDescriptionTests
{
    [Fact]
    public void The_offer_of_F1_is_read_and_written_back_byte_for_byte()
    {
        Assert.Equal(269, Samples.OfferOfF1.Length);
        var offer = Parse(Samples.OfferOfF1);
        Assert.Equal(new Origin("alice", 3945600001, 1, "192.0.2.11"), offer.Origin);
        Assert.Equal("-", offer.SessionName);
        Assert.Equal("192.0.2.11", offer.ConnectionAddress);
        var line = Assert.Single(offer.Media);
        Assert.Equal(("message", 7654, "TCP/MSRP"), (line.Media, line.Port, line.Protocol));
        Assert.Equal(["*"], line.Formats);
        Assert.Equal("actpass", line.Attribute("SETUP"));
        Assert.Null(line.Attribute("max-size"));
        Assert.Equal(Samples.Text(Samples.OfferOfF1), Samples.Text(offer.ToBytes()));
    }

    [Fact]
    public void Bare_line_feeds_empty_lines_and_a_missing_last_line_end_are_accepted()
    {
        Assert.Equal(Samples.OfferOfF1, Parse(Samples.BareLf(Samples.OfferOfF1)).ToBytes());
        Assert.Equal(Samples.OfferOfF1, Parse(Samples.OfferOfF1[..^2]).ToBytes());
        Assert.Equal(Samples.OfferOfF1, Parse([.. Samples.OfferOfF1, .. "\r\n\r\n"u8]).ToBytes());
    }

    [Fact]
    public void Unknown_and_missing_lines_do_no_harm()
    {
        var description = Parse("""
            v=0
            o=Bob B. Example 1 18446744073709551616 IN IP6 2001:db8::1
            i=about
            q=not known
            b=AS:64
            t=0 0
            r=7d 1h 0 25h
            a=tool:x:y
            a=recvonly
            m=audio 49170/2 RTP/AVP 0 8
            i=sound
            c=IN IP4 224.2.36.42/127
            k=prompt
            m=video 0 RTP/AVP
            """);
        Assert.Equal(new Origin("Bob B. Example", 1, 8446744073709551616, "2001:db8::1"), description.Origin);
        Assert.Null(description.ConnectionAddress);
        Assert.Equal("x:y", description.Attribute("tool"));
        Assert.Equal("", description.Attribute("recvonly"));
        Assert.Equal(49170, description.Media[0].Port);
        Assert.Equal(["0", "8"], description.Media[0].Formats);
        Assert.Equal("224.2.36.42", description.Media[0].ConnectionAddress);
        Assert.Empty(description.Media[1].Formats);
    }

    [Theory]
    [InlineData("", "5.2")]
    [InlineData("o=a 1 1 IN IP4 h\nv=0\n", "5.1")]
    [InlineData("v=1\no=a 1 1 IN IP4 h\n", "5.1")]
    [InlineData("v=0\ns=-\n", "5.2")]
    [InlineData("v=0\no=a 1 1 IN IP4\n", "5.2")]
    [InlineData("v=0\no=a x 1 IN IP4 h\n", "5.2")]
    [InlineData("v=0\no=a 1 -1 IN IP4 h\n", "5.2")]
    [InlineData("v=0\no=a 1 1 IN IP4 h\nm=message 70000 TCP/MSRP *\n", "5.14")]
    [InlineData("v=0\no=a 1 1 IN IP4 h\nm=message 1\n", "5.14")]
    [InlineData("v=0\no=a 1 1 IN IP4 h\nnonsense\n", "5")]
    [InlineData("v=0\no=a 1 1 IN IP4 h\na=x\ry\n", "9")]
    [InlineData("v=0\no=a 1 1 IN IP4 h\na=x\0y\n", "9")]
    public void Malformed_descriptions_are_faults_with_their_clause(string body, string section)
    {
        Assert.False(SessionDescription.TryParse(System.Text.Encoding.UTF8.GetBytes(body), out var description, out var fault));
        Assert.Null(description);
        Assert.Equal("RFC 4566 " + section, fault.Clause);
    }

    [Fact]
    public void Lines_media_formats_and_bytes_are_bounded()
    {
        const string Head = "v=0\no=a 1 1 IN IP4 h\n";
        Assert.True(Accepts(Head + Repeat("a=x\n", 510)));
        Assert.False(Accepts(Head + Repeat("a=x\n", 511)));
        Assert.True(Accepts(Head + Repeat("m=a 1 b c\n", 32)));
        Assert.False(Accepts(Head + Repeat("m=a 1 b c\n", 33)));
        Assert.True(Accepts(Head + "m=a 1 b" + Repeat(" 0", 64)));
        Assert.False(Accepts(Head + "m=a 1 b" + Repeat(" 0", 65)));
        Assert.True(Accepts(Head + "s=" + new string('x', 64 * 1024 - Head.Length - 2)));
        Assert.False(Accepts(Head + "s=" + new string('x', 64 * 1024 - Head.Length - 1)));
    }

    [Fact]
    public void No_field_can_break_out_of_its_line()
    {
        var description = new SessionDescription
        {
            Origin = new Origin("al ice\r\na=x", 1, 1, "h\n"),
            SessionName = "a\r\nb",
            Attributes = [new("na me", "v\r\nm=audio")],
            Media = [new MediaDescription { Media = "m x", Port = 1, Protocol = "", Formats = ["a\nb"] }],
        };
        Assert.Equal(
            "v=0\r\no=al-ice--a=x 1 1 IN IP4 h-\r\ns=a  b\r\nt=0 0\r\na=na-me:v  m=audio\r\nm=m-x 1 - a-b\r\n",
            Samples.Text(description.ToBytes()));
    }

    [Fact]
    public void Mutated_descriptions_never_throw_and_what_is_read_can_be_written_and_read_again()
    {
        int accepted = 0;
        foreach (byte[] input in Mutation.Of(Samples.OfferOfF1, seed: 2))
        {
            if (!SessionDescription.TryParse(input, out var description, out _)) continue;
            accepted++;
            MsrpMedia.TryFrom(description, out _, out _);
            byte[] written = description.ToBytes();
            Assert.True(SessionDescription.TryParse(written, out var again, out var fault), fault.Reason + Samples.Text(written));
            Assert.Equal(description.Media.Count, again.Media.Count);
        }
        Assert.InRange(accepted, 1, Mutation.Inputs - 1);
    }

    static bool Accepts(string body) => SessionDescription.TryParse(System.Text.Encoding.UTF8.GetBytes(body), out _, out _);

    static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    static SessionDescription Parse(string text) => Parse(Samples.Wire(text));

    static SessionDescription Parse(byte[] body)
    {
        Assert.True(SessionDescription.TryParse(body, out var description, out var fault), fault.Reason);
        return description;
    }
}
