using Confab.Cli.Commands;
using Xunit;

namespace Confab.Tests.Cli.Bench;

/// <summary>Options of <c>confab bench</c> that make no sense are named, with what is allowed.</summary>
public sealed class BenchCommandTests
{
    [Theory]
    [InlineData("--members is 2 at least, not 1", "fanout", "--members", "1")]
    [InlineData("--senders is 1 at least, not 0", "fanout", "--senders", "0")]
    [InlineData("--size is 38 to 1048576 bytes, not 10", "fanout", "--size", "10")]
    [InlineData("'bob' has no {0}", "fanout", "--users", "bob")]
    [InlineData("--users: ", "register", "--users", "bob{0}")]
    [InlineData("--transport is udp or tcp, not 'tls'", "register", "--transport", "tls")]
    [InlineData("--count is an even number", "sessions", "--count", "3")]
    [InlineData("--method is OPTIONS, MESSAGE or REGISTER, not 'BREW'", "signalling", "--method", "brew")]
    [InlineData("--rate is 0 to 1000000 a second, not -1", "signalling", "--rate", "-1")]
    [InlineData("--duration is 0.1 to 999999 seconds", "signalling", "--duration", "0")]
    [InlineData("--duration is 0.1 to 999999 seconds", "signalling", "--duration", "NaN")]
    [InlineData("--window is 1 to 4000, not 0", "signalling", "--window", "0")]
    [InlineData("--first is 0 at least, not -3", "register", "--first", "-3")]
    [InlineData("--msrp-connections needs --hold", "sessions", "--msrp-connections", "3")]
    [InlineData("--server is HOST:PORT", "register", "--server", "127.0.0.1:99999")]
    [InlineData("--pid is the number of a process, not 'x'", "register", "--pid", "x")]
    [InlineData("there is no process 2147483647", "register", "--pid", "2147483647")]
    [InlineData("--users is 1 to 1000000, not 0", "config", "--users", "0")]
    public async Task What_is_wrong_is_named_and_the_exit_code_is_2(string said, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.Equal(ConfabProgram.Misused, await ConfabProgram.RunAsync(["bench", .. arguments], output, error, TestContext.Current.CancellationToken));
        Assert.Contains(said, error.ToString(), StringComparison.Ordinal);
        Assert.Empty(output.ToString());
    }
}
