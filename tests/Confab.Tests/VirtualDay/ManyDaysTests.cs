using Confab.Tests.Fuzz;
using Xunit;

namespace Confab.Tests.VirtualDay;

/// <summary>Virtual days as <c>make fuzz</c> wants them: as many as fit in the time, each of a seed of its own.</summary>
[Collection(FuzzRun.Alone)]
[Trait("Category", "Fuzz")]
public sealed class ManyDaysTests
{
    [Fact]
    public Task Days() => FuzzRun.Each("virtual days", 5, static random =>
    {
        using var day = new Day(random.Next());
        day.Run();
    });
}
