namespace Confab.Tests.House;

public sealed class EdgesTests
{
    [Xunit.Fact]
    public void Placeholder() => Xunit.Assert.NotNull(typeof(EdgesTests));
}
