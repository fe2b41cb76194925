using Confab.Sim.Flows;
using Confab.Tests.House;
using Xunit;

namespace Confab.Tests.Flows;

/// <summary>Every flow of <c>tests/flows/</c> is a test, named by its path.</summary>
public sealed class FlowTests
{
    const string Folder = "tests/flows";

    public static TheoryData<string> Paths { get; } = [.. Repository.Files(Folder, "*.flow").Order(StringComparer.Ordinal).Select(f => f[(Folder.Length + 1)..])];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Flow(string path) => await FlowRunner.PlayAsync(Read(path));

    [Theory]
    [InlineData("oma-im/7.2.1-one-to-one-session.flow")]
    [InlineData("oma-im/7.2.1-adhoc-session.flow")]
    public async Task A_flow_played_twice_goes_the_same_way_to_the_octet(string path) =>
        Assert.Equal(await FlowRunner.PlayAsync(Read(path)), await FlowRunner.PlayAsync(Read(path)));

    static FlowScript Read(string path) => FlowParser.Parse($"{Folder}/{path}", Repository.Read($"{Folder}/{path}"));
}
