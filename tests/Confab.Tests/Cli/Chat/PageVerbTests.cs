using Xunit;

namespace Confab.Tests.Cli.Chat;

/// <summary><c>/page</c>, and what comes of it, in the lines that scripts read.</summary>
public sealed class PageVerbTests
{
    [Fact]
    public void A_page_keeps_its_text_as_it_was_typed_and_says_what_became_of_it()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/page  bob   See  you at noon ");
        var message = chat.Peer.Expect("MESSAGE sip:bob@example.com ");
        Assert.Equal("See  you at noon", message.Body);
        chat.Peer.Answer(message, 200);
        Assert.Equal($$"""{"event":"sent","id":"{{message["Call-ID"]}}","status":200,"text":"Some Phrase"}""", chat.Line());
        chat.Type("/page sip:carol@example.net Hello");
        message = chat.Peer.Expect("MESSAGE sip:carol@example.net ");
        chat.Peer.Answer(message, 480);
        Assert.Equal($$"""{"event":"undelivered","id":"{{message["Call-ID"]}}","status":480,"text":"Some Phrase"}""", chat.Line());
        chat.Type("/page bob,carol Hello you two");
        chat.Peer.Answer(chat.Peer.Expect("MESSAGE sip:im-exploder@example.com "), 202);
        Assert.Equal(202, chat.Json("sent").GetProperty("status").GetInt32());
    }

    [Theory]
    [InlineData("/page")]
    [InlineData("/page bob")]
    [InlineData("/page bo\"b hello")]
    [InlineData("/page , hello")]
    [InlineData("/page bob,sips:carol@example.com hello")]
    public void What_cannot_be_sent_is_an_error_and_nothing_is_sent(string line)
    {
        using var chat = new ChatScene().Registered();
        chat.Type(line);
        Assert.Equal("/page", chat.Json("error").GetProperty("command").GetString());
        chat.Peer.ExpectSilence();
    }

    [Fact]
    public void IMC_LMM_1_a_page_that_is_too_long_goes_as_a_large_message_and_one_to_several_is_an_error()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/page bob " + new string('x', 1300));
        var invite = chat.Peer.Expect("INVITE sip:bob@example.com ");
        Assert.Contains("a=sendonly", invite.Body, StringComparison.Ordinal);
        chat.Peer.Answer(invite, 480);
        chat.Peer.Expect("ACK");
        Assert.Equal(480, chat.Json("undelivered").GetProperty("status").GetInt32());
        chat.Type("/page bob,carol " + new string('x', 1300));
        Assert.Contains("send it to fewer at once", chat.Json("error").GetProperty("text").GetString(), StringComparison.Ordinal);
        chat.Peer.ExpectSilence();
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error()
    {
        using var chat = new ChatScene().Registered();
        chat.Type("/large bob /nowhere/at all.txt");
        Assert.Contains("/nowhere/at all.txt", chat.Json("error").GetProperty("text").GetString(), StringComparison.Ordinal);
        chat.Type("/large bob");
        chat.Json("error");
        chat.Peer.ExpectSilence();
    }

    [Fact]
    public void A_page_that_comes_is_one_line()
    {
        using var chat = new ChatScene().Registered();
        chat.Peer.Request("MESSAGE", "sip:alice@192.0.2.11", "From: <sip:bob@example.com>;tag=x\nTo: <sip:alice@example.com>\nCall-ID: p1\nCSeq: 1 MESSAGE\nContent-Type: text/plain", "Hello");
        chat.Peer.Expect("SIP/2.0 200 ");
        Assert.Equal("""{"event":"page","from":"sip:bob@example.com","text":"Hello","id":"p1"}""", chat.Line());
        chat.Peer.Request("MESSAGE", "sip:alice@192.0.2.11", "From: <sip:bob@example.com>;tag=x\nTo: <sip:team@groups.example.com>\nCall-ID: p2\nCSeq: 1 MESSAGE\nContent-Type: text/plain", "Hello");
        chat.Peer.Expect("SIP/2.0 200 ");
        Assert.Equal("""{"event":"page","from":"sip:bob@example.com","group":"sip:team@groups.example.com","text":"Hello","id":"p2"}""", chat.Line());
    }
}
