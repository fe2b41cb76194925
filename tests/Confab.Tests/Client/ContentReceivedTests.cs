using System.Text;
using Confab.Client;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>Large content that comes as a stream, from a peer that is not ours.</summary>
public sealed class ContentReceivedTests
{
    static void SendChunk(
        Scene scene, WireMessage invite, string body, long start, string total, char flag, string messageId = "big", string type = "message/cpim", string transaction = "chunk")
    {
        var end = start + Encoding.UTF8.GetByteCount(body) - 1;
        scene.Peer.Msrp!.Send(
            $"MSRP {transaction} SEND\nTo-Path: {invite.Sdp("path")}\nFrom-Path: {LargeContent.Peer}\nMessage-ID: {messageId}\nByte-Range: {start}-{end}/{total}\nContent-Type: {type}\n\n".ReplaceLineEndings("\r\n")
            + body + $"\r\n-------{transaction}{flag}\r\n");
    }

    static string Cpim(string content, string type = "text/plain") => $"From: Bob <sip:bob@example.com>\r\nTo: <sip:alice@example.com>\r\n\r\nContent-Type: {type}\r\n\r\n{content}";

    static async Task<string> ReadAll(Stream content)
    {
        var all = new MemoryStream();
        await content.CopyToAsync(all).ConfigureAwait(false);
        return Encoding.UTF8.GetString(all.ToArray());
    }

    static Scene Streaming() => new(change: static o => new ImClientOptions
    {
        Address = o.Address, Password = o.Password, Server = o.Server, StreamOver = 1000, MaxMessageSize = 4_000_000,
    });

    [Fact]
    public void IMC_SDP_10_large_content_comes_as_a_stream_while_it_is_on_its_way()
    {
        using var scene = Streaming();
        scene.Called(out var invite);
        var text = LargeContent.Letters(20_000);
        var whole = Cpim(text);
        SendChunk(scene, invite, whole[..2048], 1, $"{whole.Length}", '+');
        var received = Assert.IsType<ContentReceived>(Assert.Single(scene.Events()));
        Assert.Equal(("sip:bob@example.com", "Bob", "text/plain", 20_000L, "big"), (received.From, received.FromName, received.ContentType, received.Size, received.Id));
        Assert.Equal(20_000, received.Content.Length);
        var reading = ReadAll(received.Content);
        Assert.False(reading.IsCompleted);
        SendChunk(scene, invite, whole[2048..9000], 2049, $"{whole.Length}", '+');
        SendChunk(scene, invite, whole[8000..], 8001, $"{whole.Length}", '$'); // a part that came already is passed over
        Assert.Equal(text, reading.Result());
        for (var i = 0; i < 3; i++) Assert.Contains(" 200 OK", scene.Peer.Msrp!.Expect(), StringComparison.Ordinal);
        Assert.Empty(scene.Events());
    }

    [Fact]
    public void What_is_short_comes_whole_whether_it_says_its_length_or_not()
    {
        using var scene = Streaming();
        scene.Called(out var invite);
        SendChunk(scene, invite, Cpim("short"), 1, $"{Cpim("short").Length}", '$', "m1");
        Assert.Equal("short", Assert.IsType<MessageReceived>(Assert.Single(scene.Events())).Text);
        var whole = Cpim(LargeContent.Letters(700));
        SendChunk(scene, invite, whole[..500], 1, "*", '+', "m2");
        SendChunk(scene, invite, whole[500..], 501, "*", '$', "m2");
        Assert.Equal(LargeContent.Letters(700), Assert.IsType<MessageReceived>(Assert.Single(scene.Events())).Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void IMC_SDP_10_what_does_not_say_its_length_comes_as_a_stream_once_it_is_long(bool isWrapped)
    {
        using var scene = Streaming();
        scene.Called(out var invite);
        var text = LargeContent.Letters(5000);
        var whole = isWrapped ? Cpim(text) : text;
        var type = isWrapped ? "message/cpim" : "text/plain";
        SendChunk(scene, invite, whole[..1000], 1, "*", '+', type: type);
        Assert.Empty(scene.Events()); // it may yet be short
        SendChunk(scene, invite, whole[1000..1001], 1001, "*", '+', type: type);
        var received = Assert.IsType<ContentReceived>(Assert.Single(scene.Events()));
        Assert.Equal(("sip:bob@example.com", "text/plain", (long?)null, "big"), (received.From, received.ContentType, received.Size, received.Id));
        Assert.Throws<NotSupportedException>(() => received.Content.Length);
        var reading = ReadAll(received.Content);
        SendChunk(scene, invite, whole[1001..], 1002, "*", '$', type: type);
        Assert.Equal(text, reading.Result());
        for (var i = 0; i < 3; i++) Assert.Contains(" 200 OK", scene.Peer.Msrp!.Expect(), StringComparison.Ordinal);
        Assert.Empty(scene.Events());
    }

    [Fact]
    public void Sixteen_messages_may_begin_without_saying_their_length_and_four_of_them_be_long()
    {
        using var scene = Streaming();
        scene.Called(out var invite);
        string Answer(string message, int start, char flag, string id)
        {
            SendChunk(scene, invite, message, start, "*", flag, id);
            return scene.Peer.Msrp!.Expect().Split(' ')[2];
        }

        for (var i = 1; i <= 16; i++) Assert.Equal("200", Answer(Cpim("begun")[..60], 1, '+', $"m{i}"));
        Assert.Equal("413", Answer(Cpim("begun")[..60], 1, '+', "m17"));
        Assert.Equal("200", Answer("x", 61, '#', "m16")); // given up: there is room again
        Assert.Equal("200", Answer(Cpim("begun")[..60], 1, '+', "m18"));
        for (var i = 1; i <= 4; i++) Assert.Equal("200", Answer(Cpim(LargeContent.Letters(2000))[60..], 61, '+', $"m{i}"));
        Assert.Equal("413", Answer(Cpim(LargeContent.Letters(2000))[60..], 61, '+', "m5"));
        Assert.Equal("200", Answer(Cpim("begun")[60..], 61, '$', "m6"));
        var events = scene.Events();
        Assert.Equal(4, events.OfType<ContentReceived>().Count());
        Assert.Equal("begun", Assert.Single(events.OfType<MessageReceived>()).Text);
        foreach (var content in events.OfType<ContentReceived>()) content.Content.Dispose();
        scene.World.Run();
    }

    [Fact]
    public void What_is_kept_of_messages_without_a_length_is_ten_megabytes_at_most()
    {
        using var scene = new Scene(change: static o => new ImClientOptions
        {
            Address = o.Address, Password = o.Password, Server = o.Server, StreamOver = 8 * 1024 * 1024, MaxMessageSize = 20 * 1024 * 1024,
        });
        scene.Called(out var invite);
        const int step = 512 * 1024;
        foreach (var (id, steps, told) in ((string, int, int)[])[("one", 12, 0), ("two", 8, 0), ("two", 9, 1)])
        {
            for (var i = id == "two" && steps == 9 ? 8 : 0; i < steps; i++)
                SendChunk(scene, invite, (i == 0 ? Cpim("") : "") + LargeContent.Letters(i == 0 ? step - Cpim("").Length : step), 1L + (i * (long)step), "*", '+', id);
            var events = scene.Events();
            Assert.Equal(told, events.Count);
            foreach (var content in events.Cast<ContentReceived>()) content.Content.Dispose();
        }

        scene.World.Run();
    }

    [Fact]
    public void Who_does_not_read_stops_the_connection_and_after_20_seconds_the_content_is_given_up()
    {
        using var scene = Streaming();
        var session = scene.Called(out var invite);
        var whole = Cpim(LargeContent.Letters(900_000));
        SendChunk(scene, invite, whole, 1, $"{whole.Length}", '$');
        var content = Assert.IsType<ContentReceived>(Assert.Single(scene.Events())).Content;
        scene.Peer.Msrp!.ExpectSilence();
        scene.World.Advance(TimeSpan.FromMilliseconds(19_999));
        scene.Peer.Msrp.ExpectSilence();
        scene.World.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Contains(" 413 ", scene.Peer.Msrp.Expect(), StringComparison.Ordinal);
        var reading = ReadAll(content);
        scene.World.Run();
        Assert.Contains("not read in time", Assert.IsType<IOException>(reading.Exception!.InnerException).Message, StringComparison.Ordinal);

        // The session goes on.
        SendChunk(scene, invite, Cpim("still here"), 1, $"{Cpim("still here").Length}", '$', "m2");
        Assert.Equal("still here", Assert.IsType<MessageReceived>(Assert.Single(scene.Events())).Text);
        Assert.Equal(ImSessionState.Established, session.State);
    }

    [Fact]
    public void A_slow_reader_gets_it_all()
    {
        using var scene = Streaming();
        scene.Called(out var invite);
        var whole = Cpim(LargeContent.Letters(900_000));
        SendChunk(scene, invite, whole, 1, $"{whole.Length}", '$');
        var content = Assert.IsType<ContentReceived>(Assert.Single(scene.Events())).Content;
        var all = new MemoryStream();
        var buffer = new byte[100_000];
        while (true)
        {
            scene.World.Advance(TimeSpan.FromSeconds(8));
            var read = content.ReadAsync(buffer, TestContext.Current.CancellationToken).AsTask();
            scene.World.Run();
            if (read.Result() == 0) break;
            all.Write(buffer, 0, read.Result());
        }

        Assert.Equal(LargeContent.Letters(900_000), Encoding.UTF8.GetString(all.ToArray()));
        Assert.Contains(" 200 OK", scene.Peer.Msrp!.Expect(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abort", "gave the content up")]
    [InlineData("hole", "left out")]
    [InlineData("close", "ended before all")]
    [InlineData("leave", "ended before all")]
    public void Content_that_does_not_come_whole_fails_its_reader(string how, string says)
    {
        using var scene = Streaming();
        var session = scene.Called(out var invite);
        var whole = Cpim(LargeContent.Letters(20_000));
        SendChunk(scene, invite, whole[..2048], 1, $"{whole.Length}", '+');
        var reading = ReadAll(Assert.IsType<ContentReceived>(Assert.Single(scene.Events())).Content);
        if (how == "abort") SendChunk(scene, invite, "", 2049, $"{whole.Length}", '#');
        else if (how == "hole") SendChunk(scene, invite, whole[3000..4000], 3001, $"{whole.Length}", '+');
        else if (how == "close") scene.Peer.Msrp!.Close();
        else _ = session.LeaveAsync();
        scene.World.Run();
        if (how == "leave") scene.Peer.Answer(scene.Peer.Expect("BYE"), 200);
        Assert.Contains(says, Assert.IsType<IOException>(reading.Exception!.InnerException).Message, StringComparison.Ordinal);
        if (how != "hole") return;
        Assert.Contains(" 200 ", scene.Peer.Msrp!.Expect(), StringComparison.Ordinal);
        Assert.Contains(" 400 ", scene.Peer.Msrp.Expect(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("all of it")]
    [InlineData("closed")]
    [InlineData("silence")]
    [InlineData("left")]
    public void IMC_REL_2_a_goodbye_that_overtakes_content_on_its_way_waits_for_it(string how)
    {
        using var scene = Streaming();
        var session = scene.Called(out var invite);
        var whole = Cpim(LargeContent.Letters(20_000));
        SendChunk(scene, invite, whole[..2048], 1, $"{whole.Length}", '+');
        var reading = ReadAll(Assert.IsType<ContentReceived>(Assert.Single(scene.Events())).Content);
        scene.Peer.Request("BYE", "sip:alice@192.0.2.11", $"From: {invite["To"]};tag=bobtag\nTo: {invite["From"]}\nCall-ID: {invite["Call-ID"]}\nCSeq: 1 BYE");
        scene.Peer.Expect("SIP/2.0 200");
        SendChunk(scene, invite, whole[2048..4096], 2049, $"{whole.Length}", '+');
        Assert.Empty(scene.Events());
        var late = session.SendAsync("too late");
        scene.World.Run();
        Assert.False(late.Result().IsSent);
        if (how == "all of it") SendChunk(scene, invite, whole[4096..], 4097, $"{whole.Length}", '$');
        else if (how == "closed") scene.Peer.Msrp!.Close();
        else if (how == "left") _ = session.LeaveAsync();
        else
        {
            scene.World.Advance(TimeSpan.FromMilliseconds(29_999));
            Assert.Empty(scene.Events());
            scene.World.Advance(TimeSpan.FromMilliseconds(1));
        }

        var ended = Assert.IsType<Ended>(Assert.Single(scene.Events()));
        Assert.Equal(SessionEnd.Released, ended.Reason);
        Assert.Equal(how == "all of it", !reading.IsFaulted && reading.Result() == LargeContent.Letters(20_000));
        scene.Peer.ExpectSilence();
    }

    [Fact]
    public void A_reader_who_closes_early_refuses_the_rest_with_413()
    {
        using var scene = Streaming();
        scene.Called(out var invite);
        var whole = Cpim(LargeContent.Letters(20_000));
        SendChunk(scene, invite, whole[..2048], 1, $"{whole.Length}", '+');
        Assert.IsType<ContentReceived>(Assert.Single(scene.Events())).Content.Dispose();
        scene.World.Run();
        SendChunk(scene, invite, whole[2048..4096], 2049, $"{whole.Length}", '+');
        Assert.Contains(" 200 ", scene.Peer.Msrp!.Expect(), StringComparison.Ordinal);
        Assert.Contains(" 413 ", scene.Peer.Msrp.Expect(), StringComparison.Ordinal);
        SendChunk(scene, invite, whole[..2048], 1, $"{whole.Length}", '+', "other");
        Assert.IsType<ContentReceived>(Assert.Single(scene.Events()));
    }

    [Fact]
    public void A_fifth_stream_at_once_is_refused_with_413_and_so_are_heads_that_never_end()
    {
        using var scene = Streaming();
        scene.Called(out var invite);
        var whole = Cpim(LargeContent.Letters(20_000));
        for (var i = 0; i < 4; i++) SendChunk(scene, invite, whole[..2048], 1, $"{whole.Length}", '+', $"m{i}");
        Assert.Equal(4, scene.Events().Count);
        SendChunk(scene, invite, whole[..2048], 1, $"{whole.Length}", '+', "m4");
        for (var i = 0; i < 4; i++) Assert.Contains(" 200 ", scene.Peer.Msrp!.Expect(), StringComparison.Ordinal);
        Assert.Contains(" 413 ", scene.Peer.Msrp!.Expect(), StringComparison.Ordinal);
        Assert.Empty(scene.Events());

        using var other = Streaming();
        other.Called(out invite);
        SendChunk(other, invite, new string('x', 50_000), 1, "100000", '+');
        Assert.Contains(" 400 ", other.Peer.Msrp!.Expect(), StringComparison.Ordinal);
        Assert.Empty(other.Events());
    }

    [Fact]
    public void Events_that_nobody_reads_keep_no_more_content_than_the_options_say()
    {
        using var scene = new Scene(change: static o => new ImClientOptions { Address = o.Address, Password = o.Password, Server = o.Server, EventOctetsKept = 25_000 });
        scene.Called(out var invite);
        for (var i = 0; i < 10; i++) SendChunk(scene, invite, Cpim(LargeContent.Letters(10_000)), 1, $"{Cpim(LargeContent.Letters(10_000)).Length}", '$', $"m{i}");
        Assert.Equal(["m8", "m9"], scene.Events().OfType<MessageReceived>().Select(m => m.Id));
    }
}
