using Confab.Runtime;
using Confab.Sim;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Confab.Tests.Runtime;

public sealed class StoreLaneTests : IDisposable
{
    private readonly SimWorld _sim = new();
    private readonly World _world;
    private readonly Mailbox _owner;
    private readonly Ledger _ledger = new();
    private readonly List<string> _answers = [];

    public StoreLaneTests()
    {
        _world = _sim.Host("10.0.0.1", 1);
        _owner = new Mailbox(_world);
    }

    public void Dispose() => _sim.Dispose();

    [Fact]
    public void Writes_that_wait_together_share_one_commit_and_are_answered_inside_their_owner()
    {
        var lane = Lane();
        for (var i = 0; i < 100; i++) Write(lane, $"{i}");
        _sim.Run();
        Assert.Equal(1, _ledger.Commits);
        Assert.Equal(Enumerable.Range(0, 100).Select(static i => $"{i}"), _ledger.Committed);
        Assert.Equal(Enumerable.Range(0, 100).Select(static i => $"{i} True"), _answers);
        _sim.ThrowOnErrors();
    }

    [Fact]
    public void A_long_queue_takes_several_commits_in_order()
    {
        var lane = Lane();
        for (var i = 0; i < 600; i++) Write(lane, $"{i}");
        _sim.Run();
        Assert.Equal(3, _ledger.Commits);
        Assert.Equal(Enumerable.Range(0, 600).Select(static i => $"{i}"), _ledger.Committed);
    }

    [Fact]
    public void One_write_that_fails_does_not_take_the_others_with_it()
    {
        var lane = Lane();
        Write(lane, "a");
        Write(lane, "bad");
        Write(lane, "c");
        _sim.Run();
        Assert.Equal(["a", "c"], _ledger.Committed);
        Assert.Equal(["a True", "bad False", "c True"], _answers);
        Assert.NotEmpty(_sim.Log.Errors);
    }

    [Fact]
    public void A_failing_write_that_is_alone_is_tried_once()
    {
        Write(Lane(), "bad");
        _sim.Run();
        Assert.Equal(1, _ledger.Begins);
        Assert.Equal(["bad False"], _answers);
    }

    [Fact]
    public void A_commit_that_fails_promises_nothing()
    {
        _ledger.CommitFails = true;
        var lane = Lane();
        Write(lane, "a");
        Write(lane, "b");
        _sim.Run();
        Assert.Empty(_ledger.Committed);
        Assert.Equal(["a False", "b False"], _answers);
        _ledger.CommitFails = false;
        Write(lane, "c");
        _sim.Run();
        Assert.Equal(["c"], _ledger.Committed);
    }

    [Fact]
    public void A_full_lane_refuses_and_calls_nothing_and_takes_more_once_it_has_written()
    {
        var lane = Lane(capacity: 2);
        Assert.True(Write(lane, "a"));
        Assert.True(Write(lane, "b"));
        Assert.False(Write(lane, "c"));
        _sim.Run();
        Assert.Equal(["a True", "b True"], _answers);
        Assert.True(Write(lane, "d"));
        _sim.Run();
        Assert.Equal(["a", "b", "d"], _ledger.Committed);
    }

    [Fact]
    public void A_lane_that_blocks_gathers_what_comes_meanwhile_into_one_commit()
    {
        using var world = World.Real(NullLoggerFactory.Instance);
        using var thread = new LaneThread("test lane");
        var lane = new StoreLane(thread, _ledger, 1_000, NullLogger.Instance);
        var owner = new Mailbox(world);
        using var started = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        using var answered = new CountdownEvent(101);
        var answeredInside = 0;
        Assert.True(lane.Write(owner, () =>
        {
            started.Set();
            Assert.True(goOn.Wait(TimeSpan.FromSeconds(20)));
        }, Answer));
        Assert.True(started.Wait(TimeSpan.FromSeconds(20)));
        for (var i = 0; i < 100; i++) Assert.True(lane.Write(owner, () => _ledger.Write("x"), Answer));
        goOn.Set();
        Assert.True(answered.Wait(TimeSpan.FromSeconds(20)));
        Assert.Equal(2, _ledger.Commits);
        Assert.Equal(100, _ledger.Committed.Count);
        Assert.Equal(101, answeredInside);

        void Answer(bool stored)
        {
            if (stored && owner.IsInside) answeredInside++;
            answered.Signal();
        }
    }

    private StoreLane Lane(int capacity = 1_000) => new(_sim.Scheduler, _ledger, capacity, _sim.Log.Of("store").CreateLogger("Store"));

    private bool Write(StoreLane lane, string line) => lane.Write(_owner, () => _ledger.Write(line), stored =>
    {
        Assert.True(_owner.IsInside);
        _answers.Add($"{line} {stored}");
    });

    private sealed class Ledger : IStoreTransaction
    {
        private readonly List<string> _open = [];
        private bool _isOpen;

        public List<string> Committed { get; } = [];

        public int Begins { get; private set; }

        public int Commits { get; private set; }

        public bool CommitFails { get; set; }

        public void Begin()
        {
            Assert.False(_isOpen);
            _isOpen = true;
            Begins++;
        }

        public void Write(string line)
        {
            Assert.True(_isOpen);
            if (line == "bad") throw new InvalidOperationException("disk");
            _open.Add(line);
        }

        public void Commit()
        {
            if (CommitFails) throw new InvalidOperationException("disk full");
            Commits++;
            Committed.AddRange(_open);
            Rollback();
        }

        public void Rollback()
        {
            _open.Clear();
            _isOpen = false;
        }
    }
}
