using Xunit;

namespace Confab.Tests.VirtualDay;

/// <summary>
/// Random people for a virtual day, under loss, duplication, reordering, slow readers: what <see cref="Truth"/> says holds after each hour, and
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
    }
}
