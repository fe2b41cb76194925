using Confab.Cli.Chat;
using Confab.Client;
using Spectre.Console;
using Xunit;

namespace Confab.Tests.Cli.Chat;

/// <summary>What the chat shows on a terminal.</summary>
public sealed class TerminalFaceTests
{
    static (TerminalFace Face, StringWriter Screen, LineEditor Editor) Create(ColorSystemSupport colours, int width = 200)
    {
        var screen = new StringWriter();
        var rows = new RowCount(screen);
        var editor = new LineEditor(screen, () => 80, _ => []);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(rows), Ansi = AnsiSupport.Yes, ColorSystem = colours });
        console.Profile.Width = width;
        return (new TerminalFace(console, rows, editor, new Confab.Sim.VirtualTime(), "sip:alice@example.com", () => new SessionNames()), screen, editor);
    }

    [Fact]
    public void A_message_goes_above_the_line_that_is_being_typed()
    {
        var (face, screen, editor) = Create(ColorSystemSupport.NoColors);
        using var scene = new Confab.Tests.Client.Scene();
        var session = scene.Called(out _);
        editor.Show();
        editor.Take(new ConsoleKeyInfo('h', ConsoleKey.None, false, false, false));
        face.Show(new Happened(new MessageReceived(session, "sip:bob@example.com", "", "text/plain", "[red]\e[2Jx\ny"u8.ToArray(), "m", Confab.Sim.VirtualTime.Start), "s1"));
        Assert.EndsWith("\r\e[2K10:00 bob: [red]\u00b7[2Jx\n      y\n\r\e[2K> h\r\e[3C", screen.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_have_colours_of_their_own_where_colours_are_wanted()
    {
        var (face, screen, _) = Create(ColorSystemSupport.TrueColor);
        using var scene = new Confab.Tests.Client.Scene();
        var session = scene.Called(out _);
        foreach (var from in new[] { "sip:bob@example.com", "sip:carol@example.com", "sip:bob@example.com" })
            face.Show(new Happened(new MessageReceived(session, from, "", "text/plain", "x"u8.ToArray(), "m", Confab.Sim.VirtualTime.Start), "s1"));
        var names = screen.ToString().Split('\n').Where(line => line.Contains("bob", StringComparison.Ordinal) || line.Contains("carol", StringComparison.Ordinal)).ToArray();
        Assert.Equal(names[0][names[0].LastIndexOf("10:00", StringComparison.Ordinal)..], names[2][names[2].LastIndexOf("10:00", StringComparison.Ordinal)..]);
        Assert.NotEqual(names[0].Replace("bob", "carol", StringComparison.Ordinal), names[1]);
    }

    [Fact]
    public void Who_is_anonymous_has_a_name_that_says_so()
    {
        var (face, screen, _) = Create(ColorSystemSupport.NoColors);
        using var scene = new Confab.Tests.Client.Scene();
        var session = scene.Called(out _);
        face.Show(new Happened(new MessageReceived(session, "sip:anonymous2@anonymous.invalid", "", "text/plain", "boo"u8.ToArray(), "m", Confab.Sim.VirtualTime.Start), "s1"));
        face.Show(new Roster("s1", [new RosterUser("sip:anonymous2@anonymous.invalid", "connected", null, "")]));
        face.Show(new Anonymity(true));
        Assert.Contains("anonymous2: boo", screen.ToString(), StringComparison.Ordinal);
        Assert.Contains("  anonymous2 is here", screen.ToString(), StringComparison.Ordinal);
        Assert.Contains("do not name you", screen.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void That_the_registration_was_refreshed_is_no_news()
    {
        var (face, screen, _) = Create(ColorSystemSupport.NoColors);
        foreach (var happened in new ImEvent[] { new Registered(600), new Registered(600), new Unregistered("Lost.", 0, Retrying: true), new Registered(600) }) face.Show(new Happened(happened, ""));
        Assert.Equal(2, screen.ToString().Split("You are online as sip:alice@example.com.").Length - 1);
    }

    [Theory]
    [InlineData(480, "Temporarily Unavailable", "not reachable now (480)")]
    [InlineData(404, "There is no such group or session.", "There is no such group or session (404)")]
    [InlineData(486, "Too many participants", "Too many participants (486)")]
    [InlineData(0, "The server 127.0.0.1:5060 does not answer.", "The server 127.0.0.1:5060 does not answer")]
    [InlineData(599, "", "599")]
    public void A_refusal_is_told_in_words_and_in_those_of_the_server_where_it_has_some(int status, string text, string words) =>
        Assert.Equal(words, StatusWords.OfCall(status, text));

    [Theory]
    [InlineData(100)]
    [InlineData(60)]
    [InlineData(40)]
    public void The_list_of_commands_breaks_between_a_command_and_what_it_does(int width)
    {
        var (face, screen, _) = Create(ColorSystemSupport.NoColors, width);
        face.Show(new CommandList(VerbList.All));
        var rows = screen.ToString().Split('\n').Select(static r => r.Split("\e[2K")[^1]).Where(static r => r.Contains('/', StringComparison.Ordinal)).ToArray();
        foreach (var verb in VerbList.All) Assert.Contains(rows, row => row.Contains($"  {verb.Name} {verb.Arguments}".TrimEnd(), StringComparison.Ordinal));
        if (width > 90) Assert.All(rows, static row => Assert.True(row.Length < 100, row));
    }
}
