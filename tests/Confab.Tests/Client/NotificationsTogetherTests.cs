using System.Globalization;
using Confab.Client;
using Confab.Tests.Server;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>Disposition notifications between clients of ours, through the server of ours, in one simulated world (RFC 5438, MSW-7, MSW-15, COM-PRIV-3).</summary>
public sealed class NotificationsTogetherTests : IDisposable
{
    private readonly ServerRig _rig = new(static o => o.Session.NumberOfRemainingParticipants = 0);
    private readonly Dictionary<string, ImClient> _clients = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<ImEvent>> _events = new(StringComparer.Ordinal);

    public void Dispose()
    {
        _rig.Sim.ThrowOnErrors();
        _rig.Dispose();
    }

    [Fact]
    public void In_a_1_1_session_the_sender_hears_that_it_came_and_that_it_was_shown()
    {
        Enter("alice", "bob");
        var calling = _clients["alice"].CallAsync("sip:bob@example.com");
        _rig.Advance(1);
        Assert.True(Do(Last<Invited>("bob").Session.AcceptAsync()).IsEstablished);
        var hers = Do(calling).Session!;
        var sent = Do(hers.SendAsync("Hello"));
        _rig.Advance(1);
        Assert.Equal([new Delivered(hers, sent.Id, "sip:bob@example.com")], Fates("alice"));
        Assert.True(Do(Last<MessageReceived>("bob").DisplayedAsync()));
        _rig.Advance(1);
        Assert.Equal(new Displayed(hers, sent.Id, "sip:bob@example.com"), Fates("alice").Last());

        var answer = Do(Last<Established>("bob").Session.SendAsync("Hello yourself"));
        _rig.Advance(1);
        Assert.Equal(answer.Id, Assert.Single(Fates("bob").OfType<Delivered>()).Id);
        Assert.Equal(2, Fates("alice").Count);
    }

    [Fact]
    public void In_a_group_the_sender_alone_hears_of_each_recipient()
    {
        var group = Three();
        var sent = Do(group.SendAsync("Hello all"));
        _rig.Advance(1);
        Assert.Equal(["sip:bob@example.com", "sip:carol@example.com"], Fates("alice").Cast<Delivered>().Select(static d => d.From).Order(StringComparer.Ordinal));
        Assert.All(Fates("alice"), f => Assert.Equal(sent.Id, ((Delivered)f).Id));
        Assert.True(Do(Last<MessageReceived>("carol").DisplayedAsync()));
        _rig.Advance(1);
        Assert.Equal(new Displayed(group, sent.Id, "sip:carol@example.com"), Fates("alice").Last());
        Assert.Equal(3, Fates("alice").Count);
        Assert.Empty(Fates("bob"));
        Assert.Empty(Fates("carol"));
        foreach (var user in (string[])["bob", "carol"]) Assert.Single(_events[user].OfType<MessageReceived>()); // no notification is shown
    }

    [Fact]
    public void Who_hides_is_told_of_by_the_name_that_the_group_knows()
    {
        var group = Three(hidden: "carol", settle: 0.5); // the roster, that comes every 5 seconds, does not name her yet
        Assert.DoesNotContain(group.Roster, static user => user.IsAnonymous);
        Do(group.SendAsync("Hello all"));
        _rig.Advance(1);
        var from = Fates("alice").Cast<Delivered>().Select(static d => d.From).ToList();
        Assert.Contains("sip:bob@example.com", from);
        Assert.Equal(2, from.Count);
        Assert.True(ImAddress.IsAnonymous(Assert.Single(from, static f => f != "sip:bob@example.com")));

        // Who hides asks nothing, and is told nothing.
        Do(Last<Established>("carol").Session.SendAsync("Guess who"));
        _rig.Advance(1);
        Assert.Empty(Fates("carol"));
        Assert.False(Last<MessageReceived>("alice").IsDisplayAsked);
    }

    [Fact]
    public void Who_left_and_came_back_is_told_of_what_was_said_before()
    {
        var group = Three();
        var bobs = Last<Established>("bob").Session;
        var (his, hers) = (Do(bobs.SendAsync("Back in a moment")), Do(group.SendAsync("See you")));
        _rig.Advance(1);
        var (seenByCarol, seenByBob) = (Events("carol").OfType<MessageReceived>().First(), Last<MessageReceived>("bob"));
        Do(bobs.LeaveAsync());
        Assert.False(Do(seenByBob.DisplayedAsync())); // there is no way now
        var back = Do(_clients["bob"].RejoinAsync(bobs.Identity!));
        Assert.True(back.IsEstablished, back.Text);
        _rig.Advance(7);
        Assert.True(Do(seenByCarol.DisplayedAsync()));
        _rig.Advance(1);
        Assert.Equal(new Displayed(back.Session!, his.Id, "sip:carol@example.com"), Fates("bob").OfType<Displayed>().Single());
        Assert.True(Do(seenByBob.DisplayedAsync()));
        Assert.False(Do(seenByBob.DisplayedAsync()));
        _rig.Advance(1);
        Assert.Equal(new Displayed(group, hers.Id, "sip:bob@example.com"), Fates("alice").OfType<Displayed>().Single());
    }

    /// <summary>Bob tells of messages that are not his to tell of, and tells lies about his own; he can give alice no more than two events.</summary>
    [Fact]
    public void A_member_who_forges_gets_nowhere()
    {
        var group = Three();
        var theirs = Last<Established>("bob").Session;
        var sent = Do(group.SendAsync("Hello"));
        _rig.Advance(1);
        var before = Fates("alice").Count;
        for (var i = 0; i < 100; i++)
        {
            foreach (var kind in (string[])["delivery", "display"])
                Forge(theirs, i % 2 == 0 ? sent.Id : $"guess{i}", kind, kind == "display" ? "displayed" : "delivered");
        }

        _rig.Advance(5);
        var told = Assert.Single(Fates("alice").Skip(before));
        Assert.Equal(new Displayed(group, sent.Id, "sip:bob@example.com"), told);
        Assert.Empty(Fates("carol"));
        Assert.All(_events["carol"].OfType<MessageReceived>(), static m => Assert.Equal("Hello", m.Text));
    }

    [Fact]
    public void Many_talk_at_once_and_each_message_is_told_of_by_each_other_once()
    {
        Three();
        var sessions = _clients.Keys.ToDictionary(static name => name, name => Last<Established>(name).Session);
        var sent = sessions.ToDictionary(static s => s.Key, static s => Enumerable.Range(0, 40).Select(i => s.Value.SendAsync($"{s.Key} {i}")).ToArray());
        _rig.Advance(10);
        foreach (var name in sessions.Keys)
        {
            foreach (var message in Events(name).OfType<MessageReceived>().ToArray()) _ = message.DisplayedAsync();
        }

        _rig.Advance(10);
        foreach (var (name, tasks) in sent)
        {
            var ids = tasks.Select(static t => t.Result().Id).Order(StringComparer.Ordinal).ToArray();
            foreach (var other in sessions.Keys.Where(other => other != name))
            {
                Assert.Equal(ids, Fates(name).OfType<Delivered>().Where(d => d.From == $"sip:{other}@example.com").Select(static d => d.Id).Order(StringComparer.Ordinal));
                Assert.Equal(ids, Fates(name).OfType<Displayed>().Where(d => d.From == $"sip:{other}@example.com").Select(static d => d.Id).Order(StringComparer.Ordinal));
            }

            Assert.Equal(160, Fates(name).Count);
        }
    }

    private static void Forge(ImSession session, string messageId, string kind, string status) => _ = session.SendAsync(
        "message/imdn+xml",
        System.Text.Encoding.UTF8.GetBytes(
            $"<imdn xmlns='urn:ietf:params:xml:ns:imdn'><message-id>{messageId}</message-id><datetime/><recipient-uri>sip:carol@example.com</recipient-uri><{kind}-notification><status><{status}/></status></{kind}-notification></imdn>"));

    /// <summary>Alice's group with Bob and Carol.</summary>
    private ImSession Three(string? hidden = null, double settle = 7)
    {
        Enter("alice", "bob", "carol");
        var starting = _clients["alice"].GroupAsync(["sip:bob@example.com", "sip:carol@example.com"]);
        _rig.Advance(1);
        foreach (var name in (string[])["bob", "carol"]) Assert.True(Do(Last<Invited>(name).Session.AcceptAsync(anonymous: name == hidden)).IsEstablished);
        _rig.Advance(settle); // the roster, told to all
        return Do(starting).Session!;
    }

    private void Enter(params string[] names)
    {
        foreach (var name in names)
        {
            var host = string.Create(CultureInfo.InvariantCulture, $"192.0.2.{11 + _clients.Count}");
            var client = new ImClient(_rig.Sim.Host(host, (ulong)(100 + _clients.Count)), new ImClientOptions
            {
                Address = $"sip:{name}@example.com",
                Password = "demo",
                Server = "10.0.0.1:5060",
                LocalAddress = System.Net.IPAddress.Parse(host),
            });
            _clients.Add(name, client);
            _events.Add(name, []);
            Assert.True(Do(client.RegisterAsync()).IsRegistered);
        }
    }

    private T Do<T>(Task<T> task)
    {
        Assert.True(_rig.RunUntil(() => task.IsCompleted, 60), "It was not done within a minute");
        return task.Result();
    }

    private List<ImEvent> Events(string name)
    {
        while (_clients[name].TryReadEvent(out var happened)) _events[name].Add(happened);
        return _events[name];
    }

    private T Last<T>(string name)
        where T : ImEvent => Events(name).OfType<T>().Last();

    /// <summary>What this user was told of the own messages beyond that the server took them.</summary>
    private List<ImEvent> Fates(string name) => [.. Events(name).Where(static e => e is Delivered or Displayed or Undelivered)];
}
