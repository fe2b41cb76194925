using System.Text;
using Confab.Runtime;
using Confab.Sim;
using Xunit;

namespace Confab.Tests.Runtime;

public sealed class ShortMemoryTests : IDisposable
{
    private static readonly TimeSpan s_keep = TimeSpan.FromSeconds(32);

    private readonly SimWorld _sim = new();

    public void Dispose() => _sim.Dispose();

    [Fact]
    public void What_is_remembered_is_known_for_its_time_and_no_tick_longer()
    {
        using var memory = new ShortMemory(_sim.Time, s_keep, long.MaxValue);
        Assert.True(memory.Remember("key"u8, "value"u8));
        Assert.Null(memory.Recall("kez"u8));
        _sim.Advance(s_keep - TimeSpan.FromTicks(1));
        Assert.Equal("value"u8.ToArray(), memory.Recall("key"u8));
        _sim.Advance(TimeSpan.FromTicks(1));
        Assert.Null(memory.Recall("key"u8));
        Assert.Equal(0, memory.Count);
    }

    [Fact]
    public void The_newest_value_of_a_key_is_recalled_and_an_empty_one_is_one()
    {
        using var memory = new ShortMemory(_sim.Time, s_keep, long.MaxValue);
        memory.Remember("key"u8, "old"u8);
        _sim.Advance(TimeSpan.FromSeconds(20));
        memory.Remember("key"u8, default);
        Assert.Equal([], memory.Recall("key"u8)!);
        _sim.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal([], memory.Recall("key"u8)!);
    }

    [Fact]
    public void Without_room_nothing_is_remembered_until_something_is_forgotten()
    {
        using var memory = new ShortMemory(_sim.Time, s_keep, 600 * 1024);
        var value = new byte[124 * 1024];
        for (var i = 0; i < 4; i++) Assert.True(memory.Remember([(byte)i], value)); // two to a piece of 256 KiB
        Assert.False(memory.HasRoom);
        Assert.False(memory.Remember("4"u8, value));
        Assert.False(memory.Remember("5"u8, new byte[256 * 1024]));
        _sim.Advance(s_keep);
        Assert.True(memory.HasRoom);
        Assert.True(memory.Remember("4"u8, value));
        Assert.Equal(1, memory.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_agrees_with_a_table_and_a_clock(int seed)
    {
        var random = new Random(seed);
        using var memory = new ShortMemory(_sim.Time, s_keep, long.MaxValue);
        var table = new Dictionary<string, (string Value, TimeSpan At)>();
        var now = TimeSpan.Zero;
        for (var i = 0; i < 20_000; i++)
        {
            var key = $"z9hG4bK{random.Next(6_000)}";
            if (random.Next(3) > 0)
            {
                var value = new string((char)('a' + random.Next(26)), random.Next(400));
                Assert.True(memory.Remember(Encoding.ASCII.GetBytes(key), Encoding.ASCII.GetBytes(value)));
                table[key] = (value, now);
            }
            else
            {
                var expected = table.TryGetValue(key, out var known) && now - known.At < s_keep ? known.Value : null;
                Assert.Equal(expected, memory.Recall(Encoding.ASCII.GetBytes(key)) is { } bytes ? Encoding.ASCII.GetString(bytes) : null);
            }

            if (random.Next(40) == 0)
            {
                var step = TimeSpan.FromMilliseconds(random.Next(random.Next(100) == 0 ? 60_000 : 500));
                _sim.Advance(step);
                now += step;
            }
        }
    }
}
