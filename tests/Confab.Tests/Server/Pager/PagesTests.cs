using System.Globalization;
using Confab.Client;
using Confab.Runtime;
using Confab.Tests.Client;
using Xunit;

namespace Confab.Tests.Server.Pager;

/// <summary>Clients and the server of ours: pages between them, at once, under way when somebody goes, and nothing of them left behind.</summary>
public sealed class PagesTests : IDisposable
{
    private readonly List<ImClient> _clients = [];
    private readonly Dictionary<ImClient, List<PageReceived>> _got = [];
    private ServerRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void IMS_PGR_1_IMC_PGR_7_9_a_page_to_one_arrives_and_one_to_several_is_accepted()
    {
        var (alice, bob, carol) = (Client("alice"), Client("bob"), Client("carol"));
        Assert.Equal(PageFate.Delivered, Done(alice.PageAsync("sip:bob@example.com", "Hello")).Fate);
        Assert.Equal(PageFate.Accepted, Done(alice.PageAsync(["sip:bob@example.com", "sip:carol@example.com"], Page.Of("Hello all"))).Fate);
        Assert.Equal((PageFate.Refused, 480), Fate(Done(alice.PageAsync("sip:dave@example.com", "Hello"))));
        Assert.Equal((PageFate.Refused, 404), Fate(Done(alice.PageAsync("sip:erin@example.com", "Hello"))));
        _rig.Run();
        Assert.Equal(["Hello", "Hello all"], Got(bob).Select(static p => p.Text));
        Assert.All(Got(bob), static p => Assert.Equal("sip:alice@example.com", p.From));
        Assert.Equal(["sip:bob@example.com", "sip:carol@example.com"], Got(carol).Single().Recipients);
        AssertNothingLeft();
    }

    [Fact]
    public void IMC_LMM_1_to_5_a_large_message_goes_whole_in_a_session_of_its_own_that_leaves_nothing()
    {
        var (alice, bob) = (Client("alice"), Client("bob"));
        var content = new byte[3_000_000];
        new Random(1).NextBytes(content);
        for (var i = 0; i < content.Length; i++) content[i] = (byte)('a' + (content[i] % 26));
        using var stream = new MemoryStream(content);
        var sent = Done(alice.SendLargeAsync("sip:bob@example.com", "text/plain", stream));
        Assert.True(sent.IsSent, sent.Text);
        _rig.Run();
        var events = new List<ImEvent>();
        while (bob.TryReadEvent(out var happened)) events.Add(happened);
        var message = Assert.Single(events.OfType<MessageReceived>());
        Assert.True(message.Session.IsLargeMessage);
        Assert.Equal("sip:alice@example.com", message.From);
        Assert.True(message.Content.Span.SequenceEqual(content));
        Assert.Equal(ImSessionState.Ended, message.Session.State);
        Assert.Equal(0, _rig.Server.Node.Router.SessionCount);

        var page = Page.Of(new string('x', 2000)) with { LargeWhenTooLong = true };
        Assert.True(Done(alice.PageAsync(["sip:bob@example.com"], page)).IsSent);
        Assert.Equal(480, Done(alice.PageAsync(["sip:carol@example.com"], page)).Status);
        AssertNothingLeft();
        Assert.Equal(0, _rig.Server.Node.Msrp.SessionCount);
    }

    [Fact]
    public void IMC_LMM_6_7_a_large_message_that_is_not_taken_or_given_up()
    {
        var (alice, bob) = (Client("alice"), Client("bob"));
        using var picture = new MemoryStream(new byte[100]);
        Assert.Equal(488, Done(alice.SendLargeAsync("sip:bob@example.com", "image/png", picture)).Status);
        using var huge = new MemoryStream(new byte[11_000_000]);
        var refused = Done(alice.SendLargeAsync("sip:bob@example.com", "text/plain", huge));
        Assert.Equal((false, 413), (refused.IsSent, refused.Status));
        using var given = new CancellationTokenSource();
        using var stuck = new StuckAfterThat(new byte[200_000]);
        var sending = alice.SendLargeAsync("sip:bob@example.com", "text/plain", stuck, 5_000_000, cancellationToken: given.Token);
        _rig.Advance(1);
        Assert.Equal((2, false), (_rig.Server.Node.Msrp.SessionCount, sending.IsCompleted));
        given.Cancel();
        Assert.True(_rig.RunUntil(() => sending.IsCompleted, 60));
        Assert.True(sending.IsCanceled || !sending.Result().IsSent);
        AssertNothingLeft();
        Assert.Equal(0, _rig.Server.Node.Msrp.SessionCount);
        Assert.Empty(Got(bob));
    }

    [Fact]
    public void IMS_PGR_4_who_hides_is_named_to_nobody()
    {
        var (alice, bob) = (Client("alice"), Client("bob"));
        Assert.True(Done(alice.PageAsync(["sip:bob@example.com"], Page.Of("Guess") with { Anonymous = true, InCpim = true })).IsSent);
        _rig.Run();
        Assert.Equal("sip:anonymous@anonymous.invalid", Got(bob).Single().From);
    }

    [Theory]
    [InlineData(Transport.Tcp)]
    [InlineData(Transport.Udp)]
    public void IMC_PGR_6_a_thousand_pages_come_once_each_in_each_senders_order(Transport transport)
    {
        for (var seed = 1; seed <= 3; seed++)
        {
            Begin(seed);
            var (alice, bob, carol) = (Client("alice", transport), Client("bob", transport), Client("carol", transport));
            var pages = new List<Task<PageOutcome>>();
            for (var i = 0; i < 300; i++)
            {
                pages.Add(alice.PageAsync("sip:bob@example.com", string.Create(CultureInfo.InvariantCulture, $"a{i}")));
                pages.Add(carol.PageAsync("sip:bob@example.com", string.Create(CultureInfo.InvariantCulture, $"c{i}")));
                pages.Add(bob.PageAsync("sip:alice@example.com", string.Create(CultureInfo.InvariantCulture, $"b{i}")));
            }

            Assert.True(_rig.RunUntil(() => pages.TrueForAll(static p => p.IsCompleted), 600));
            Assert.All(pages, static p => Assert.Equal(PageFate.Delivered, p.Result().Fate));
            Assert.Equal(600, Got(bob).Count);
            foreach (var letter in "ac")
                Assert.Equal(Enumerable.Range(0, 300).Select(i => $"{letter}{i}"), Got(bob).Select(static p => p.Text!).Where(t => t[0] == letter));
            Assert.Equal(300, Got(alice).Count);
            AssertNothingLeft();
        }
    }

    [Fact]
    public void IMS_PGR_1_recipients_who_go_in_the_middle_hold_up_nothing_for_good()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            Begin(seed);
            var (alice, bob, carol) = (Client("alice"), Client("bob"), Client("carol"));
            var pages = Enumerable.Range(0, 5).Select(i => alice.PageAsync(["sip:bob@example.com", "sip:carol@example.com"], Page.Of($"{i}"))).ToList();
            pages.Add(alice.PageAsync("sip:bob@example.com", "last"));
            _rig.Sim.Advance(TimeSpan.FromMilliseconds(seed % 7));
            _ = bob.DisposeAsync().AsTask();
            if (seed % 2 == 0) _ = alice.DisposeAsync().AsTask();
            Assert.True(_rig.RunUntil(() => pages.TrueForAll(static p => p.IsCompleted), 120));
            _rig.Advance(120);
            Assert.Equal(Got(carol).Select(static p => p.Text).Distinct().Count(), Got(carol).Count);
            AssertNothingLeft();
        }
    }

    [Fact]
    public void IMS_PGR_1_a_device_that_is_gone_without_a_word_is_given_up_and_nothing_of_it_stays()
    {
        var (alice, _) = (Client("alice"), Client("carol"));
        _rig.Phone("bob").Register(); // answers nothing by itself
        var one = alice.PageAsync("sip:bob@example.com", "Hello?");
        Assert.Equal((PageFate.Refused, 480), Fate(Done(one)));
        Assert.True(Done(alice.PageAsync(["sip:bob@example.com", "sip:carol@example.com"], Page.Of("Hello?"))).IsSent);
        Assert.Equal(3, _rig.Server.Node.Pages.Count); // of the first too: he may still answer, though nobody waits for it
        _rig.Advance(33);
        AssertNothingLeft();
    }

    /// <summary>Of no page anything is left: no owner, no Call-ID, no place taken.</summary>
    private void AssertNothingLeft()
    {
        _rig.Advance(70);
        var node = _rig.Server.Node;
        Assert.Equal((0, 0, 0, 0), (node.Pages.Count, node.Pages.Senders, node.Router.OwnerCount, node.Router.CallIdCount));
    }

    private void Begin(int seed)
    {
        _rig.Dispose();
        _clients.Clear();
        _got.Clear();
        _rig = new ServerRig(seed: seed, shuffles: true);
    }

    private ImClient Client(string name, Transport transport = Transport.Tcp)
    {
        var host = string.Create(CultureInfo.InvariantCulture, $"192.0.2.{11 + _clients.Count}");
        var client = new ImClient(_rig.Sim.Host(host, (ulong)(50 + _clients.Count)), new ImClientOptions
        {
            Address = $"sip:{name}@example.com",
            Password = "demo",
            Server = "10.0.0.1:5060",
            Transport = transport,
            LocalAddress = System.Net.IPAddress.Parse(host),
        });
        _clients.Add(client);
        Assert.True(Done(client.RegisterAsync()).IsRegistered);
        return client;
    }

    private T Done<T>(Task<T> task)
    {
        Assert.True(_rig.RunUntil(() => task.IsCompleted, 60), "It was not done within a minute");
        return task.Result();
    }

    private List<PageReceived> Got(ImClient client)
    {
        if (!_got.TryGetValue(client, out var got)) _got.Add(client, got = []);
        while (client.TryReadEvent(out var happened))
        {
            if (happened is PageReceived page) got.Add(page);
        }

        return got;
    }

    /// <summary>Gives what it has, and then waits for ever.</summary>
    private sealed class StuckAfterThat(byte[] content) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == Length) await Task.Delay(Timeout.Infinite, cancellationToken);
            return Read(buffer.Span);
        }
    }

    private static (PageFate Fate, int Status) Fate(PageOutcome outcome) => (outcome.Fate, outcome.Status);
}
