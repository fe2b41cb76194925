using Confab.Cli.Chat;
using Confab.Client;
using Spectre.Console;
using Xunit;

namespace Confab.Tests.Cli.Chat;

/// <summary>What the chat shows on a terminal.</summary>
public sealed class TerminalFaceTests
{
    static (TerminalFace Face, StringWriter Screen, LineEditor Editor) Create(ColorSystemSupport colours)
    {
        var screen = new StringWriter();
        var rows = new RowCount(screen);
        var editor = new LineEditor(screen, () => 80, _ => []);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(rows), Ansi = AnsiSupport.Yes, ColorSystem = colours });
        console.Profile.Width = 200;
        return (new TerminalFace(console, rows, editor, new Confab.Sim.VirtualTime(), () => new SessionNames()), screen, editor);
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
    public void A_page_says_from_whom_and_to_which_group_and_what_became_of_ours_is_told()
    {
        var (face, screen, _) = Create(ColorSystemSupport.NoColors);
        face.Show(new Happened(new PageReceived("sip:bob@example.com", "", "sip:team@groups.example.com", "text/plain", "Hi [all]"u8.ToArray(), "m", Confab.Sim.VirtualTime.Start, []), ""));
        face.Show(new Paged(["sip:bob@example.com"], new PageOutcome("m", PageFate.Delivered, 200, "OK")));
        face.Show(new Paged(["sip:bob@example.com"], new PageOutcome("m", PageFate.Refused, 480, "Away")));
        Assert.Contains("10:00 page bob to team: Hi [all]", screen.ToString(), StringComparison.Ordinal);
        Assert.Contains("- bob has it.", screen.ToString(), StringComparison.Ordinal);
        Assert.Contains("! not delivered: Away (480)", screen.ToString(), StringComparison.Ordinal);
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
}
