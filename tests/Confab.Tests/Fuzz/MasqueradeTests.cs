using Confab.Sim.Flows;
using Xunit;

namespace Confab.Tests.Fuzz;

/// <summary>Whatever somebody anonymous does, and whatever is done to him: nobody is told who he is.</summary>
[Collection(FuzzRun.Alone)]
[Trait("Category", "Fuzz")]
public sealed class MasqueradeTests
{
    [Fact]
    public async Task Nobody_anonymous_is_named_COM_PRIV_3()
    {
        var (heard, ofSomebody) = (0, 0);
        await FuzzRun.Each("masquerade", 40, async random =>
        {
            await using var play = await Masquerade.PlayAsync(random, 60);
            heard += play.Heard;
            ofSomebody += play.HeardOfSomebody;
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{heard} messages to the others, {ofSomebody} of somebody anonymous");
        Assert.True(ofSomebody > 5 && heard > ofSomebody, $"the play is empty: {heard} messages, {ofSomebody} of somebody anonymous");
    }
}
