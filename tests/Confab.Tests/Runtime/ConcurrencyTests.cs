using System.Diagnostics;
using Confab.Runtime;
using Confab.Sim;
using Xunit;

namespace Confab.Tests.Runtime;

public sealed class ConcurrencyTests : IDisposable
{
    private const int Posters = 4;
    private const int LettersEach = 100_000;

    private readonly SimLog _log = new(TimeProvider.System);
    private readonly World _world;

    public ConcurrencyTests() => _world = World.Real(_log.Of("here"));

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_mailbox_under_many_posters_loses_no_letter_mixes_no_order_and_holds_one_thread()
    {
        var mailbox = new Mailbox(_world);
        var lastOf = new int[Posters];
        Array.Fill(lastOf, -1);
        int inside = 0, crowded = 0, outOfOrder = 0, delivered = 0, entered = 0;
        using var all = new ManualResetEventSlim();
        using var start = new Barrier(Posters);

        Run(poster =>
        {
            start.SignalAndWait();
            for (var i = 0; i < LettersEach; i++)
            {
                var number = i;
                mailbox.Post(() => Guarded(() =>
                {
                    if (lastOf[poster] != number - 1) outOfOrder++;
                    lastOf[poster] = number;
                    if (++delivered == Posters * LettersEach) all.Set();
                }));
                if (i % 500 != 0) continue;
                while (!mailbox.TryEnter()) Thread.Yield(); // free as soon as all posters are here and their letters delivered
                Guarded(() => entered++);
                mailbox.Leave();
            }
        });

        Assert.True(all.Wait(TimeSpan.FromSeconds(60)), $"{delivered} were delivered, {mailbox.Count} wait");
        Assert.Equal(Posters * LettersEach, delivered);
        Assert.Equal((0, 0), (crowded, outOfOrder));
        Assert.Equal(0, mailbox.Count);
        Assert.Equal(Posters * LettersEach / 500, entered);
        Assert.Empty(_log.Errors);

        // Plain fields on purpose: what the mailbox does not guard, a lost update shows.
        void Guarded(Action action)
        {
            if (Interlocked.Increment(ref inside) != 1 || !mailbox.IsInside) Interlocked.Increment(ref crowded);
            action();
            Interlocked.Decrement(ref inside);
        }
    }

    [Fact]
    public void Owners_that_write_to_each_other_all_get_everything()
    {
        const int Owners = 8;
        const int Hops = 20_000;
        var mailboxes = Enumerable.Range(0, Owners).Select(_ => new Mailbox(_world)).ToArray();
        using var done = new CountdownEvent(Owners);
        for (var owner = 0; owner < Owners; owner++)
        {
            var start = owner;
            mailboxes[start].Post(() => Hop(start, Hops));
        }

        Assert.True(done.Wait(TimeSpan.FromSeconds(60)));

        void Hop(int at, int left)
        {
            Assert.True(mailboxes[at].IsInside);
            if (left == 0)
            {
                done.Signal();
                return;
            }

            var next = ((at * 5) + left) % Owners;
            mailboxes[next].Post(() => Hop(next, left - 1));
        }
    }

    [Fact]
    public void Alarms_armed_and_cancelled_on_many_threads_ring_once_never_early_and_never_when_cancelled()
    {
        const int AlarmsEach = 200;
        const int Changes = 20_000;
        long early = 0, unasked = 0, rings = 0;
        var owners = Enumerable.Range(0, Posters).Select(_ => new Mailbox(_world)).ToArray();
        var expected = new (Alarm Alarm, bool[] Set, int Index)[Posters][];

        Run(poster =>
        {
            var owner = owners[poster];
            var random = new Random(poster);
            var dueAt = new long[AlarmsEach];
            var set = new bool[AlarmsEach];
            var alarms = expected[poster] = new (Alarm, bool[], int)[AlarmsEach];
            for (var i = 0; i < AlarmsEach; i++)
            {
                var n = i;
                alarms[n] = (new Alarm(owner, () =>
                {
                    Interlocked.Increment(ref rings);
                    if (!set[n]) Interlocked.Increment(ref unasked);
                    else if (Stopwatch.GetTimestamp() < dueAt[n]) Interlocked.Increment(ref early);
                    set[n] = false;
                }), set, n);
            }

            for (var i = 0; i < Changes; i++)
            {
                int n = random.Next(AlarmsEach), delay = random.Next(0, 15), kind = random.Next(3);
                owner.Post(() =>
                {
                    set[n] = kind != 0;
                    if (kind == 0)
                    {
                        alarms[n].Alarm.Cancel();
                        if (alarms[n].Alarm.IsSet) Interlocked.Increment(ref unasked);
                    }
                    else
                    {
                        dueAt[n] = Stopwatch.GetTimestamp() + (delay * Stopwatch.Frequency / 1000);
                        alarms[n].Alarm.Set(TimeSpan.FromMilliseconds(delay));
                    }
                });
                if (i % 100 == 0) Thread.Yield();
            }
        });

        // Each that stands rings within its 15 ms and the patience of a busy machine.
        var patience = Stopwatch.StartNew();
        while (!AllQuiet())
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(30), "an alarm that was set did not ring");
            Thread.Yield();
        }

        Assert.Equal((0, 0), (early, unasked));
        Assert.True(rings > 0);
        Assert.Equal(0, _world.Timers.Count);
        Assert.Empty(_log.Errors);

        bool AllQuiet()
        {
            using var asked = new CountdownEvent(Posters);
            var standing = 0;
            for (var poster = 0; poster < Posters; poster++)
            {
                var mine = expected[poster];
                owners[poster].Post(() =>
                {
                    Interlocked.Add(ref standing, mine.Count(static a => a.Set[a.Index] || a.Alarm.IsSet));
                    asked.Signal();
                });
            }

            Assert.True(asked.Wait(TimeSpan.FromSeconds(30)));
            return standing == 0;
        }
    }

    [Fact]
    public async Task A_flow_written_to_by_many_threads_keeps_every_message_whole_and_each_threads_order()
    {
        const int MessagesEach = 5_000;
        using var loopback = new Loopback(new Limits { QueuedBytesPerFlow = 256 * 1024 });
        var nextOf = new int[Posters];
        var torn = 0;
        var heard = new Ears(bytes =>
        {
            var whole = bytes.Length / 8 * 8;
            for (var at = 0; at < whole; at += 8)
            {
                var poster = BitConverter.ToInt32(bytes.Span[at..]);
                if (poster is < 0 or >= Posters || BitConverter.ToInt32(bytes.Span[(at + 4)..]) != nextOf[poster]++) torn++;
            }

            return whole;
        });
        var (near, _) = await loopback.Pair(new Ears(), heard);
        Run(poster =>
        {
            for (var i = 0; i < MessagesEach; i++)
            {
                using (Turn.Enter())
                {
                    while (!near.Send(8, (poster, i), static (target, state) =>
                    {
                        BitConverter.TryWriteBytes(target, state.poster);
                        BitConverter.TryWriteBytes(target[4..], state.i);
                    })) Thread.Yield();
                }
            }
        });
        await heard.Hears(Posters * MessagesEach * 8);
        Assert.Equal(0, torn);
    }

    private static void Run(Action<int> work)
    {
        Exception? failure = null;
        var threads = Enumerable.Range(0, Posters).Select(number => new Thread(() =>
        {
            try
            {
                work(number);
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        Assert.Null(failure);
    }
}
