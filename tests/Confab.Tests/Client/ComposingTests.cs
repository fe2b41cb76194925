using System.Text;
using Confab.Client;
using Confab.Content.IsComposing;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>RFC 3994: who is typing, told and heard.</summary>
public sealed class ComposingTests
{
    const string Peer = "msrp://198.51.100.5:2855/peersession;tcp";
    const string Typing = "application/im-iscomposing+xml";

    static ImSession Session(Scene scene, out WireMessage invite, string wrapped = "text/plain " + Typing)
    {
        var calling = scene.Client.CallAsync("sip:bob@example.com");
        invite = scene.Peer.Expect("INVITE");
        scene.Peer.Answer(invite, 200, "Contact: <sip:one@198.51.100.5;transport=tcp>", ScriptedPeer.Sdp(wrapped: wrapped));
        scene.Peer.Expect("ACK");
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect());
        scene.Events();
        return calling.Result().Session!;
    }

    static void Says(Scene scene, WireMessage invite, string content, string type, string from = "bob") => scene.Peer.Msrp!.SendMessage(
        invite.Sdp("path")!, Peer, $"From: <sip:{from}@example.com>\nTo: <sip:alice@example.com>\n\nContent-Type: {type}\n\n{content}");

    static string Status(string state, string more = "") => $"<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><state>{state}</state>{more}</isComposing>";

    static string Expect(Scene scene)
    {
        scene.World.Run();
        var send = scene.Peer.Msrp!.Expect();
        scene.Peer.Msrp.Answer(send);
        return send;
    }

    [Fact]
    public void RFC_3994_3_2_typing_is_said_once_again_after_60_seconds_and_its_end_after_15()
    {
        using var scene = new Scene();
        var session = Session(scene, out _);
        _ = session.TypingAsync();
        var said = Expect(scene);
        Assert.Contains($"Content-Type: {Typing}", said, StringComparison.Ordinal);
        Assert.Contains("<state>active</state>", said, StringComparison.Ordinal);
        Assert.Contains("<refresh>120</refresh>", said, StringComparison.Ordinal);
        for (var second = 0; second < 59; second++)
        {
            scene.World.Advance(TimeSpan.FromSeconds(1));
            _ = session.TypingAsync();
        }

        scene.Peer.Msrp!.ExpectSilence();
        scene.World.Advance(TimeSpan.FromSeconds(1));
        _ = session.TypingAsync();
        Assert.Contains("<state>active</state>", Expect(scene), StringComparison.Ordinal);
        scene.World.Advance(TimeSpan.FromMilliseconds(14_999));
        scene.Peer.Msrp.ExpectSilence();
        scene.World.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Contains("<state>idle</state>", Expect(scene), StringComparison.Ordinal);
        scene.World.Advance(TimeSpan.FromMinutes(5));
        scene.Peer.Msrp.ExpectSilence();
        Assert.Empty(scene.Events()); // nothing is told of what is no message
    }

    [Fact]
    public void RFC_3994_3_2_a_message_ends_the_typing_without_a_word()
    {
        using var scene = new Scene();
        var session = Session(scene, out _);
        _ = session.TypingAsync();
        Expect(scene);
        _ = session.SendAsync("Hello");
        Assert.Contains("Hello", Expect(scene), StringComparison.Ordinal);
        scene.World.Advance(TimeSpan.FromMinutes(1));
        scene.Peer.Msrp!.ExpectSilence();
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("")]
    public void Who_does_not_name_the_type_is_spared_it(string wrapped)
    {
        using var scene = new Scene();
        _ = Session(scene, out _, wrapped).TypingAsync();
        scene.Peer.Msrp!.ExpectSilence();
    }

    [Theory]
    [InlineData("", 120)]
    [InlineData("<refresh>60</refresh>", 60)]
    [InlineData("<refresh>999999999</refresh>", 3600)]
    [InlineData("<refresh>0</refresh>", 1)]
    public void RFC_3994_3_3_an_active_state_counts_until_it_is_too_old(string refresh, int seconds)
    {
        using var scene = new Scene();
        Session(scene, out var invite);
        Says(scene, invite, Status("active", refresh), Typing);
        Says(scene, invite, Status("active", refresh), Typing);
        var began = Assert.IsType<ComposingChanged>(Assert.Single(scene.Events()));
        Assert.Equal(("sip:bob@example.com", true), (began.From, began.IsActive));
        scene.World.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        Assert.Empty(scene.Events());
        scene.World.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(Assert.IsType<ComposingChanged>(Assert.Single(scene.Events())).IsActive);
    }

    [Theory]
    [InlineData("idle")]
    [InlineData("message")]
    [InlineData("end")]
    public void RFC_3994_3_3_idle_a_message_and_the_end_of_the_session_end_it(string how)
    {
        using var scene = new Scene();
        var session = Session(scene, out var invite);
        Says(scene, invite, Status("active"), Typing);
        Says(scene, invite, Status("active"), Typing, "carol");
        Assert.Equal(2, scene.Events().Count);
        if (how == "idle") Says(scene, invite, Status("idle"), Typing);
        if (how == "message") Says(scene, invite, "Hello", "text/plain");
        if (how == "end") _ = session.LeaveAsync();
        scene.World.Run();
        if (how == "end") scene.Peer.Answer(scene.Peer.Expect("BYE"), 200);
        var events = scene.Events();
        Assert.Equal(how == "end" ? 2 : 1, events.OfType<ComposingChanged>().Count(static e => !e.IsActive));
        Assert.Equal("sip:bob@example.com", Assert.IsType<ComposingChanged>(events[0]).From);
    }

    [Theory]
    [InlineData("no xml")]
    [InlineData("<isComposing xmlns='urn:other'><state>active</state></isComposing>")]
    [InlineData("<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><state/></isComposing>")]
    [InlineData("<!DOCTYPE x [<!ENTITY a 'b'>]><isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><state>&a;</state></isComposing>")]
    public void What_cannot_be_read_is_answered_400(string document)
    {
        using var scene = new Scene();
        Session(scene, out var invite);
        Says(scene, invite, document, Typing);
        Assert.Contains(" 400 ", scene.Peer.Msrp!.Expect(), StringComparison.Ordinal);
        Assert.Empty(scene.Events());
    }

    [Fact]
    public void A_thousand_composers_are_a_hundred()
    {
        using var scene = new Scene();
        Session(scene, out var invite);
        for (var i = 0; i < 1000; i++) Says(scene, invite, Status("active"), Typing, $"user{i}");
        Assert.Equal(100, scene.Events().Count);
    }

    [Fact]
    public void A_document_reads_back_as_it_was_written()
    {
        var written = new ComposingStatus(true, 90).ToBytes("text/<&>");
        Assert.True(ComposingStatus.TryParse(written, out var read, out _), Encoding.UTF8.GetString(written));
        Assert.Equal(new ComposingStatus(true, 90), read);
        for (var i = 0; i < written.Length; i++) Assert.False(ComposingStatus.TryParse(written.AsSpan(0, i), out _, out _));
        Assert.False(ComposingStatus.TryParse(new byte[9000], out _, out var fault));
        Assert.Equal("document too long", fault.Reason);
    }

    [Fact]
    public void Who_refuses_the_type_with_415_is_told_of_no_typing_again()
    {
        using var scene = new Scene();
        var session = Session(scene, out _);
        _ = session.TypingAsync();
        scene.World.Run();
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect(), "415 Unsupported Media Type");
        scene.World.Advance(TimeSpan.FromMinutes(3));
        scene.Peer.Msrp.ExpectSilence();
        _ = session.TypingAsync();
        scene.World.Run();
        scene.Peer.Msrp.ExpectSilence();
        var sending = session.SendAsync("Words are taken all the same");
        scene.World.Run();
        scene.Peer.Msrp.Answer(scene.Peer.Msrp.Expect());
        Assert.True(sending.Result().IsSent);
        Assert.DoesNotContain(scene.Events(), static e => e is Undelivered);
    }
}
