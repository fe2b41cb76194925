using Xunit;

namespace Confab.Tests.Server.Switch;

/// <summary>What a member of a group may not do to the others by MSRP.</summary>
public sealed class HostileMemberTests : IDisposable
{
    private readonly ServerRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Nobody_speaks_in_anothers_name_MSW_5()
    {
        var (alice, bob, carol) = _rig.Group();
        Assert.Contains("403", bob.Media.Say("I am Alice", alice.Phone.Address), StringComparison.Ordinal);
        Assert.Contains("403", bob.Media.Chunk("c1", 1, "200", bob.Media.Cpim("I am Alice", alice.Phone.Address), '+'), StringComparison.Ordinal);
        Assert.Contains("400", bob.Media.Whole("no CPIM at all"), StringComparison.Ordinal);
        Assert.Contains("415", bob.Media.Whole("hello", "text/plain"), StringComparison.Ordinal);
        Assert.DoesNotContain("I am Alice", alice.Media.Text + carol.Media.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_hides_a_second_head_behind_one_that_was_checked_MSW_5()
    {
        var (alice, bob, carol) = _rig.Group();
        var honest = bob.Media.Cpim("me");
        var forged = bob.Media.Cpim("forged", alice.Phone.Address);
        Assert.Contains("200 OK", bob.Media.Chunk("c1", 1, "500", honest, '+'), StringComparison.Ordinal);
        Assert.Contains("403", bob.Media.Chunk("c1", 1, "500", forged, '$'), StringComparison.Ordinal); // begins anew, and is checked anew

        bob.Media.Chunk("c2", 1, "500", honest, '+');
        Assert.Contains("400", bob.Media.Chunk("c2", 2, "500", forged, '$'), StringComparison.Ordinal); // overlaps
        Assert.DoesNotContain("forged", carol.Media.Text, StringComparison.Ordinal);
        Assert.Equal(2, Count(carol.Media.Text, "#\r\n")); // both are abandoned
    }

    [Fact]
    public void A_head_that_comes_in_pieces_is_checked_whole_MSW_5_7()
    {
        var (alice, bob, carol) = _rig.Group();
        var secret = bob.Media.Cpim("for Alice alone", to: alice.Phone.Address);
        for (var i = 0; i < secret.Length; i++)
        {
            Assert.Contains("200 OK", bob.Media.Chunk("c1", i + 1, $"{secret.Length}", secret[i..(i + 1)], i == secret.Length - 1 ? '$' : '+'), StringComparison.Ordinal);
        }

        Assert.Contains("From: <sip:bob@example.com>\r\nTo: <sip:alice@example.com>", alice.Media.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("sip:alice@example.com", carol.Media.Text, StringComparison.Ordinal);

        // The line end of the empty line in two pieces: To comes after it, so it would be the first line of the content.
        var head = "From: <sip:bob@example.com>\r\n\r";
        bob.Media.Chunk("c2", 1, "400", head, '+');
        Assert.Contains("400", bob.Media.Chunk("c2", head.Length + 1, "400", "To: <sip:alice@example.com>\r\n\r\n\r\nx", '$'), StringComparison.Ordinal);
        Assert.DoesNotContain("sip:alice@example.com", carol.Media.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_without_end_is_refused_and_not_kept()
    {
        var (_, bob, _) = _rig.Group();
        var line = "From: <sip:bob@example.com>\r\n" + new string('a', 1000);
        var at = 1;
        var answer = "";
        for (var i = 0; i < 20 && !answer.Contains("400", StringComparison.Ordinal); i++)
        {
            answer = bob.Media.Chunk("c1", at, "*", line, '+');
            at += line.Length;
        }

        Assert.Contains("400", answer, StringComparison.Ordinal);
        Assert.InRange(at, 8 * 1024, 10 * 1024);
    }

    [Fact]
    public void A_private_message_reaches_one_and_to_a_stranger_nobody_MSW_6_7()
    {
        var (alice, bob, carol) = _rig.Group();
        Assert.Contains("200 OK", bob.Media.Say("psst", to: alice.Phone.Address), StringComparison.Ordinal);
        Assert.Contains("404", bob.Media.Say("hm", to: "sip:dave@example.com"), StringComparison.Ordinal);
        Assert.Contains("403", bob.Media.Whole(bob.Media.Cpim("both").Replace("\r\n\r\n", "\r\nTo: <sip:carol@example.com>\r\n\r\n", StringComparison.Ordinal)), StringComparison.Ordinal);
        foreach (var room in (string[])[bob.Identity, "sip:conference-factory@example.com", "sip:anonymous@anonymous.invalid"])
            Assert.Contains("200 OK", bob.Media.Say($"to {room}", to: room), StringComparison.Ordinal);
        Assert.Contains("200 OK", bob.Media.Say("who am I", from: "sip:anonymous@anonymous.invalid"), StringComparison.Ordinal);
        Assert.Contains("psst", alice.Media.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("psst", carol.Media.Text, StringComparison.Ordinal);
        Assert.Equal(4, Count(carol.Media.Text, " SEND"));
        Assert.Equal(0, Count(bob.Media.Text, " SEND"));
    }

    [Fact]
    public void Open_messages_are_bounded_and_end_with_their_sender_MSW_10()
    {
        var (alice, bob, carol) = _rig.Group();
        var head = bob.Media.Cpim("begun");
        for (var i = 0; i < 20; i++) bob.Media.Chunk($"c{i}", 1, "*", head, '+');
        Assert.Equal(4, Count(alice.Media.Text, "#\r\n")); // 16 at once: the oldest give way
        Assert.Contains("200 OK", bob.Media.Say("short ones pass"), StringComparison.Ordinal);
        Assert.Equal(4, Count(alice.Media.Text, "#\r\n"));

        Assert.Contains("200 OK", bob.Media.Send("Message-ID: c19\r\nByte-Range: 1-0/*\r\n", '#'), StringComparison.Ordinal); // an abort has no body
        Assert.Equal(5, Count(carol.Media.Text, "#\r\n"));
        bob.Bye();
        Assert.Equal(20, Count(alice.Media.Text, "#\r\n"));
        Assert.Equal(20, Count(carol.Media.Text, "#\r\n"));
    }

    [Fact]
    public void A_message_may_end_with_a_chunk_without_content()
    {
        var (alice, bob, _) = _rig.Group();
        var text = bob.Media.Cpim("complete");
        bob.Media.Chunk("c1", 1, $"{text.Length}", text, '+');
        Assert.Contains("200 OK", bob.Media.Send($"Message-ID: c1\r\nByte-Range: {text.Length + 1}-{text.Length}/{text.Length}\r\n"), StringComparison.Ordinal);
        Assert.Equal(1, Count(alice.Media.Text, "$\r\n") - Count(alice.Media.Text, "200 OK"));
    }

    [Fact]
    public void Who_was_removed_or_left_is_not_heard_IMS_BYE_2()
    {
        var (alice, bob, carol) = _rig.Group();
        _rig.Alice.IsPolite = false;
        _rig.Carol.IsPolite = false;
        alice.Bye(); // the group ends; Bob's and Carol's connections stay until their BYEs are through
        Assert.Equal(1, carol.Byes);
        Assert.Contains("481", carol.Media.Say("still here"), StringComparison.Ordinal);
        Assert.DoesNotContain("still here", alice.Media.Text + bob.Media.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_puts_words_into_a_message_of_another_by_its_Message_ID_MSW_5()
    {
        var (alice, bob, carol) = _rig.Group();
        var honest = alice.Media.Cpim("honest, and more");
        alice.Media.Chunk("m1", 1, "500", honest[..^4], '+');
        var mine = bob.Media.Cpim("forged words");
        Assert.Contains("200 OK", bob.Media.Chunk("m1", 1, "500", mine[..^5], '+'), StringComparison.Ordinal); // Bob has seen her Message-ID
        Assert.Contains("200 OK", bob.Media.Chunk("m1", mine.Length - 4, "500", mine[^5..], '$'), StringComparison.Ordinal);
        Assert.Contains("200 OK", bob.Media.Send($"Message-ID: m1\r\nByte-Range: 1-{mine.Length}/{mine.Length}\r\nContent-Type: message/cpim\r\n\r\n{mine}\r\n"), StringComparison.Ordinal);
        Assert.Contains("200 OK", bob.Media.Send("Message-ID: m1\r\nByte-Range: 1-0/*\r\n", '#'), StringComparison.Ordinal);
        alice.Media.Chunk("m1", honest.Length - 3, "500", honest[^4..], '$');

        var frames = carol.Media.Text.Split("MSRP ").Where(static f => f.Contains(" SEND\r\n", StringComparison.Ordinal)).ToArray();
        Assert.Equal(5, frames.Length);
        var hers = frames.Where(static f => f.Contains("Message-ID: m1\r\n", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, hers.Length);
        Assert.All(hers, static f => Assert.DoesNotContain("words", f, StringComparison.Ordinal));
        Assert.Equal(2, frames.Except(hers).Select(static f => f.Split("Message-ID: ")[1].Split("\r\n")[0]).Distinct().Count());
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
