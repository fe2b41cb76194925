using Confab.Tests.Client;
using Xunit;

namespace Confab.Tests.Cli.Chat;

/// <summary><c>confab chat --json</c>: commands that cannot be carried out, and how the program ends.</summary>
public sealed class PipedCommandTests
{
    [Theory]
    [InlineData("/add sip:bob@example.com;method=BYE")]
    [InlineData("/add sip:bob@example.com?method=BYE")]
    [InlineData("/remove sip:bob@example.com;method=INVITE")]
    [InlineData("/call sip:bob@example.com?Subject=hello")]
    [InlineData("/group sip:bob@example.com?Subject=hello")]
    public void What_a_URI_says_of_a_request_is_no_part_of_an_address(string command)
    {
        using var chat = new ChatScene().Registered();
        if (!command.StartsWith("/call", StringComparison.Ordinal) && !command.StartsWith("/group", StringComparison.Ordinal))
        {
            chat.Type("/group bob");
            chat.Accept(chat.Peer.Expect("INVITE"), "<sip:sess-7f3a@198.51.100.5:5060;transport=tcp>;isfocus");
            chat.Json("established");
            chat.Peer.Ignore();
        }

        chat.Type(command);
        chat.Peer.ExpectSilence();
        Assert.Contains("is no address", chat.Json("error").GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/add bob")]
    [InlineData("/remove bob")]
    [InlineData("/extend bob")]
    [InlineData("/modify hold")]
    public void Nobody_is_added_or_removed_outside_of_a_session(string command)
    {
        using var chat = new ChatScene().Registered();
        chat.Type(command);
        Assert.Contains("/call", chat.Json("error").GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/call", "/call bob")]
    [InlineData("/call bob carol", "/group")]
    [InlineData("/call b\"b", "no address")]
    [InlineData("/group", "/group bob carol")]
    [InlineData("/leave", "/call")]
    [InlineData("/use", "/sessions")]
    [InlineData("/use s9", "s9")]
    [InlineData("/decline s9", "s9")]
    [InlineData("/cal bob", "/call")]
    [InlineData("/acept", "/accept")]
    [InlineData("/frobnicate", "/sessions")]
    [InlineData("hello", "no session")]
    public void A_command_that_can_do_nothing_says_what_to_do(string typed, string said)
    {
        using var chat = new ChatScene().Registered();
        chat.Type(typed);
        var error = chat.Json("error");
        Assert.Equal("event command text", ChatScene.Keys(error));
        Assert.Contains(said, error.GetProperty("text").GetString(), StringComparison.Ordinal);
        chat.Peer.ExpectSilence();
    }

    [Fact]
    public void At_the_end_of_input_what_has_begun_is_waited_for_then_everything_is_left()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/call bob");
        chat.Type("bye bye");
        chat.EndInput();
        chat.Accept(chat.Peer.Expect("INVITE"));
        chat.Json("established");
        chat.Peer.ExpectSilence();
        chat.Peer.Msrp!.Answer(chat.Peer.Msrp.Expect());
        chat.Json("sent");
        chat.Peer.Answer(chat.Peer.Expect("BYE"), 200);
        chat.Peer.Answer(chat.Peer.Expect("REGISTER"), 200);
        Assert.Equal(0, chat.Exit.Result());
    }

    [Fact]
    public void A_signal_leaves_everything_and_is_no_failure()
    {
        using var chat = new ChatScene().Registered();
        chat.Interrupt();
        chat.Peer.Answer(chat.Peer.Expect("REGISTER"), 200);
        Assert.Equal(0, chat.Exit.Result());
    }

    [Fact]
    public void A_server_that_is_gone_holds_up_the_end_for_5_seconds_at_most()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/quit");
        chat.Wire.World.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(chat.Exit.IsCompleted);
        chat.Wire.World.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(0, chat.Exit.Result());
    }

    [Fact]
    public void A_wrong_password_is_an_error_and_exit_1()
    {
        using var chat = new ChatScene();
        const string Challenge = "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"n1\", qop=\"auth\"";
        chat.Peer.Answer(chat.Peer.Expect("REGISTER"), 401, Challenge);
        chat.Peer.Answer(chat.Peer.Expect("REGISTER"), 401, Challenge);
        var error = chat.Json("error");
        Assert.Equal(("register", 401), (error.GetProperty("command").GetString(), error.GetProperty("status").GetInt32()));
        Assert.Contains("password", error.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, chat.Exit.Result());
    }

    [Fact]
    public void A_server_that_hangs_up_is_an_error_and_exit_1()
    {
        using var chat = new ChatScene();
        chat.Peer.Expect("REGISTER");
        chat.Peer.Flow!.Close(Confab.Runtime.EndReason.None);
        Assert.Equal("register", chat.Json("error").GetProperty("command").GetString());
        Assert.Equal(1, chat.Exit.Result());
    }

    [Fact]
    public void Help_lists_the_commands()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/help");
        Assert.Contains("/group USER USER...", chat.Json("help").GetProperty("commands").EnumerateArray().Select(c => c.GetString()));
    }
}
