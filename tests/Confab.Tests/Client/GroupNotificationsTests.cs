using Confab.Client;
using Xunit;
using static Confab.Tests.Client.NotificationScene;

namespace Confab.Tests.Client;

/// <summary>RFC 5438 in groups that allow private messages (RFC 7701): each member is told of, and nothing bounces into the room.</summary>
public sealed class GroupNotificationsTests
{
    [Fact]
    public void RFC_7701_6_in_a_group_each_recipient_is_told_of_once_and_answers_are_for_the_sender_alone()
    {
        using var scene = new Scene().Registered();
        var session = Group(scene, out var invite, others: 2);
        Roster(scene, "alice", "bob", "carol");
        var id = Said(scene, session);
        foreach (var from in (string[])["bob", "carol", "bob", "alice"]) Tells(scene, invite, id, from: $"sip:{from}@example.com");
        Tells(scene, invite, id, from: "sip:anonymous1@anonymous.invalid"); // in, and not in the roster yet
        string[] told = ["sip:bob@example.com", "sip:carol@example.com", "sip:anonymous1@anonymous.invalid"];
        Assert.Equal(told.Select(from => new Delivered(session, id, from)), scene.Events());

        Says(scene, invite, Ask, from: "sip:carol@example.com");
        Assert.Contains("\r\nFrom: <sip:alice@example.com>\r\nTo: <sip:carol@example.com>\r\n", Expect(scene), StringComparison.Ordinal);
        Says(scene, invite, Ask, from: "sip:anonymous1@anonymous.invalid");
        Assert.Contains("\r\nTo: <sip:anonymous1@anonymous.invalid>\r\n", Expect(scene), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sip:anonymous@anonymous.invalid")] // no return address: it means the room
    [InlineData(Room)]
    [InlineData("sip:sess-7f3a@198.51.100.5:5060")]
    [InlineData("sip:conference-factory@example.com")]
    [InlineData("sip:alice@example.com")]
    [InlineData("im:bob@example.com")] // no address of SIP
    public void RFC_5438_14_an_answer_is_never_made_to_bounce_into_the_room(string from)
    {
        using var scene = new Scene().Registered();
        Group(scene, out var invite);
        Says(scene, invite, Ask, from: from);
        scene.Peer.Msrp!.ExpectSilence();
        var message = Assert.IsType<MessageReceived>(Assert.Single(scene.Events()));
        Assert.False(message.IsDisplayAsked);
        Assert.False(message.DisplayedAsync().Result());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a=chatroom\r\n")]
    [InlineData("a=chatroom:nickname\r\n")]
    public void RFC_7701_8_where_nothing_can_be_said_to_one_alone_nothing_is_asked_or_told(string chatRoom)
    {
        using var scene = new Scene().Registered();
        var session = Group(scene, out var invite, chatRoom);
        Assert.False(Asks(scene, session));
        Says(scene, invite, Ask);
        scene.Peer.Msrp!.ExpectSilence();
        Assert.False(Assert.IsType<MessageReceived>(Assert.Single(scene.Events())).IsDisplayAsked);
    }

    [Fact]
    public void In_a_group_of_more_than_twenty_nothing_is_asked_or_told()
    {
        using var scene = new Scene().Registered();
        var session = Group(scene, out var invite);
        var notifier = new ScriptedNotifier(scene).Accepted();
        void Enter(uint version, int members) =>
            notifier.Notify(SubscribeToConferenceTests.Document("full", version, [.. Enumerable.Range(1, members).Select(static n => SubscribeToConferenceTests.User($"user{n}", "connected")), SubscribeToConferenceTests.User("gone", "disconnected")]));
        Enter(0, 20);
        scene.Events();
        Assert.True(Asks(scene, session));
        Says(scene, invite, Ask, from: "sip:user1@example.com");
        Assert.Contains("<delivered/>", Expect(scene), StringComparison.Ordinal);
        Enter(1, 21);
        scene.Events();
        Assert.False(Asks(scene, session));
        Says(scene, invite, Ask, from: "sip:user1@example.com");
        scene.Peer.Msrp!.ExpectSilence();
    }

    [Theory]
    [InlineData(19, true)] // with the user twenty
    [InlineData(20, false)]
    public void Before_the_roster_comes_those_who_were_invited_count(int others, bool asks)
    {
        using var scene = new Scene().Registered();
        Assert.Equal(asks, Asks(scene, Group(scene, out _, others: others)));
    }

    [Fact]
    public void In_a_joined_group_it_is_asked_until_the_server_refuses_to_tell_who_is_there()
    {
        using var scene = new Scene().Registered();
        var joining = scene.Client.JoinGroupAsync("sip:team@groups.example.com");
        scene.Peer.Answer(scene.Peer.Expect("INVITE"), 200, $"Contact: <{Room}>;isfocus", ScriptedPeer.Sdp(wrapped: "*", more: Whisper));
        scene.Peer.Expect("ACK");
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect());
        scene.Events();
        var session = joining.Result().Session!;
        var subscribe = scene.Peer.Expect("SUBSCRIBE");
        Assert.True(Asks(scene, session));
        scene.Peer.Answer(subscribe, 403);
        Assert.False(Asks(scene, session));
    }

    [Fact]
    public void No_more_members_of_a_group_are_told_of_than_it_may_have()
    {
        using var scene = With(static o => (o.UpTo, o.Subscribe) = (3, false));
        var session = Group(scene, out var invite);
        var id = Said(scene, session);
        for (var i = 0; i < 50; i++) Tells(scene, invite, id, from: $"sip:user{i}@example.com");
        Tells(scene, invite, id, from: $"sip:{new string('x', 300)}@example.com");
        Assert.Equal(3, scene.Events().Count);
    }
}
