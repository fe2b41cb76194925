using Confab.Sip.Message;
using Confab.Sip.Session;
using Xunit;

namespace Confab.Tests.Sip;

/// <summary>What Replaces says, and which dialog it means: RFC 3891.</summary>
public sealed class ReplacesTests
{
    [Theory]
    [InlineData("f1@192.0.2.11;to-tag=b300;from-tag=s200", "f1@192.0.2.11", "b300", "s200", false)]
    [InlineData("f1@192.0.2.11 ; from-tag=s200;to-tag=b300 ; early-only", "f1@192.0.2.11", "b300", "s200", true)]
    [InlineData("(a<b>)?{x};to-tag=1;from-tag=2;other=\"x;y\"", "(a<b>)?{x}", "1", "2", false)]
    public void A_value_names_a_Call_ID_and_two_tags(string text, string callId, string to, string from, bool earlyOnly)
    {
        Assert.True(Replaces.TryParse(text, out var replaces));
        Assert.Equal(new Replaces(callId, to, from, earlyOnly), replaces);
    }

    [Theory]
    [InlineData("")]
    [InlineData(";to-tag=1;from-tag=2")]
    [InlineData("f1")]
    [InlineData("f1;to-tag=1")]
    [InlineData("f1;from-tag=2")]
    [InlineData("f1;to-tag=;from-tag=2")]
    [InlineData("f1;to-tag=\"1 2\";from-tag=2")]
    [InlineData("f1 f2;to-tag=1;from-tag=2")]
    [InlineData("f1,f2;to-tag=1;from-tag=2")]
    [InlineData("f1\r\nEvil: 1;to-tag=1;from-tag=2")]
    public void What_is_no_such_value_is_refused(string text) => Assert.False(Replaces.TryParse(text, out _));

    /// <summary>The example of flow F10.</summary>
    [Fact]
    public void IMC_EXT_8_in_a_URI_its_separators_are_escaped()
    {
        var replaces = new Replaces("f1-7d21@192.0.2.11", "s101", "a100");
        const string Escaped = "Replaces=f1-7d21%40192.0.2.11%3Bto-tag%3Ds101%3Bfrom-tag%3Da100";
        Assert.Equal(Escaped, replaces.ToUriHeader());
        Assert.True(SipUri.TryParse($"sip:bob@example.com?{Escaped}", out var uri));
        Assert.Equal(replaces, Replaces.In(uri));
    }

    [Fact]
    public void Whatever_a_Call_ID_is_made_of_comes_back_out_of_a_URI()
    {
        const string Word = "-.!%*_+`'~()<>:\\\"/[]?{}&=@";
        var replaces = new Replaces(Word, "t%t", "f~f", EarlyOnly: true);
        Assert.True(SipUri.TryParse($"sip:bob@example.com?Subject=x&{replaces.ToUriHeader()}&a=b", out var uri));
        Assert.Equal(replaces, Replaces.In(uri));
    }

    [Theory]
    [InlineData("sip:bob@example.com")]
    [InlineData("sip:bob@example.com?Replace=f1%3Bto-tag%3D1%3Bfrom-tag%3D2")]
    [InlineData("sip:bob@example.com?Replaces=f1%0D%0AEvil:x%3Bto-tag%3D1%3Bfrom-tag%3D2")]
    [InlineData("sip:bob@example.com?Replaces=")]
    public void A_URI_without_one_has_none(string text)
    {
        Assert.True(SipUri.TryParse(text, out var uri));
        Assert.Null(Replaces.In(uri));
    }

    [Theory]
    [InlineData("INVITE", "Replaces: f1;to-tag=1;from-tag=2, f2;to-tag=1;from-tag=2\n")]
    [InlineData("INVITE", "Replaces: f1;to-tag=1;from-tag=2\nJoin: f1;to-tag=1;from-tag=2\n")]
    [InlineData("INVITE", "Replaces: f1\n")]
    [InlineData("OPTIONS", "Replaces: f1;to-tag=1;from-tag=2\n")]
    public void Two_of_them_or_one_that_makes_no_sense_is_a_bad_request(string method, string headers)
    {
        Assert.False(Replaces.TryRead(Request(method, headers), out _, out var fault));
        Assert.Equal(400, fault.Status);
    }

    [Fact]
    public void One_is_read_and_none_is_no_fault()
    {
        Assert.True(Replaces.TryRead(Request("INVITE", "Replaces: f1;to-tag=1;from-tag=2\n"), out var replaces, out _));
        Assert.Equal(new Replaces("f1", "1", "2"), replaces);
        Assert.True(Replaces.TryRead(Request("OPTIONS", ""), out replaces, out _));
        Assert.Null(replaces);
    }

    [Fact]
    public void IMC_INV_1_an_established_dialog_is_found_by_all_three_and_the_tags_are_not_to_be_swapped()
    {
        using var sim = new Confab.Sim.SimWorld();
        var (alice, bob) = Established(sim);
        var dialog = bob.Session.Dialog!;
        var ended = new EndedDialogs(4);
        Assert.Same(bob.Session, Meaning(dialog).Find(bob.Sessions, ended, out _));
        foreach (var wrong in (Replaces[])
            [new(dialog.CallId, dialog.RemoteTag, dialog.LocalTag), new("x" + dialog.CallId, dialog.LocalTag, dialog.RemoteTag), new(dialog.CallId, "x", dialog.RemoteTag), new(dialog.CallId, dialog.LocalTag, "x")])
        {
            Assert.Null(wrong.Find(bob.Sessions, ended, out var refusal));
            Assert.Equal(481, refusal);
        }

        alice.Do(() => alice.Session.Bye());
        Assert.Null(Meaning(dialog).Find(bob.Sessions, ended, out var over));
        Assert.Equal(603, over);
        ended.Add(dialog);
        Assert.Null(Meaning(dialog).Find([], ended, out over));
        Assert.Equal(603, over);
    }

    [Fact]
    public void An_early_dialog_that_the_peer_began_is_not_replaced()
    {
        using var sim = new Confab.Sim.SimWorld();
        var alice = new Party(sim, "alice", "10.0.0.1", 1);
        var bob = new Party(sim, "bob", "10.0.0.2", 2) { Offered = static session => session.Ring() };
        alice.Invite("sip:bob@10.0.0.2");
        Assert.Null(Meaning(bob.Session.Dialog!).Find(bob.Sessions, new EndedDialogs(4), out var refusal));
        Assert.Equal(481, refusal);
    }

    [Fact]
    public void Of_the_ended_dialogs_as_many_are_kept_as_there_is_room_for()
    {
        using var sim = new Confab.Sim.SimWorld();
        var ended = new EndedDialogs(2);
        var dialogs = Enumerable.Range(0, 3).Select(_ => Established(sim).Bob.Session.Dialog!).ToArray();
        foreach (var dialog in dialogs) ended.Add(dialog);
        Assert.Equal([false, true, true], dialogs.Select(d => ended.Has(Meaning(d))));
    }

    private static Replaces Meaning(Confab.Sip.Dialog.Dialog dialog) => new(dialog.CallId, dialog.LocalTag, dialog.RemoteTag);

    private static int s_next;

    private static (Party Alice, Party Bob) Established(Confab.Sim.SimWorld sim)
    {
        var n = 2 * Interlocked.Increment(ref s_next);
        var (a, b) = ($"10.0.{n / 100}.{1 + (n % 100)}", $"10.0.{n / 100}.{2 + (n % 100)}");
        var alice = new Party(sim, "alice", a, (ulong)n);
        var bob = new Party(sim, "bob", b, (ulong)n + 1) { Offered = static session => session.Accept("text/plain", [1]) };
        alice.Invite($"sip:bob@{b}");
        return (alice, bob);
    }

    private static SipRequest Request(string method, string headers) => SipParser.ParseOwnRequest(System.Text.Encoding.ASCII.GetBytes(RawPeer.Request(method, more: headers).ReplaceLineEndings("\r\n")));
}
