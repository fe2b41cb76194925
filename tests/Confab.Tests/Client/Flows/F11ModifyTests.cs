using Confab.Client;
using Xunit;

namespace Confab.Tests.Client.Flows;

/// <summary>F11: a session is modified by a re-INVITE; the connection for messages stays.</summary>
public sealed class F11ModifyTests
{
    [Fact]
    public void IMC_MOD_1_2_and_3_hold_and_another_type_are_offered_whole_in_the_dialog()
    {
        using var flow = new ClientFlow();
        var session = flow.Hosts(out var first, out _);
        var connection = flow.Peer.Msrp;
        var typing = session.AcceptTypesAsync(["text/plain", "text/html"]);
        var invite = flow.Sends($"INVITE {ClientFlow.Room} SIP/2.0\r\n", $"""
            From: {first["From"]}
            To: <sip:conference-factory@example.com>;tag=s111
            Call-ID: {first["Call-ID"]}
            CSeq: 2 INVITE
            Contact: <sip:alice@192.0.2.11:*;transport=tcp>;+g.oma.sip-im
            User-Agent: IM-client/OMA1.0 Confab/*
            Allow: INVITE, ACK, CANCEL, BYE, OPTIONS*
            Supported: replaces, timer, norefersub, tdialog
            Content-Type: application/sdp
            !Require
            """); // 1
        Assert.StartsWith("text/plain text/html", invite.Sdp("accept-wrapped-types"), StringComparison.Ordinal);
        Assert.Equal(first.Sdp("path"), invite.Sdp("path"));
        Assert.Equal(Origin(first, 2), Origin(invite)); // o=: the same session, the next version
        flow.Peer.Answer(invite, 200, ClientFlow.FocusServer, ClientFlow.Sdp(id: "sF2dJ4nYc1HfXe6U")); // 2
        flow.Sends($"ACK {ClientFlow.Room} SIP/2.0\r\n", "CSeq: 2 ACK");
        Assert.True(typing.Result().IsModified);

        var holding = session.HoldAsync();
        var hold = flow.Sends($"INVITE {ClientFlow.Room}", "CSeq: 3 INVITE");
        Assert.Contains("\r\na=sendonly\r\n", hold.Body, StringComparison.Ordinal);
        Assert.Equal(Origin(first, 3), Origin(hold));
        flow.Peer.Answer(hold, 200, ClientFlow.FocusServer, ClientFlow.Sdp(id: "sF2dJ4nYc1HfXe6U", more: "a=recvonly\r\n"));
        flow.Sends("ACK", "CSeq: 3 ACK");
        Assert.True(holding.Result().IsModified && session.IsHeld);
        Assert.Same(connection, flow.Peer.Msrp);
        Assert.True(connection!.IsOpen);
        flow.Writes(session, "I hold, and can write", ClientFlow.Room);
        flow.EndsHere();
    }

    [Theory]
    [InlineData(488, "Warning: 305 im.example.com \"Incompatible media format\"", "Incompatible media format")]
    [InlineData(420, "Unsupported: recipient-list-invite", "Some Phrase")]
    [InlineData(403, "", "Some Phrase")]
    public void IMC_MOD_4_refused_the_session_is_unchanged(int status, string headers, string text)
    {
        using var flow = new ClientFlow();
        var session = flow.Hosts(out _, out _);
        var holding = session.HoldAsync();
        flow.Peer.Answer(flow.Sends("INVITE"), status, headers);
        flow.Sends("ACK");
        Assert.Equal(new ModifyOutcome(false, status, text), holding.Result());
        Assert.False(session.IsHeld);
        flow.Writes(session, "As before", ClientFlow.Room);
        flow.EndsHere();
    }

    [Fact]
    public void IMC_MOD_4_491_is_tried_again_after_2100_to_4000_ms_as_the_call_is_hers()
    {
        using var flow = new ClientFlow();
        var session = flow.Hosts(out _, out _);
        var holding = session.HoldAsync();
        flow.Peer.Answer(flow.Sends("INVITE", "CSeq: 2 INVITE"), 491);
        flow.Sends("ACK");
        flow.Scene.World.Advance(TimeSpan.FromMilliseconds(2099));
        flow.Peer.ExpectSilence();
        flow.Scene.World.Advance(TimeSpan.FromMilliseconds(1901));
        flow.Peer.Answer(flow.Sends("INVITE", "CSeq: 3 INVITE"), 200, ClientFlow.FocusServer, ClientFlow.Sdp(id: "sF2dJ4nYc1HfXe6U", more: "a=recvonly\r\n"));
        flow.Sends("ACK");
        Assert.True(holding.Result().IsModified);
        flow.EndsHere();
    }

    static string Origin(WireMessage message, int? version = null)
    {
        var origin = message.Body.Split("\r\n").First(static l => l.StartsWith("o=", StringComparison.Ordinal)).Split(' ');
        if (version is { } number) origin[2] = number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return string.Join(' ', origin);
    }
}
