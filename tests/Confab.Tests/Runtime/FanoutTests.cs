using System.IO.Pipelines;
using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Runtime;

public sealed class FanoutTests
{
    private const int Members = 8;
    private const int Writers = 4;
    private const int Messages = 2_000;

    [Fact]
    public async Task Every_member_gets_what_many_threads_write_whole_and_in_each_threads_order()
    {
        using var loopback = new Loopback(new Limits { QueuedBytesPerFlow = 1024 * 1024 });
        var world = new World(loopback.Time, PipeScheduler.ThreadPool, loopback.Network, Ids.FromSeed(1), loopback.Log.Of("fanout"));
        var fanout = new Fanout(world);
        var ears = Enumerable.Range(0, Members).Select(_ => new Ears()).ToArray();
        var flows = new List<StreamFlow>();
        foreach (var ear in ears) flows.Add((await loopback.Pair(new Ears(), ear)).Near);

        var threads = Enumerable.Range(0, Writers).Select(writer => new Thread(() =>
        {
            for (var i = 0; i < Messages; i++)
            {
                using (fanout.Begin())
                {
                    var message = (long)writer << 32 | (uint)i;
                    foreach (var flow in flows) flow.Send(BitConverter.GetBytes(message));
                }
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();

        foreach (var ear in ears)
        {
            await ear.Hears(Writers * Messages * sizeof(long));
            var heard = ear.Bytes;
            var next = new int[Writers];
            for (var at = 0; at < heard.Length; at += sizeof(long))
            {
                var message = BitConverter.ToInt64(heard, at);
                Assert.Equal(next[message >> 32]++, (int)message);
            }
        }

        Assert.Empty(loopback.Log.Errors);
    }
}
