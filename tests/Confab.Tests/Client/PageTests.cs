using System.Text;
using Confab.Client;
using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>Pager mode of the client against a peer that is not our server: RFC 3428, RFC 5365.</summary>
public sealed class PageTests
{
    private const string Bob = "sip:bob@example.com";

    private const string FromBob = "From: \"Bob\" <sip:bob@example.com>;tag=x\nTo: <sip:alice@example.com>\nCall-ID: page-1\nCSeq: 1 MESSAGE\nP-Asserted-Identity: <sip:bob@example.com>";

    [Fact]
    public void IMC_PGR_1_2_4_5_a_page_is_one_MESSAGE_without_Contact_that_says_who_we_are()
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, DisplayName = "Alice" }).Registered();
        var paging = scene.Client.PageAsync(Bob, "See you at noon");
        var message = scene.Peer.Expect("MESSAGE sip:bob@example.com SIP/2.0\r\n");
        Assert.Null(message["Contact"]);
        Assert.Null(message["Privacy"]);
        Assert.Null(message["P-Asserted-Identity"]);
        Assert.Equal("<sip:bob@example.com>", message["To"]);
        Assert.StartsWith("\"Alice\" <sip:alice@example.com>;tag=", message["From"], StringComparison.Ordinal);
        Assert.Equal("*;+g.oma.sip-im", message["Accept-Contact"]);
        Assert.Equal("\"Alice\" <sip:alice@example.com>", message["P-Preferred-Identity"]);
        Assert.StartsWith("IM-client/OMA1.0", message["User-Agent"], StringComparison.Ordinal);
        Assert.Equal("text/plain;charset=UTF-8", message["Content-Type"]);
        Assert.Equal("See you at noon", message.Body);
        Assert.Null(message["Expires"]);
        scene.Peer.Answer(message, 200);
        Assert.Equal(new PageOutcome(message["Call-ID"]!, PageFate.Delivered, 200, "Some Phrase"), paging.Result());
        scene.Peer.ExpectSilence();
        Assert.Empty(scene.Events());
    }

    [Theory]
    [InlineData(200, PageFate.Delivered, true)]
    [InlineData(202, PageFate.Accepted, true)]
    [InlineData(404, PageFate.Refused, false)]
    [InlineData(480, PageFate.Refused, false)]
    [InlineData(302, PageFate.Refused, false)]
    [InlineData(603, PageFate.Refused, false)]
    public void IMC_PGR_7_what_the_answer_says_is_the_outcome(int status, PageFate fate, bool isSent)
    {
        using var scene = new Scene().Registered();
        var paging = scene.Client.PageAsync(Bob, "Hello");
        var message = scene.Peer.Expect("MESSAGE");
        scene.Peer.Answer(message, 100);
        Assert.False(paging.IsCompleted);
        scene.Peer.Answer(message, status);
        var outcome = paging.Result();
        Assert.Equal((fate, status, isSent), (outcome.Fate, outcome.Status, outcome.IsSent));
    }

    [Fact]
    public void A_warning_of_the_peer_is_told_and_no_answer_is_unreachable()
    {
        using var scene = new Scene().Registered();
        var paging = scene.Client.PageAsync(Bob, "Hello");
        scene.Peer.Answer(scene.Peer.Expect("MESSAGE"), 486, "Warning: 399 example.com \"Too many recipients\"");
        Assert.Equal("Too many recipients", paging.Result().Text);
        paging = scene.Client.PageAsync(Bob, "Hello");
        scene.Peer.Expect("MESSAGE");
        scene.World.Advance(TimeSpan.FromSeconds(31.999));
        Assert.False(paging.IsCompleted);
        scene.World.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Equal((PageFate.Unreachable, 0), (paging.Result().Fate, paging.Result().Status));
    }

    [Theory]
    [InlineData(Transport.Tcp)]
    [InlineData(Transport.Udp)]
    public void IMC_PGR_3_a_request_has_1300_octets_at_the_most(Transport transport)
    {
        using var scene = new Scene(transport);
        var paging = scene.Client.PageAsync(Bob, "x");
        var first = scene.Peer.Expect("MESSAGE");
        scene.Peer.Answer(first, 200);
        Assert.True(paging.Result().IsSent);
        var room = 1300 - Encoding.UTF8.GetByteCount(first.Text) + 1 - 3; // Content-Length gets two or three more digits
        for (var length = room - 3; length <= room + 6; length++)
        {
            paging = scene.Client.PageAsync(Bob, new string('x', length));
            scene.World.Run();
            if (scene.TryHear("MESSAGE", out var message))
            {
                Assert.True(message.Text.Length <= 1300, $"{message.Text.Length}");
                scene.Peer.Answer(message, 200);
                Assert.True(paging.Result().IsSent);
                if (message.Text.Length == 1300) continue;
            }
            else
            {
                Assert.True(length > room - 3, "It is refused too early");
                Assert.Equal((PageFate.TooLong, "", 0), (paging.Result().Fate, paging.Result().Id, paging.Result().Status));
                Assert.Contains("large message mode", paging.Result().Text, StringComparison.Ordinal);
            }
        }

        Assert.Contains(scene.Peer.Heard, static m => m.Text.Length == 1300);
        paging = scene.Client.PageAsync(Bob, new string('x', 5_000_000));
        scene.World.Run();
        Assert.Equal(PageFate.TooLong, paging.Result().Fate);
    }

    [Fact]
    public void RFC_3428_8_where_the_way_is_known_to_be_safe_a_message_and_a_list_of_many_go_as_far_as_the_options_say()
    {
        var length = Octets(10_000)!.Value;
        Assert.InRange(length, 2000, 4000);
        Assert.Equal(length, Octets(length));
        Assert.Null(Octets(length - 1));

        static int? Octets(int most)
        {
            using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, MaxPageSize = most });
            var paging = scene.Client.PageAsync([.. Enumerable.Range(100, 30).Select(static n => $"sip:user{n}@example.com")], Page.Of("Hello all"));
            scene.World.Run();
            if (scene.TryHear("MESSAGE", out var message))
            {
                scene.Peer.Answer(message, 202);
                Assert.Equal(PageFate.Accepted, paging.Result().Fate);
                return message.Text.Length;
            }

            Assert.Equal(PageFate.TooLong, paging.Result().Fate);
            Assert.Contains($"the list of its recipients do not fit into a request of {most} octets; send it to fewer", paging.Result().Text, StringComparison.Ordinal);
            return null;
        }
    }

    [Fact]
    public void IMC_PGR_3_credentials_count()
    {
        using var scene = new Scene();
        var paging = scene.Client.PageAsync(Bob, "x");
        var first = scene.Peer.Expect("MESSAGE");
        scene.Peer.Answer(first, 200);
        paging = scene.Client.PageAsync(Bob, new string('x', 1300 - first.Text.Length - 2));
        scene.Peer.Answer(scene.Peer.Expect("MESSAGE"), 401, "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"n1\", qop=\"auth\"");
        Assert.Equal(PageFate.TooLong, paging.Result().Fate);
        scene.Peer.ExpectSilence();
        Assert.True(Sent(scene, "short").IsSent);
    }

    [Fact]
    public void IMC_PGR_6_the_next_one_to_the_same_address_waits_and_one_to_another_does_not()
    {
        using var scene = new Scene().Registered();
        var pages = new List<Task<PageOutcome>>();
        using var given = new CancellationTokenSource();
        pages.Add(scene.Client.PageAsync(Bob, "one"));
        pages.Add(scene.Client.PageAsync("sip:bob@EXAMPLE.com;transport=tcp", "two"));
        pages.Add(scene.Client.PageAsync(Bob, "taken back", given.Token));
        pages.Add(scene.Client.PageAsync(Bob, "three"));
        pages.Add(scene.Client.PageAsync("sip:carol@example.com", "other"));
        var one = scene.Peer.Expect("MESSAGE sip:bob@example.com");
        var other = scene.Peer.Expect("MESSAGE sip:carol@example.com");
        scene.Peer.ExpectSilence();
        given.Cancel();
        scene.Peer.Answer(one, 480);
        var two = scene.Peer.Expect("MESSAGE sip:bob@EXAMPLE.com;transport=tcp");
        Assert.Equal("two", two.Body);
        scene.Peer.ExpectSilence();
        scene.Peer.Answer(two, 200);
        var three = scene.Peer.Expect("MESSAGE");
        Assert.Equal("three", three.Body);
        scene.Peer.Answer(three, 200);
        scene.Peer.Answer(other, 202);
        Assert.Equal([PageFate.Refused, PageFate.Delivered, PageFate.Delivered, PageFate.Accepted], pages.Where(static p => !p.IsCanceled).Select(static p => p.Result().Fate));
        Assert.True(pages[2].IsCanceled);
        Assert.True(Sent(scene, "four").IsSent);
    }

    [Fact]
    public void IMC_PGR_6_as_many_wait_as_may_and_those_that_wait_are_told_when_the_client_is_closed()
    {
        using var scene = new Scene().Registered();
        var pages = Enumerable.Range(0, 1_002).Select(i => scene.Client.PageAsync(Bob, $"{i}")).ToList();
        scene.World.Run();
        Assert.Equal(PageFate.QueueFull, pages[^1].Result().Fate);
        Assert.Equal("", pages[^1].Result().Id);
        Assert.DoesNotContain(pages[..^1], static p => p.IsCompleted);
        var closing = scene.Client.DisposeAsync().AsTask();
        scene.World.Advance(TimeSpan.FromSeconds(40));
        Assert.True(closing.IsCompleted);
        Assert.All(pages[..^1], static p => Assert.Equal(PageFate.Unreachable, p.Result().Fate));
    }

    [Fact]
    public void IMC_GEN_14_a_nonce_that_was_met_is_used_again_and_counted_on()
    {
        using var scene = new Scene();
        var registering = scene.Client.RegisterAsync();
        scene.Peer.Answer(scene.Peer.Expect("REGISTER"), 401, "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"n1\", qop=\"auth\"");
        scene.Peer.Answer(scene.Peer.Expect("REGISTER"), 200, "Expires: 3600");
        Assert.True(registering.Result().IsRegistered);
        var paging = scene.Client.PageAsync(Bob, "one");
        var one = scene.Peer.Expect("MESSAGE");
        Assert.Contains("nonce=\"n1\"", one["Authorization"], StringComparison.Ordinal);
        Assert.Contains("nc=00000002", one["Authorization"], StringComparison.Ordinal);

        // It is not taken any more: asked again, once, and the next one uses what was met last.
        scene.Peer.Answer(one, 401, "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"n2\", qop=\"auth\", stale=true");
        var again = scene.Peer.Expect("MESSAGE");
        Assert.Contains("nonce=\"n2\"", again["Authorization"], StringComparison.Ordinal);
        Assert.Equal("2 MESSAGE", again["CSeq"]);
        Assert.Equal(one["Call-ID"], again["Call-ID"]);
        scene.Peer.Answer(again, 200);
        Assert.Equal(PageFate.Delivered, paging.Result().Fate);
        _ = scene.Client.PageAsync(Bob, "two");
        Assert.Contains("nonce=\"n2\"", scene.Peer.Expect("MESSAGE")["Authorization"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_challenges_for_ever_is_not_answered_for_ever()
    {
        using var scene = new Scene().Registered();
        var paging = scene.Client.PageAsync(Bob, "Hello");
        for (var i = 0; i < 10 && scene.TryHear("MESSAGE", out var message); i++)
            scene.Peer.Answer(message, 401, $"WWW-Authenticate: Digest realm=\"example.com\", nonce=\"n{i}\", qop=\"auth\", stale=true");
        Assert.Equal((PageFate.Refused, 401), (paging.Result().Fate, paging.Result().Status));
        Assert.True(scene.Peer.Heard.Count <= 5);
    }

    [Fact]
    public void IMC_PGR_9_several_users_go_through_the_exploder_with_a_list()
    {
        using var scene = new Scene().Registered();
        var paging = scene.Client.PageAsync([Bob, "sip:carol@example.com", "sip:bob@EXAMPLE.com"], Page.Of("Hello all") with { Anonymous = true });
        var message = scene.Peer.Expect("MESSAGE sip:im-exploder@example.com");
        Assert.Equal("recipient-list-message", message["Require"]);
        Assert.Equal("id", message["Privacy"]);
        Assert.StartsWith("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=", message["From"], StringComparison.Ordinal);
        Assert.StartsWith("multipart/mixed;boundary=", message["Content-Type"], StringComparison.Ordinal);
        Assert.Contains("Content-Disposition: recipient-list\r\n", message.Body, StringComparison.Ordinal);
        Assert.Contains("Content-Type: text/plain;charset=UTF-8\r\n\r\nHello all\r\n", message.Body, StringComparison.Ordinal);
        Assert.Equal(3, message.Body.Split("<entry ").Length);
        scene.Peer.Answer(message, 202);
        Assert.Equal(PageFate.Accepted, paging.Result().Fate);
        var none = scene.Client.PageAsync([], Page.Of("Nobody"));
        scene.World.Run();
        Assert.Equal(PageFate.NobodyNamed, none.Result().Fate);
        Assert.Throws<ArgumentException>(() => { _ = scene.Client.PageAsync("nonsense", "x"); });
        scene.Peer.ExpectSilence();
    }

    [Fact]
    public void IMC_PGR_4_in_CPIM_and_valid_for_a_time()
    {
        using var scene = new Scene().Registered();
        _ = scene.Client.PageAsync(["sip:team@groups.example.com"], Page.Of("For Bob") with { Member = Bob, Validity = TimeSpan.FromMinutes(10) });
        var message = scene.Peer.Expect("MESSAGE sip:team@groups.example.com");
        Assert.Equal("message/cpim", message["Content-Type"]);
        Assert.Equal("600", message["Expires"]);
        Assert.Equal("Wed, 15 Jan 2025 10:00:00 GMT", message["Date"]);
        Assert.StartsWith("From: <sip:alice@example.com>\r\nTo: <sip:bob@example.com>\r\nDateTime: 2025-01-15T10:00:00Z\r\n", message.Body, StringComparison.Ordinal);
        Assert.EndsWith("For Bob", message.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void IMC_PGR_8_what_comes_is_answered_at_once_without_a_body_and_told()
    {
        using var scene = new Scene().Registered();
        scene.Peer.Request("MESSAGE", "sip:alice@192.0.2.11", FromBob + "\nContent-Type: text/plain\nDate: Wed, 15 Jan 2025 09:58:00 GMT", "Hello Alice");
        var answer = scene.Peer.Expect("SIP/2.0 200 ");
        Assert.Null(answer["Contact"]);
        Assert.Equal("0", answer["Content-Length"]);
        Assert.StartsWith("IM-client/OMA1.0", answer["Server"], StringComparison.Ordinal);
        var page = Assert.IsType<PageReceived>(scene.NextEvent());
        Assert.Equal((Bob, "Bob", null, "text/plain", "Hello Alice", "page-1"), (page.From, page.FromName, page.Group, page.ContentType, page.Text, page.Id));
        Assert.Equal(new DateTimeOffset(2025, 1, 15, 9, 58, 0, TimeSpan.Zero), page.Time);
        Assert.Empty(page.Recipients);
    }

    [Fact]
    public void IMC_PGR_8_the_sender_is_who_the_server_asserts_whatever_From_and_CPIM_say()
    {
        using var scene = new Scene().Registered();
        const string Cpim = "From: \"Carol\" <sip:carol@example.com>\r\nTo: <sip:alice@example.com>\r\nDateTime: 2025-01-15T09:00:00Z\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: m42\r\n\r\nContent-Type: text/plain\r\n\r\nBoo";
        scene.Peer.Request("MESSAGE", "sip:alice@192.0.2.11", FromBob.Replace("From: \"Bob\" <sip:bob", "From: \"Dave\" <sip:dave", StringComparison.Ordinal) + "\nContent-Type: message/cpim", Cpim);
        scene.Peer.Expect("SIP/2.0 200 ");
        var page = Assert.IsType<PageReceived>(scene.NextEvent());
        Assert.Equal((Bob, "Boo", "m42", 9), (page.From, page.Text, page.Id, page.Time.Hour));
    }

    [Fact]
    public void IMC_PGR_9_a_page_to_a_group_and_one_with_a_list_of_who_else_got_it()
    {
        using var scene = new Scene().Registered();
        scene.Peer.Request("MESSAGE", "sip:alice@192.0.2.11", FromBob.Replace("To: <sip:alice@example.com>", "To: <sip:team@groups.example.com>", StringComparison.Ordinal) + "\nContent-Type: text/plain", "Hi");
        scene.Peer.Expect("SIP/2.0 200 ");
        Assert.Equal("sip:team@groups.example.com", Assert.IsType<PageReceived>(scene.NextEvent()).Group);
        const string Parts = "--b\r\nContent-Type: application/resource-lists+xml\r\nContent-Disposition: recipient-list-history; handling=optional\r\n\r\n"
            + "<resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\"><list><entry uri=\"sip:carol@example.com\"/></list></resource-lists>\r\n--b\r\nContent-Type: text/plain\r\n\r\nHi\r\n--b--\r\n";
        scene.Peer.Request("MESSAGE", "sip:alice@192.0.2.11", FromBob.Replace("page-1", "page-2", StringComparison.Ordinal) + "\nContent-Type: multipart/mixed;boundary=b", Parts);
        scene.Peer.Expect("SIP/2.0 200 ");
        var page = Assert.IsType<PageReceived>(scene.NextEvent());
        Assert.Equal("Hi", page.Text);
        Assert.Equal(["sip:carol@example.com"], page.Recipients);
    }

    [Theory]
    [InlineData(415, "Content-Type: image/png", "x")]
    [InlineData(415, "Content-Type: text/plain\nContent-Encoding: gzip", "x")]
    [InlineData(415, "Content-Type: message/cpim", "From: <sip:bob@example.com>\r\n\r\nContent-Type: image/png\r\n\r\nx")]
    [InlineData(415, "Content-Type: message/cpim", "From: <sip:bob@example.com>\r\n\r\nContent-Type: application/im-iscomposing+xml\r\n\r\n<isComposing/>")]
    [InlineData(415, "Content-Type: multipart/mixed;boundary=b", "--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n")]
    [InlineData(400, "Content-Type: multipart/mixed;boundary=b", "no parts")]
    [InlineData(400, "Content-Type: multipart/mixed", "--b\r\n\r\nx\r\n--b--\r\n")]
    [InlineData(400, "Content-Type: message/cpim", "nonsense")]
    [InlineData(400, "Content-Type: nonsense", "x")]
    [InlineData(400, "Subject: no type", "x")]
    [InlineData(400, "Content-Type: text/plain", "")]
    [InlineData(420, "Content-Type: text/plain\nRequire: recipient-list-message", "x")]
    [InlineData(480, "Content-Type: text/plain\nExpires: 60\nDate: Wed, 15 Jan 2025 09:59:00 GMT", "x")]
    public void IMC_PGR_8_what_cannot_be_shown_is_refused_and_not_told(int status, string headers, string body)
    {
        using var scene = new Scene().Registered();
        scene.Peer.Request("MESSAGE", "sip:alice@192.0.2.11", FromBob + "\n" + headers, body);
        var answer = scene.Peer.Expect($"SIP/2.0 {status} ");
        var says = headers.Contains("Content-Encoding", StringComparison.Ordinal) ? answer["Accept-Encoding"] : answer["Accept"];
        if (status == 415) Assert.True(says is "identity" or "message/cpim, text/plain, multipart/mixed", says);
        Assert.Empty(scene.Events());
    }

    [Fact]
    public void Within_a_dialog_a_message_is_taken_where_the_dialog_stands()
    {
        using var scene = new Scene().Registered();
        var session = scene.Called(out var invite);
        scene.Peer.Request("MESSAGE", "sip:alice@192.0.2.11", $"From: {invite["To"]};tag=bobtag\nTo: {invite["From"]}\nCall-ID: {invite["Call-ID"]}\nCSeq: 9 MESSAGE\nContent-Type: text/plain", "Inside");
        scene.Peer.Expect("SIP/2.0 200 ");
        Assert.Equal("Inside", Assert.IsType<PageReceived>(scene.NextEvent()).Text);
        scene.Peer.Request("MESSAGE", "sip:alice@192.0.2.11", "From: <sip:bob@example.com>;tag=x\nTo: <sip:alice@example.com>;tag=gone\nCall-ID: gone\nCSeq: 9 MESSAGE\nContent-Type: text/plain", "Lost");
        scene.Peer.Expect("SIP/2.0 481 ");
        Assert.Empty(scene.Events());
        Assert.Equal(ImSessionState.Established, session.State);
    }

    [Fact]
    public void A_page_that_is_repeated_over_UDP_is_told_once()
    {
        using var scene = new Scene(Transport.Udp).Registered();
        for (var i = 0; i < 3; i++)
        {
            scene.Peer.Request("MESSAGE", "sip:alice@192.0.2.11", FromBob + "\nContent-Type: text/plain", "Hello", branch: "z9hG4bKsame");
            scene.Peer.Expect("SIP/2.0 200 ");
        }

        Assert.Single(scene.Events());
    }

    private static PageOutcome Sent(Scene scene, string text)
    {
        var paging = scene.Client.PageAsync(Bob, text);
        scene.Peer.Answer(scene.Peer.Expect("MESSAGE"), 200);
        return paging.Result();
    }
}
