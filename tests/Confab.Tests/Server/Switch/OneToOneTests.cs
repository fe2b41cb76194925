using Xunit;

namespace Confab.Tests.Server.Switch;

/// <summary>The switch between two: From is put right, and the sender is as fast as the receiver (D-07, D-09).</summary>
public sealed class OneToOneTests
{
    private const int Length = 30_000;

    [Fact]
    public void A_From_of_another_length_moves_the_later_chunks()
    {
        using var rig = new ServerRig();
        var (alice, bob) = rig.Pair();
        var text = alice.Media.Cpim("0123456789", from: "sip:x@y");
        var cut = text.Length - 5;
        alice.Media.Chunk("c1", 1, $"{text.Length}", text[..cut], '+');
        alice.Media.Chunk("c1", cut + 1, $"{text.Length}", text[cut..], '$');
        var shift = "sip:alice@example.com".Length - "sip:x@y".Length;
        Assert.Contains($"Byte-Range: 1-{cut + shift}/{text.Length + shift}", bob.Media.Text, StringComparison.Ordinal);
        Assert.Contains($"Byte-Range: {cut + shift + 1}-{text.Length + shift}/{text.Length + shift}", bob.Media.Text, StringComparison.Ordinal);
        Assert.Contains("From: <sip:alice@example.com>", bob.Media.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sender_waits_for_the_receiver_and_goes_on_when_he_reads()
    {
        using var rig = new ServerRig();
        var (alice, bob) = rig.Pair();
        bob.Media.Flow!.TakeOnly(0);
        var sent = SayMuch(rig, alice);
        Assert.True(alice.Media.Flow!.Peer.Unread > 0 || alice.Media.Flow.IsBackedUp); // not read any more
        var come = Count(bob);
        Assert.True(come < sent * Length);
        bob.Media.Flow.Release();
        rig.Advance(1);
        Assert.Equal(sent * Length, Count(bob));
        Assert.Equal(sent, alice.Media.Text.Split("200 OK").Length - 2); // the first was for binding
    }

    [Fact]
    public void A_sender_who_waited_goes_on_when_the_receiver_comes_back_on_another_connection()
    {
        using var rig = new ServerRig();
        var (alice, bob) = rig.Pair();
        bob.Media.Flow!.TakeOnly(0);
        SayMuch(rig, alice);
        bob.Media.Break();
        rig.Advance(1);
        bob.Media.Bind();
        rig.Advance(1);
        alice.Media.Say("and then");
        rig.Advance(1);
        Assert.Contains("and then", bob.Media.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_sent_before_the_receiver_is_bound_waits_for_him_all_of_it_MSW_11()
    {
        using var rig = new ServerRig();
        var alice = rig.Alice.Invite(rig.Bob.Address);
        var bob = rig.Bob.LastCall;
        bob.Respond(200);
        alice.Media.Bind();
        var sent = SayMuch(rig, alice);
        bob.Media.Bind();
        rig.Advance(1);
        Assert.Equal(sent * Length, Count(bob));
        Assert.DoesNotContain("413", alice.Media.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sender_hears_that_the_other_takes_no_more_MSW_14()
    {
        using var rig = new ServerRig();
        var alice = rig.Alice.Invite(rig.Bob.Address);
        rig.Bob.LastCall.Respond(200, rig.Bob.LastCall.Sdp("active") + "a=max-size:300\r\n");
        alice.Media.Bind();
        rig.Bob.LastCall.Media.Bind();
        Assert.Contains("200 OK", alice.Media.Say("short"), StringComparison.Ordinal);
        Assert.Contains("413", alice.Media.Say(new string('x', 300)), StringComparison.Ordinal);
        Assert.DoesNotContain("xxx", rig.Bob.LastCall.Media.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_that_the_other_does_not_take_is_refused()
    {
        using var rig = new ServerRig();
        var (alice, bob) = rig.Pair();
        Assert.Contains("415", alice.Media.Whole("...", "image/png"), StringComparison.Ordinal);
        Assert.Contains("200 OK", alice.Media.Whole("plain", "text/plain;charset=utf-8"), StringComparison.Ordinal);
        Assert.Contains("plain", bob.Media.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_has_come_back_is_asked_what_he_takes_and_not_the_leg_that_he_left()
    {
        using var rig = new ServerRig();
        var alice = rig.Alice.Invite(rig.Bob.Address);
        var lost = rig.Bob.LastCall;
        lost.Respond(200, lost.Sdp("active", types: "message/cpim"));
        alice.Media.Bind();
        lost.Media.Bind();
        Assert.Contains("415", alice.Media.Whole("plain", "text/plain"), StringComparison.Ordinal);

        rig.Bob.IsPolite = false; // the BYE to the leg that he left stays unanswered
        var back = rig.Bob.Invite(lost.Identity);
        Assert.Equal(200, back.Status);
        back.Media.Bind();
        Assert.Contains("200 OK", alice.Media.Whole("plain", "text/plain"), StringComparison.Ordinal);
        Assert.Contains("plain", back.Media.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_first_message_in_the_INVITE_comes_by_MSRP_from_its_true_sender_D_12()
    {
        using var rig = new ServerRig();
        var call = new Call(rig.Alice, "first", isCaller: true);
        var first = call.Media.Cpim("hello at once", from: "sip:mallory@example.com");
        var alice = rig.Alice.Invite(rig.Bob.Address, Confab.Tests.Server.Phone.Multipart(call.Sdp("actpass"), "message/cpim", first), "multipart/mixed;boundary=b");
        rig.Bob.LastCall.Respond(200);
        Assert.Equal(200, alice.Status);
        rig.Bob.LastCall.Media.Bind();
        Assert.Contains("From: <sip:alice@example.com>", rig.Bob.LastCall.Media.Text, StringComparison.Ordinal);
        Assert.Contains("hello at once", rig.Bob.LastCall.Media.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("mallory", rig.Bob.LastCall.Media.Text, StringComparison.Ordinal);
    }

    /// <summary>As many messages as the sender's own side takes, 6 MB at the most.</summary>
    private static int SayMuch(ServerRig rig, Call call)
    {
        var message = new string('~', Length);
        for (var i = 0; i < 200; i++)
        {
            rig.Run();
            if (call.Media.Flow!.QueuedBytes > 500_000) return i;
            call.Media.Say(message);
        }

        return 200;
    }

    private static int Count(Call call) => call.Media.Text.Count('~');
}
