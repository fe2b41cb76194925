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

    [Fact]
    public void What_became_of_a_text_stands_beside_it_and_changes_only_for_the_better()
    {
        var (face, screen, _) = Create(ColorSystemSupport.NoColors);
        using var scene = new Confab.Tests.Client.Scene();
        var session = scene.Called(out _);
        string Marked(Action show)
        {
            var before = screen.ToString().Length;
            show();
            return string.Concat(screen.ToString()[before..].Where(static c => c is '\u2713' or '\u2717' or '\u25d1' or '\u25cf'));
        }

        var row = face.Echo("hello");
        Assert.Equal("\u2713", Marked(() => face.Mark(row, new SendOutcome("m1", true, 200, ""))));
        Assert.Equal("\u25d1", Marked(() => face.Show(new Happened(new Delivered(session, "m1", "sip:bob@example.com"), "s1"))));
        Assert.Equal("\u25cf", Marked(() => face.Show(new Happened(new Displayed(session, "m1", "sip:bob@example.com"), "s1"))));
        Assert.Equal("", Marked(() => face.Show(new Happened(new Delivered(session, "m1", "sip:bob@example.com"), "s1"))));
        Assert.Equal("", Marked(() => face.Show(new Happened(new Delivered(session, "never", "sip:bob@example.com"), "s1"))));

        // It may be there before the server's own word.
        row = face.Echo("again");
        Assert.Equal("", Marked(() => face.Show(new Happened(new Displayed(session, "m2", "sip:bob@example.com"), "s1"))));
        Assert.Equal("\u25cf", Marked(() => face.Mark(row, new SendOutcome("m2", true, 200, ""))));

        row = face.Echo("lost");
        Assert.Equal("\u2713", Marked(() => face.Mark(row, new SendOutcome("m3", true, 200, ""))));
        Assert.Equal("\u2717", Marked(() => face.Show(new Happened(new Undelivered(session, "m3", 0, "no") { From = "sip:bob@example.com" }, "s1"))));
        Assert.Equal("\u2717", Marked(() => face.Mark(face.Echo("x"), new SendOutcome("", false, 415, "no"))));
    }

    [Fact]
    public void In_a_group_a_mark_stands_for_all()
    {
        var marks = new Marks();
        Assert.Equal(Mark.Sent, marks.Sent("m", 5, isSent: true));
        Assert.Null(marks.Told("m", "bob", isDisplayed: false, others: 2));
        Assert.Null(marks.Told("m", "bob", isDisplayed: true, others: 2));
        Assert.Equal((5, Mark.Delivered), marks.Told("m", "carol", isDisplayed: false, others: 2));
        Assert.Equal((5, Mark.Displayed), marks.Told("m", "carol", isDisplayed: true, others: 2));
        for (var i = 0; i < 64; i++) marks.Sent($"later {i}", 6, isSent: true);
        Assert.Null(marks.Told("m", "carol", isDisplayed: true, others: 1)); // so far up nobody looks
    }

    [Fact]
    public async Task A_message_of_another_session_is_seen_when_the_user_goes_there()
    {
        using var scene = new Confab.Tests.Client.Scene();
        var (here, there) = (scene.Called(out _), scene.Called(out _));
        var told = new List<string>();
        Func<Task> Tell(string what) => () =>
        {
            told.Add(what);
            return Task.CompletedTask;
        };
        var unseen = new Unseen(isSeenAnywhere: false);
        unseen.Add(here, isAsked: true, Tell("here"));
        unseen.Add(there, isAsked: true, Tell("there"));
        unseen.Add(here, isAsked: false, Tell("not asked"));
        unseen.Look(here);
        unseen.Look(here);
        Assert.Equal(["here"], told);
        unseen.Look(null);
        unseen.Look(there);
        Assert.Equal(["here", "there"], told);
        for (var i = 0; i < 300; i++) unseen.Add(there, isAsked: true, Tell("many"));
        unseen.Look(there);
        Assert.Equal(2 + 256, told.Count);
        var all = new Unseen(isSeenAnywhere: true);
        all.Add(there, isAsked: true, () => throw new ObjectDisposedException("client"));
        all.Look(here);
        await Task.CompletedTask;
    }
}
