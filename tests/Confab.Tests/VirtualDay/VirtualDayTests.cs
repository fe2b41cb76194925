using Xunit;

namespace Confab.Tests.VirtualDay;

/// <summary>
/// Random people for a virtual day, under loss, duplication, reordering, slow readers and crashes of the server: what <see cref="Truth"/> says holds after each hour, and
/// nothing stays at its end. A seed that fails repeats exactly.
/// </summary>
public sealed class VirtualDayTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 100)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_day(int seed)
    {
        using var day = new Day(seed);
        day.Run();
        TestContext.Current.TestOutputHelper?.WriteLine(day.Tally.ToString());
        Assert.All([day.Tally.Heard, day.Tally.Told, day.Tally.Rosters, day.Tally.Sessions, day.Tally.Rejoined], static count => Assert.NotEqual(0, count));
    }

    [Fact]
    public void The_same_seed_is_the_same_day()
    {
        static string Spent(int seed)
        {
            using var day = new Day(seed, hours: 3);
            day.Run();
            return day.Diary.ToString();
        }

        Assert.Equal(Spent(17), Spent(17));
        Assert.NotEqual(Spent(17), Spent(18));
    }
}
