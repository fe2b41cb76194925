using System.Globalization;
using Confab.Client;
using Confab.Tests.Server;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>Clients and the server of ours in one simulated world: 1-1 sessions that are extended, held and refreshed.</summary>
public sealed class TogetherTests : IDisposable
{
    private readonly List<User> _users = [];
    private ServerRig _rig = new(static o => o.Session.NumberOfRemainingParticipants = 0);

    public void Dispose() => End();

    [Fact]
    public void IMC_EXT_BYE_the_two_go_on_in_the_group_and_the_old_session_has_moved()
    {
        var (alice, bob, carol) = Three(out var one);
        var group = alice.Does(one.ExtendAsync(["sip:carol@example.com"])).Session!;
        foreach (var invited in (User[])[bob, carol]) Assert.True(invited.Does(invited.Invitation.AcceptAsync()).IsEstablished);
        Run();
        Assert.Equal((SessionEnd.Moved, one, group), alice.Only<Ended>(static e => (e.Reason, e.Session, e.Session.MovedTo!)));
        var (reason, left, movedTo) = bob.Only<Ended>(static e => (e.Reason, e.Session, e.Session.MovedTo!));
        Assert.Equal(SessionEnd.Moved, reason);
        Assert.Same(movedTo.Replaces, left);
        Assert.Equal(group.Identity!.Split('@')[0], movedTo.Identity!.Split('@')[0]);
        Assert.Equal(1, _rig.Server.Node.Router.SessionCount);
        Assert.True(bob.Does(movedTo.SendAsync("Here we are")).IsSent);
        foreach (var other in (User[])[alice, carol]) Assert.Equal("Here we are", other.Only<MessageReceived, string>(static m => m.Text!));
        Assert.Equal(["sip:alice@example.com", "sip:bob@example.com", "sip:carol@example.com"], group.Roster.Where(static u => u.Status == "connected").Select(static u => u.Address).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Who_declines_stays_and_the_1_1_session_can_be_extended_again()
    {
        var (alice, bob, carol) = Three(out var one);
        var group = alice.Does(one.ExtendAsync(["sip:carol@example.com"])).Session!;
        bob.Does(bob.Invitation.DeclineAsync());
        carol.Does(carol.Invitation.DeclineAsync());
        Run();
        Assert.Equal(ImSessionState.Established, one.State);
        Assert.True(alice.Does(one.SendAsync("Just us")).IsSent);
        alice.Does(group.LeaveAsync());
        Assert.True(alice.Does(one.ExtendAsync(["sip:carol@example.com"])).IsEstablished);
        Assert.True(bob.Does(bob.Invitation.AcceptAsync()).IsEstablished);
        Run();
        Assert.Equal(SessionEnd.Moved, alice.Events.OfType<Ended>().Last().Reason);
    }

    [Fact]
    public void Both_extend_at_once_and_the_1_1_session_ends_once_for_each()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            Begin(seed);
            var (alice, bob, carol) = Three(out var one);
            var his = bob.Sessions.Single();
            var (hers, theirs) = (one.ExtendAsync(["sip:carol@example.com"]), his.ExtendAsync(["sip:carol@example.com"]));
            Run();
            foreach (var user in _users)
            {
                foreach (var invitation in user.Invitations) _ = invitation.AcceptAsync();
            }

            Run();
            Assert.True(hers.Result().IsEstablished && theirs.Result().IsEstablished);
            foreach (var (user, session) in (ValueTuple<User, ImSession>[])[(alice, one), (bob, his)])
                Assert.Equal(SessionEnd.Moved, user.Events.OfType<Ended>().Single(e => e.Session == session).Reason);
            Assert.Equal(2, carol.Events.OfType<Established>().Count());
            LeaveAll();
        }
    }

    [Fact]
    public void A_held_session_is_told_nothing_and_the_sender_hears_so()
    {
        var (alice, bob, _) = Three(out var one);
        var his = bob.Sessions.Single();
        Assert.True(bob.Does(his.HoldAsync()).IsModified);
        var sent = alice.Does(one.SendAsync("Hello?"));
        Assert.Equal((false, 403), (sent.IsSent, sent.Status));
        Assert.True(bob.Does(his.SendAsync("Wait")).IsSent);
        Assert.True(bob.Does(his.ResumeAsync()).IsModified);
        Assert.True(alice.Does(one.SendAsync("Now?")).IsSent);
        Assert.Equal("Now?", bob.Only<MessageReceived, string>(static m => m.Text!));
    }

    [Fact]
    public void IMC_GEN_13_a_day_long_both_legs_are_refreshed_and_the_session_stands()
    {
        var (alice, bob, _) = Three(out var one);
        _rig.Advance(24 * 3600);
        Assert.Equal(ImSessionState.Established, one.State);
        Assert.True(alice.Does(one.SendAsync("Good morning")).IsSent);
        Assert.Equal("Good morning", bob.Only<MessageReceived, string>(static m => m.Text!));
        Assert.DoesNotContain(alice.Events.Concat(bob.Events), static e => e is Modified or Ended);
    }

    /// <summary>Whatever the users do to their sessions at once, in whatever order it comes: nothing is left over, and nothing throws.</summary>
    [Fact]
    public void Random_users_extend_hold_decline_and_leave_and_nothing_is_left_over()
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            Begin(seed);
            var chance = new Random(seed);
            Three(out _);
            _rig.Sim.Network.Latency = TimeSpan.FromMilliseconds(chance.Next(0, 60));
            for (var step = 0; step < 25; step++)
            {
                var user = _users[chance.Next(_users.Count)];
                var other = _users[chance.Next(_users.Count)];
                var session = user.Sessions.Count > 0 ? user.Sessions[chance.Next(user.Sessions.Count)] : null;
                switch (chance.Next(8))
                {
                    case 0 or 1:
                        if (session is not null) _ = session.ExtendAsync([other.Address]);
                        break;
                    case 2 or 3:
                        foreach (var invitation in user.Invitations) _ = chance.Next(3) == 0 ? invitation.DeclineAsync() : (Task)invitation.AcceptAsync();
                        break;
                    case 4:
                        if (session is not null) _ = chance.Next(2) == 0 ? session.HoldAsync() : session.ResumeAsync();
                        break;
                    case 5:
                        if (session is not null) _ = session.SendAsync("Hello");
                        break;
                    case 6:
                        if (session is not null && chance.Next(2) == 0) _ = session.LeaveAsync();
                        break;
                    default:
                        if (user != other) _ = user.Client.CallAsync(other.Address);
                        break;
                }

                _rig.Advance(chance.Next(4) == 0 ? chance.Next(1, 40) : chance.Next(0, 100) / 1000d);
            }

            LeaveAll();
        }
    }

    private (User Alice, User Bob, User Carol) Three(out ImSession one)
    {
        if (_users.Count == 0) Begin(1);
        var calling = _users[0].Client.CallAsync(_users[1].Address);
        Run();
        _users[1].Does(_users[1].Invitation.AcceptAsync());
        one = calling.Result().Session!;
        return (_users[0], _users[1], _users[2]);
    }

    private void Begin(int seed)
    {
        End();
        _rig = new ServerRig(static o => o.Session.NumberOfRemainingParticipants = 0, seed, shuffles: seed > 1);
        foreach (var name in (string[])["alice", "bob", "carol"])
        {
            var user = new User(_rig, name, string.Create(CultureInfo.InvariantCulture, $"192.0.2.{11 + _users.Count}"));
            _users.Add(user);
            Assert.True(user.Does(user.Client.RegisterAsync()).IsRegistered);
        }
    }

    private void Run() => _rig.Advance(7); // a notification and what follows from it

    /// <summary>Everybody goes; the server then has nothing left of them but what it had before anybody came.</summary>
    private void LeaveAll()
    {
        foreach (var user in _users)
        {
            foreach (var invitation in user.Invitations) _ = invitation.DeclineAsync();
        }

        foreach (var user in _users) _ = user.Client.DisposeAsync().AsTask();
        _rig.Advance(600);
        var now = _rig.Now;
        Assert.Equal((0, 0, 0, 0), (now.Owners, now.CallIds, now.Sessions, now.MsrpSessions));
    }

    private void End()
    {
        _users.Clear();
        _rig.Sim.ThrowOnErrors();
        _rig.Dispose();
    }

    private sealed class User
    {
        private readonly ServerRig _rig;
        private readonly List<ImEvent> _events = [];

        public User(ServerRig rig, string name, string host)
        {
            _rig = rig;
            Address = $"sip:{name}@example.com";
            Client = new ImClient(rig.Sim.Host(host, (ulong)(100 + host[^1])), new ImClientOptions
            {
                Address = Address,
                Password = "demo",
                Server = "10.0.0.1:5060",
                LocalAddress = System.Net.IPAddress.Parse(host),
            });
        }

        public string Address { get; }

        public ImClient Client { get; }

        public List<ImEvent> Events
        {
            get
            {
                while (Client.TryReadEvent(out var happened)) _events.Add(happened);
                return _events;
            }
        }

        public List<ImSession> Sessions => [.. Events.OfType<Established>().Select(static e => e.Session).Where(static s => s.State == ImSessionState.Established)];

        public List<ImSession> Invitations => [.. Events.OfType<Invited>().Select(static e => e.Session).Where(static s => s.State == ImSessionState.Invited)];

        public ImSession Invitation => Assert.Single(Invitations);

        public T Does<T>(Task<T> task)
        {
            Assert.True(_rig.RunUntil(() => task.IsCompleted, 60), "It was not done within a minute");
            return task.Result();
        }

        public TOut Only<TEvent, TOut>(Func<TEvent, TOut> take)
            where TEvent : ImEvent => take(Assert.Single(Events.OfType<TEvent>()));

        public (SessionEnd Reason, ImSession Session, ImSession MovedTo) Only<TEvent>(Func<Ended, (SessionEnd, ImSession, ImSession)> take)
            where TEvent : ImEvent => Only<Ended, (SessionEnd, ImSession, ImSession)>(take);
    }
}
