using Confab.Sim.Flows;
using Xunit;

namespace Confab.Tests.Flows;

/// <summary>A play that goes otherwise than it is written fails, and says where and how.</summary>
public sealed class FlowRunnerTests
{
    const string Busy = """
        # OMA-IM 7.2.1  Busy
        cast alice bob (registered)
        alice -> im   INVITE sip:bob@example.com
        im -> bob     INVITE
        bob -> im     486
        """;

    [Theory]
    [InlineData("im -> alice 603", "the status is 486")]
    [InlineData("im -> alice 486 BYE", "it answers a INVITE")]
    [InlineData("im -> alice INVITE", "it is a response")]
    [InlineData("im -> alice 486 | Warning: 399 *", "Warning is missing")]
    [InlineData("im -> alice 486 | Server: Other/*", "Server is 'IM-serv/OMA1.0 Confab/")]
    [InlineData("im -> alice 486 | !Server", "Server is there: IM-serv/OMA1.0")]
    [InlineData("im -> alice 486 | To: ${x} | From: ${x}", "From is '<sip:alice@example.com>")]
    [InlineData("im -> alice 486 (again)", "no earlier message is the same")]
    [InlineData("im -> alice 486 | sdp: a=setup:*", "no line of the body is 'a=setup:*'")]
    [InlineData("im -> alice 486\nim -> alice BYE", "nothing came to alice")]
    [InlineData("silence im -> alice", "came to alice before, and is not listed")]
    [InlineData("im ~x alice", "the connection of alice is open")]
    public async Task A_difference_is_told_with_its_line_and_the_transcript(string line, string told)
    {
        var failure = await Assert.ThrowsAsync<FlowFailureException>(() => Play($"{Busy}\n{line}"));
        Assert.StartsWith($"some.flow:{5 + line.Split('\n').Length}: ", failure.Message);
        Assert.Contains(told, failure.Message);
        Assert.Contains("alice    -> im       INVITE sip:bob@example.com", failure.Message);
    }

    [Fact]
    public async Task What_is_not_listed_fails_the_flow_at_its_end() =>
        Assert.Contains("486 Busy Here", (await Assert.ThrowsAsync<FlowFailureException>(() => Play(Busy))).Message);

    [Fact]
    public async Task What_is_optional_may_come_or_not() => await Play($"{Busy}\noptional im -> alice 180\noptional im -> alice 486");

    [Fact]
    public async Task Unordered_lines_are_met_in_any_order_and_each_by_a_message_of_its_own()
    {
        await Play($"{Busy}\nunordered {{\n  im -> bob ACK\n  im -> alice 486\n}}");
        var failure = await Assert.ThrowsAsync<FlowFailureException>(() => Play($"{Busy}\nunordered {{\n  im -> alice 486\n  im -> alice 486\n}}"));
        Assert.Contains("im -> alice 486: nothing came to alice", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alice => im INVITE", "this line is not understood")]
    [InlineData("alice -> bob INVITE", "one end of a line is 'im'")]
    [InlineData("carol -> im INVITE", "'carol' is not in the cast")]
    [InlineData("advance soon", "'soon' is no time")]
    [InlineData("im -> alice 486 | Warning", "'Warning' is to be Name: value, or !Name")]
    [InlineData("unordered {", "'unordered {' is not closed")]
    [InlineData("given alice sings", "'given' knows")]
    [InlineData("body x <<", "has no '>>'")]
    public async Task A_line_that_says_nothing_is_refused(string line, string told) =>
        Assert.Contains(told, (await Assert.ThrowsAsync<FlowFailureException>(() => Play($"{Busy}\n{line}"))).Message);

    static Task<string> Play(string flow) => FlowRunner.PlayAsync(FlowParser.Parse("some.flow", flow));
}
