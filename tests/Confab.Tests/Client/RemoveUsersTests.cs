using Confab.Client;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>OMA-IM 7.1.1.x: the client removes users from a session. Flow F8.</summary>
public sealed class RemoveUsersTests
{
    [Fact]
    public void IMC_REM_1_to_5_and_RSP_a_user_is_removed_by_one_refer()
    {
        using var scene = new Scene();
        var session = AddUsersTests.Group(scene, out var invite);
        var removing = session.RemoveAsync(["sip:bob@example.com"]);
        var refer = scene.Peer.Expect($"REFER {session.Identity} SIP/2.0");
        Assert.Equal(invite["Call-ID"], refer["Call-ID"]);
        Assert.Equal("<sip:bob@example.com;method=BYE>", Assert.Single(refer.All("Refer-To")));
        Assert.Equal("false", refer["Refer-Sub"]);
        Assert.Equal("replaces, timer, norefersub, tdialog", refer["Supported"]);
        Assert.Equal("<sip:alice@example.com>", refer["P-Preferred-Identity"]); // IMC-REM-IMS
        Assert.Single(refer.All("Contact"));
        Assert.False(removing.IsCompleted);
        scene.Peer.Answer(refer, 200, "Refer-Sub: false");
        Assert.True(removing.Result().IsAccepted);
        scene.Peer.ExpectSilence();
        Assert.Empty(scene.Events());
    }

    [Fact]
    public void IMC_REM_MULTI_several_stand_in_a_list_and_the_user_may_be_one_of_them()
    {
        using var scene = new Scene();
        var session = AddUsersTests.Group(scene, out _);
        var removing = session.RemoveAsync(["sip:bob@example.com", "sip:alice@example.com"]);
        var refer = scene.Peer.Expect("REFER");
        Assert.StartsWith("<cid:", refer["Refer-To"], StringComparison.Ordinal);
        Assert.Equal("multiple-refer, norefersub", refer["Require"]);
        Assert.Contains("<entry uri=\"sip:bob@example.com;method=BYE\"/>", refer.Text, StringComparison.Ordinal);
        Assert.Contains("<entry uri=\"sip:alice@example.com;method=BYE\"/>", refer.Text, StringComparison.Ordinal);
        scene.Peer.Answer(refer, 200, "Refer-Sub: false");
        Assert.True(removing.Result().IsAccepted);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(481)]
    public void IMC_REM_RSP_a_refusal_is_told(int status)
    {
        using var scene = new Scene();
        var session = AddUsersTests.Group(scene, out _);
        var removing = session.RemoveAsync(["sip:bob@example.com"]);
        scene.Peer.Answer(scene.Peer.Expect("REFER"), status, phrase: "No");
        Assert.Equal(new ReferOutcome(ReferFailure.Refused, status, "No"), removing.Result());
    }
}
