using System.Text;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Sip.Message;

/// <summary>Messages of the IM procedures (1-1 session, conference factory, leaving), with the values a server takes from them.</summary>
public sealed class FlowSamplesTests
{
    internal const string Invite =
        """
        INVITE sip:bob@example.com SIP/2.0
        Via: SIP/2.0/TCP 192.0.2.11:5060;branch=z9hG4bKf1a1
        Max-Forwards: 70
        From: <sip:alice@example.com>;tag=a100
        To: <sip:bob@example.com>
        Call-ID: f1-7d21@192.0.2.11
        CSeq: 1 INVITE
        Contact: <sip:alice@192.0.2.11:5060;transport=tcp>;+g.oma.sip-im
        Accept-Contact: *;+g.oma.sip-im
        P-Preferred-Identity: <sip:alice@example.com>
        User-Agent: IM-client/OMA1.0 ExampleIm/1.0
        Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, REFER, SUBSCRIBE, NOTIFY, MESSAGE
        Supported: replaces, norefersub, tdialog
        Content-Type: application/sdp
        Content-Length: 269

        v=0
        o=alice 3945600001 1 IN IP4 192.0.2.11
        s=-
        c=IN IP4 192.0.2.11
        t=0 0
        m=message 7654 TCP/MSRP *
        a=accept-types:message/cpim
        a=accept-wrapped-types:text/plain application/im-iscomposing+xml
        a=path:msrp://192.0.2.11:7654/kA3vQ9xT7mZp2RwL;tcp
        a=setup:actpass

        """;

    [Fact]
    public void The_invitation_of_a_one_to_one_session_parses()
    {
        var request = Parse.Request(Invite);
        Assert.Equal(SipMethod.Invite, request.Method);
        Assert.Equal("INVITE sip:bob@example.com SIP/2.0", request.StartLine.ToString());
        Assert.Equal("bob", request.RequestUri.User.ToString());
        Assert.Equal("example.com", request.RequestUri.Host.ToString());
        Assert.Equal("TCP", request.TopVia.Transport.ToString());
        Assert.Equal("192.0.2.11", request.TopVia.Host.ToString());
        Assert.Equal(5060, request.TopVia.Port);
        Assert.Equal("z9hG4bKf1a1", request.TopVia.Branch.ToString());
        Assert.False(request.TopVia.HasRport);
        Assert.Equal(70, request.MaxForwards);
        Assert.Equal("a100", request.FromTag.ToString());
        Assert.True(request.ToTag.IsEmpty);
        Assert.Equal("sip:alice@example.com", request.From.Uri.AddressKey());
        Assert.Equal("f1-7d21@192.0.2.11", request.CallId.ToString());
        Assert.Equal(1u, request.CSeq.Number);
        Assert.Equal(SipMethod.Invite, request.CSeq.Method);
        Assert.Equal(["replaces", "norefersub", "tdialog"], Parse.Values(request, HeaderName.Supported));
        Assert.True(request.Headers(HeaderName.Allow).Contains("REFER"u8));
        Assert.Equal(9, request.Headers(HeaderName.Allow).Count());
        Assert.Equal("application/sdp", request.ContentType.ToString());
        Assert.Equal(269, request.Body.Length);
        Assert.StartsWith("v=0\r\n", Encoding.UTF8.GetString(request.Body.Span), StringComparison.Ordinal);
        Assert.Equal(-1, request.Expires);

        Assert.True(request.TryGet(HeaderName.Contact, out var value));
        Assert.True(Contact.TryParse(value, out var contact));
        Assert.Equal("tcp", contact.Uri.Parameter("transport"u8).ToString());
        Assert.True(contact.Address.HasParameter("+g.oma.sip-im"u8));
        Assert.True(request.TryGet(HeaderName.AcceptContact, out value));
        Assert.Equal("*;+g.oma.sip-im", value.ToString());
        Assert.True(request.TryGetAddress(HeaderName.PPreferredIdentity, out var identity));
        Assert.True(SipUri.SameAddress(identity.Uri, request.From.Uri));
        Assert.False(request.Has(HeaderName.PAssertedIdentity));
    }

    [Fact]
    public void The_answer_of_the_conference_factory_parses()
    {
        var response = Parse.Response(
            """
            SIP/2.0 200 OK
            Via: SIP/2.0/TCP 192.0.2.11:5060;branch=z9hG4bKf2a1
            From: <sip:alice@example.com>;tag=a110
            To: <sip:conference-factory@example.com>;tag=s111
            Call-ID: f2-31aa@192.0.2.11
            CSeq: 1 INVITE
            Contact: <sip:sess-7f3a9c2e41b0@im.example.com>;isfocus;+g.oma.sip-im
            Server: IM-serv/OMA1.0 ExampleAs/1.0
            Allow-Events: conference, refer
            Content-Type: application/sdp
            Content-Length: 0


            """);
        Assert.Equal(200, response.Status);
        Assert.Equal("OK", response.Reason.ToString());
        Assert.True(response.IsSuccess && response.IsFinal && !response.IsProvisional);
        Assert.Equal("s111", response.ToTag.ToString());
        Assert.True(response.TryGetAddress(HeaderName.Contact, out var contact));
        Assert.True(contact.HasParameter("isfocus"u8));
        Assert.Equal("sip:sess-7f3a9c2e41b0@im.example.com", contact.UriText.ToString());
        Assert.Equal(["conference", "refer"], Parse.Values(response, HeaderName.AllowEvents));
        Assert.True(response.TryGet(HeaderName.Server, out var server));
        Assert.Equal("IM-serv/OMA1.0 ExampleAs/1.0", server.ToString());
        Assert.Equal(-1, response.MaxForwards);
    }

    [Fact]
    public void The_factory_invitation_keeps_its_multipart_type_whole()
    {
        var request = Parse.Request(Parse.With(
            """
            Require: recipient-list-invite
            Content-Type: multipart/mixed;boundary="bnd-f2"
            """, "INVITE"));
        Assert.Equal("multipart/mixed;boundary=\"bnd-f2\"", request.ContentType.ToString());
        Assert.True(request.Headers(HeaderName.Require).Contains("recipient-list-invite"u8));
        Assert.False(request.Headers(HeaderName.Require).Contains("recipient-list"u8));
    }

    [Fact]
    public void Leaving_by_bye_parses()
    {
        var request = Parse.Request(
            """
            BYE sip:sess-7f3a9c2e41b0@im.example.com SIP/2.0
            Via: SIP/2.0/TCP 192.0.2.12:5060;branch=z9hG4bKf9b1
            Max-Forwards: 70
            From: <sip:bob@example.com>;tag=b120
            To: <sip:sess-7f3a9c2e41b0@im.example.com>;tag=s120
            Call-ID: f2-b-77d0@im.example.com
            CSeq: 1 BYE
            User-Agent: IM-client/OMA1.0 ExampleIm/1.0
            Content-Length: 0


            """);
        Assert.Equal(SipMethod.Bye, request.Method);
        Assert.Equal(("b120", "s120"), (request.FromTag.ToString(), request.ToTag.ToString()));
        Assert.True(request.Body.IsEmpty);
        Assert.Equal(0, request.ContentLength);
    }

    [Fact]
    public void Replaces_comes_out_of_a_list_entry()
    {
        var entry = Parse.Uri("sip:bob@example.com?Replaces=f1-7d21%40192.0.2.11%3Bto-tag%3Ds101%3Bfrom-tag%3Da100");
        Assert.True(new UriHeaders(entry.Headers).TryGet("replaces"u8, out var escaped));
        Assert.Equal("f1-7d21@192.0.2.11;to-tag=s101;from-tag=a100", UriEscapes.Unescape(escaped).ToString());
        Assert.Equal("sip:bob@example.com", entry.AddressKey());
    }
}
