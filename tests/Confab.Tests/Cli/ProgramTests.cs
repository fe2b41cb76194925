using Confab.Cli.Commands;
using Xunit;

namespace Confab.Tests.Cli;

/// <summary>The program's face: what it prints where, and its exit codes.</summary>
public sealed class ProgramTests : IDisposable
{
    readonly StringWriter _output = new() { NewLine = "\n" };
    readonly StringWriter _error = new() { NewLine = "\n" };

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task It_tells_its_version()
    {
        Assert.Equal(0, await Run("--version"));
        Assert.Matches(@"^confab \d+\.\d+\.\d+\n$", _output.ToString());
    }

    [Theory]
    [InlineData("--help", "serve")]
    [InlineData("serve", "--config <FILE>", "--help")]
    [InlineData("serve", "--set <KEY=VALUE>", "-h")]
    public async Task Help_is_everywhere(string first, string expected, string? second = null)
    {
        Assert.Equal(0, await Run(second is null ? [first] : [first, second]));
        Assert.Contains(expected, _output.ToString(), StringComparison.Ordinal);
        Assert.Empty(_error.ToString());
    }

    [Theory]
    [InlineData("nope")]
    [InlineData("serve", "--nope")]
    [InlineData("serve", "--config")]
    [InlineData("chat", "--as", "sip:alice@example.com", "--max-sessions", "many")]
    public async Task A_command_line_that_is_not_understood_exits_2(params string[] args)
    {
        Assert.Equal(2, await Run(args));
        Assert.Empty(_output.ToString());
        Assert.EndsWith("Try: confab --help\n", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configuration_errors_exit_2_and_stand_on_standard_error_all_at_once()
    {
        Assert.Equal(2, await Run("serve", "--set", "Sip:Lisen:0=udp://127.0.0.1:0", "--set", "Msrp:Listen:0=tls://127.0.0.1:2855"));
        Assert.Empty(_output.ToString());
        Assert.Equal("""
            confab: Msrp:Listen:0: "tls://127.0.0.1:2855" is not allowed: tls listeners are a later capability; allowed: tcp://HOST:PORT, HOST an IP address or localhost, PORT 0 to 65535 (from --set)
            confab: Sip:Lisen: unknown key; the nearest known one is Sip:Listen (from --set)

            """, _error.ToString());
    }

    [Theory]
    [InlineData("--max-group", "0", "--max-group is at least 1, not 0")]
    [InlineData("--max-page", "0", "--max-page is at least 1, not 0")]
    [InlineData("--access-network", " ", "AccessNetworkInfo is one line that begins with an access type, such as IEEE-802.11.")]
    [InlineData("--factory", "nonsense", "'nonsense' is no IM Address; one looks like sip:alice@example.com.")]
    public async Task What_an_operator_provisions_is_checked(string option, string value, string text)
    {
        Assert.Equal(2, await Run("chat", "--as", "sip:alice@example.com", "--password", "x", option, value));
        Assert.Contains(text, _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_help_of_a_command_says_more_than_the_list_of_commands()
    {
        Assert.Equal(0, await Run("chat", "--help"));
        Assert.Contains("For scripts:", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("--as <ADDRESS> (REQUIRED)", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("65")]
    public async Task A_chat_has_1_to_64_sessions_at_one_time(string sessions)
    {
        Assert.Equal(2, await Run("chat", "--as", "sip:alice@example.com", "--password", "x", "--max-sessions", sessions));
        Assert.Equal($"confab: --max-sessions is 1 to 64, not {sessions}\n", _error.ToString());
    }

    [Theory]
    [InlineData("--max", "abc", "confab: --max is to be 0 or more, not 'abc'")]
    [InlineData("--max", "-1", "confab: --max is to be 0 or more, not '-1'")]
    [InlineData("--max", "1.5", "confab: --max is to be 0 or more, not '1.5'")]
    [InlineData("--invite-members", "maybe", "confab: --invite-members is to be true or false, not 'maybe'")]
    public async Task What_a_group_cannot_be_set_to_is_named(string option, string value, string problem)
    {
        Assert.Equal(2, await Run("group", "set", "team", option, value));
        Assert.Equal(problem, _error.ToString().Split('\n')[0]);
    }

    [Fact]
    public async Task A_chat_tells_all_of_what_becomes_of_messages_or_less()
    {
        Assert.Equal(2, await Run("chat", "--as", "sip:alice@example.com", "--password", "x", "--notifications", "some"));
        Assert.Equal("confab: --notifications is all, delivery or none, not 'some'\n", _error.ToString());
    }

    [Fact]
    public async Task A_missing_configuration_file_exits_2()
    {
        Assert.Equal(2, await Run("serve", "--config", "nowhere.json"));
        Assert.StartsWith("confab: nowhere.json: the configuration file cannot be read", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_prints_its_listeners_then_ready_and_ends_with_0()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var output = new WriterThatStops("ready", stop);
        var code = await ConfabProgram.RunAsync(
            ["serve", "--set", "Storage:Provider=Memory", "--set", "Sip:Listen:0=udp://127.0.0.1:0", "--set", "Msrp:Listen:0=tcp://127.0.0.1:0", "--set", "Http:Listen:0=http://127.0.0.1:0"],
            output, _error, stop.Token);
        Assert.Equal(0, code);
        Assert.Matches(@"^sip udp://127\.0\.0\.1:\d+\nmsrp tcp://127\.0\.0\.1:\d+\nhttp http://127\.0\.0\.1:[1-9]\d*\nready\n$", output.ToString());
        Assert.Contains("./confab chat --as sip:alice@example.com --password demo", _error.ToString(), StringComparison.Ordinal);
    }

    Task<int> Run(params string[] args) => ConfabProgram.RunAsync(args, _output, _error, TestContext.Current.CancellationToken);

    /// <summary>Asks the program to end when it has written the line.</summary>
    sealed class WriterThatStops : StringWriter
    {
        readonly string _line;
        readonly CancellationTokenSource _stop;

        public WriterThatStops(string line, CancellationTokenSource stop)
        {
            _line = line;
            _stop = stop;
            NewLine = "\n";
        }

        public override async Task WriteLineAsync(string? value)
        {
            await base.WriteLineAsync(value);
            if (value == _line)
                await _stop.CancelAsync();
        }
    }
}
