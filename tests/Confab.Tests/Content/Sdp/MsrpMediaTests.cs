using Confab.Content.Sdp;
using Xunit;

namespace Confab.Tests.Content.Sdp;

public sealed class MsrpMediaTests
{
    const string Path = "a=path:msrp://h:1/s;tcp";

    [Fact]
    public void The_offer_of_F1_is_read_typed()
    {
        var media = From(Samples.OfferOfF1);
        Assert.Equal(7654, media.Port);
        Assert.False(media.Tls);
        Assert.Equal(["msrp://192.0.2.11:7654/kA3vQ9xT7mZp2RwL;tcp"], media.Path);
        Assert.Equal(["message/cpim"], media.AcceptTypes);
        Assert.Equal(["text/plain", "application/im-iscomposing+xml"], media.AcceptWrappedTypes);
        Assert.Equal((SetupRole.ActPass, MediaDirection.SendRecv, (long?)null, (IReadOnlyList<string>?)null), (media.Setup, media.Direction, media.MaxSize, media.ChatRoom));
    }

    [Fact]
    public void The_offer_and_the_answer_of_F1_are_built_byte_for_byte()
    {
        var offer = SessionDescription.ForMsrp("alice", 3945600001, 1, "192.0.2.11", From(Samples.OfferOfF1));
        Assert.Equal(Samples.Text(Samples.OfferOfF1), Samples.Text(offer.ToBytes()));
        var answer = SessionDescription.ForMsrp("imserv", 3945600102, 1, "198.51.100.5", From(Samples.AnswerOfF1), offer);
        Assert.Equal(Samples.Text(Samples.AnswerOfF1), Samples.Text(answer.ToBytes()));
        Assert.Equal(276, answer.ToBytes().Length);
    }

    [Fact]
    public void Every_attribute_is_written_in_the_fixed_order()
    {
        var media = new MsrpMedia
        {
            Port = 2855,
            Tls = true,
            Path = ["msrps://relay.example:2855/a;tcp", "msrps://[2001:db8::1]:2855/b;tcp"],
            AcceptTypes = ["message/cpim", "*"],
            AcceptWrappedTypes = ["text/plain"],
            MaxSize = 10485760,
            Setup = SetupRole.Passive,
            Direction = MediaDirection.RecvOnly,
            ChatRoom = ["private-messages", "nickname"],
        };
        var description = SessionDescription.ForMsrp("im", 1, 2, "[2001:db8::1]", media);
        Assert.Equal(Samples.Text(Samples.Wire("""
            v=0
            o=im 1 2 IN IP6 2001:db8::1
            s=-
            c=IN IP6 2001:db8::1
            t=0 0
            m=message 2855 TCP/TLS/MSRP *
            a=accept-types:message/cpim *
            a=accept-wrapped-types:text/plain
            a=max-size:10485760
            a=path:msrps://relay.example:2855/a;tcp msrps://[2001:db8::1]:2855/b;tcp
            a=setup:passive
            a=recvonly
            a=chatroom:private-messages nickname

            """)), Samples.Text(description.ToBytes()));
        var again = From(description.ToBytes());
        Assert.Equal(media.Path, again.Path);
        Assert.True(again is { Tls: true, MaxSize: 10485760, Setup: SetupRole.Passive, Direction: MediaDirection.RecvOnly, ChatRoom: ["private-messages", "nickname"] });
    }

    [Fact]
    public void An_answer_refuses_every_other_line_in_its_place()
    {
        var offer = Parse(
            "m=audio 5000 RTP/AVP 0 8", "a=sendonly", "m=message 0 TCP/MSRP *", Path, "m=message 9 TCP/MSRP *", Path, "m=message 7 TCP/MSRP *", Path);
        var answer = SessionDescription.ForMsrp("im", 1, 1, "h", new MsrpMedia { Port = 2855, Path = ["msrp://h:2855/x;tcp"] }, offer);
        Assert.Equal(
            ["audio 0 RTP/AVP", "message 0 TCP/MSRP", "message 2855 TCP/MSRP", "message 0 TCP/MSRP"],
            answer.Media.Select(line => $"{line.Media} {line.Port} {line.Protocol}"));
        Assert.Equal(["0", "8"], answer.Media[0].Formats);
        Assert.Empty(answer.Media[0].Attributes);
        Assert.Equal("msrp://h:2855/x;tcp", answer.Media[2].Attribute("path"));
    }

    [Fact]
    public void Lines_that_do_not_fit_are_skipped()
    {
        var media = From(
            "m=audio 1 TCP/MSRP *", Path,
            "m=message 0 TCP/MSRP *", Path,
            "m=message 2 TCP/MSRP *",
            "m=message 3 UDP/MSRP *", Path,
            "m=message 4 TCP/MSRP *", "a=path:http://h/",
            "m=message 5 TCP/MSRP *", "a=path:",
            "M=unknown type letter",
            "m=MESSAGE 6 tcp/tls/msrp *", "a=path:MSRPS://h:6/s;tcp");
        Assert.Equal(6, media.Port);
        Assert.True(media.Tls);
    }

    [Fact]
    public void No_fit_is_a_fault()
    {
        Assert.False(MsrpMedia.TryFrom(Parse("m=message 0 TCP/MSRP *", Path), out var media, out var fault));
        Assert.Null(media);
        Assert.Equal("no acceptable message media", fault.Reason);
        Assert.False(MsrpMedia.TryFrom(Parse(), out _, out _));
    }

    [Theory]
    [InlineData("a=setup:active", SetupRole.Active)]
    [InlineData("a=setup: PASSIVE ", SetupRole.Passive)]
    [InlineData("a=setup:active\r\na=setup:passive", SetupRole.Active)]
    [InlineData("a=setup:holdconn", null)]
    [InlineData("a=setup:whatever", null)]
    [InlineData("a=connection:new", null)]
    public void The_first_setup_counts_and_only_three_words_are_known(string line, SetupRole? role) =>
        Assert.Equal(role, From("m=message 1 TCP/MSRP *", Path, line).Setup);

    [Fact]
    public void Setup_and_direction_may_stand_at_session_level()
    {
        var media = From("a=setup:active", "a=inactive", "m=message 1 TCP/MSRP *", Path);
        Assert.Equal((SetupRole.Active, MediaDirection.Inactive), (media.Setup, media.Direction));
        Assert.Equal(MediaDirection.SendOnly, From("a=inactive", "m=message 1 TCP/MSRP *", "a=sendonly", Path).Direction);
    }

    [Theory]
    [InlineData("a=max-size:0", 0L)]
    [InlineData("a=max-size: 2048", 2048L)]
    [InlineData("a=max-size:-1", null)]
    [InlineData("a=max-size:99999999999999999999", null)]
    [InlineData("a=max-size", null)]
    public void Max_size_is_a_number_or_absent(string line, long? size) => Assert.Equal(size, From("m=message 1 TCP/MSRP *", Path, line).MaxSize);

    [Fact]
    public void Missing_accept_types_are_an_empty_list()
    {
        var media = From("m=message 1 TCP/MSRP *", Path, "a=chatroom:nickname");
        Assert.Empty(media.AcceptTypes);
        Assert.Empty(media.AcceptWrappedTypes);
        Assert.NotNull(media.ChatRoom);
    }

    [Fact]
    public void A_path_of_sixteen_is_taken_and_of_seventeen_is_not()
    {
        string sixteen = "a=path:" + string.Join("  ", Enumerable.Repeat("msrp://h:1/s;tcp", 16));
        Assert.Equal(16, From("m=message 1 TCP/MSRP *", sixteen).Path.Count);
        Assert.False(MsrpMedia.TryFrom(Parse("m=message 1 TCP/MSRP *", sixteen + " msrp://h:1/s;tcp"), out _, out _));
        Assert.Equal(64, From("m=message 1 TCP/MSRP *", Path, "a=accept-types:" + string.Join(' ', Enumerable.Repeat("a/b", 65))).AcceptTypes.Count);
    }

    static MsrpMedia From(params string[] lines) => From(Parse(lines).ToBytes());

    static MsrpMedia From(byte[] body)
    {
        Assert.True(SessionDescription.TryParse(body, out var description, out var fault), fault.Reason);
        Assert.True(MsrpMedia.TryFrom(description, out var media, out fault), fault.Reason);
        return media;
    }

    static SessionDescription Parse(params string[] lines)
    {
        byte[] body = Samples.Wire("v=0\no=a 1 1 IN IP4 h\ns=-\nt=0 0\n" + string.Join('\n', lines) + "\n");
        Assert.True(SessionDescription.TryParse(body, out var description, out var fault), fault.Reason);
        return description;
    }
}
