using System.Text;
using Confab.Sip.Message;
using Confab.Tests.Sip.Rfc4475;
using Xunit;

namespace Confab.Tests.Sip.Message;

/// <summary>
/// The torture messages of RFC 4475: what this layer reads in them. Its verdict of each is in <see cref="TortureVerdicts"/>; what only upper
/// layers can refuse (unknown schemes in To, extensions, content types, bad dates) is taken here.
/// </summary>
public sealed class TortureTests
{
    [Theory]
    [MemberData(nameof(TortureVerdictTests.Names), MemberType = typeof(TortureVerdictTests))]
    public void What_is_refused_can_be_answered_where_it_has_what_an_answer_needs(string name)
    {
        var bytes = Load(name);
        var status = TortureVerdicts.All.Single(v => v.Name == name).Parser;
        Assert.Equal(status == 0, SipParser.TryParse(bytes, 0, bytes.Length, Parse.MaxHeaders, out var message, out _));
        var isResponse = Encoding.ASCII.GetString(bytes).StartsWith("SIP/2.0", StringComparison.Ordinal);
        Assert.Equal(status == 0 || !(isResponse || name is "insuf" or "test"), message is not null);
    }

    [Fact]
    public void The_short_tortuous_invite_says_what_it_means()
    {
        var message = Taken("wsinv");
        Assert.Equal("1918181833n", message.ToTag.ToString());
        Assert.Equal("98asjd8", message.FromTag.ToString());
        Assert.Equal("J Rosenberg \\\"", QuotedText.Unescape(message.From.DisplayName).ToString());
        Assert.Equal(68, message.MaxForwards);
        Assert.Equal(9u, message.CSeq.Number);
        Assert.Equal("192.0.2.2", message.TopVia.Host.ToString());
        Assert.Equal("390skdjuw", message.TopVia.Branch.ToString());
        var hosts = new List<string>();
        foreach (var value in message.Headers(HeaderName.Via))
        {
            Assert.True(Via.TryParse(value, out var via));
            hosts.Add($"{via.Transport} {via.Host} {via.Branch}");
        }

        Assert.Equal(["UDP 192.0.2.2 390skdjuw", "TCP spindle.example.com z9hG4bK9ikj8", "UDP 192.168.255.111 z9hG4bK30239"], hosts);
        Assert.True(message.TryGet(HeaderName.Contact, out var contactText));
        Assert.True(Contact.TryParse(contactText, out var contact));
        Assert.Equal("newvalue", contact.Address.Parameter("newparam"u8).ToString());
        Assert.Equal(330, contact.Q);
        Assert.True(message.TryGet("NewFangledHeader"u8, out var fangled));
        Assert.Equal("newfangled value   continued newfangled value", fangled.ToString());
        Assert.True(message.Has(HeaderName.Subject));
        Assert.Equal(150, message.Body.Length);
    }

    [Fact]
    public void Odd_characters_and_escapes_stay_what_they_are()
    {
        var odd = Assert.IsType<SipRequest>(Taken("intmeth"));
        Assert.Equal("!interesting-Method0123456789_*+`.%indeed'~", odd.MethodText.ToString());
        Assert.Equal("token1~` token2'+_ token3*%!.-", odd.From.DisplayName.ToString());
        var escaped = Taken("esc01");
        Assert.Equal("sip:user@example.com", escaped.To.Uri.AddressKey());
        var method = Assert.IsType<SipRequest>(Taken("esc02"));
        Assert.Equal(SipMethod.Unknown, method.Method);
        Assert.Equal(2, method.Headers(HeaderName.Contact).Count());
        Assert.Equal("sip:null-%00-null@example.com", Taken("escnull").To.Uri.AddressKey());
    }

    [Fact]
    public void A_second_request_in_a_datagram_is_ignored() => Assert.Equal(SipMethod.Register, Taken("dblreq").CSeq.Method);

    [Fact]
    public void A_contact_whose_headers_are_nobodys_is_refused_and_one_in_brackets_is_not()
    {
        Assert.False(Taken("regbadct").TryGetAddress(HeaderName.Contact, out _));
        Assert.True(Taken("regescrt").TryGetAddress(HeaderName.Contact, out var address));
        Assert.Equal("Route=%3Csip:sip.example.com%3E", address.Uri.Headers.ToString());
        Assert.True(Taken("cparam01").TryGetAddress(HeaderName.Contact, out address) && address.HasParameter("unknownparam"u8));
        Assert.True(Taken("cparam02").TryGetAddress(HeaderName.Contact, out address) && address.Uri.HasParameter("unknownparam"u8));
    }

    [Fact]
    public void Unknown_schemes_reach_the_layer_that_answers_416()
    {
        Assert.Equal(UriScheme.Other, Assert.IsType<SipRequest>(Taken("unkscm")).RequestUri.Scheme);
        Assert.Equal(UriScheme.Other, Assert.IsType<SipRequest>(Taken("novelsc")).RequestUri.Scheme);
        Assert.Equal(UriScheme.Other, Taken("unksm2").To.Uri.Scheme);
    }

    [Fact]
    public void Binary_bodies_and_empty_phrases_are_left_alone()
    {
        Assert.Equal(553, Taken("mpart01").Body.Length);
        Assert.True(Assert.IsType<SipResponse>(Taken("noreason")).Reason.IsEmpty);
        Assert.StartsWith("= 2**3 * 5**2", Assert.IsType<SipResponse>(Taken("unreason")).Reason.ToString(), StringComparison.Ordinal);
        Assert.Equal(-1, Taken("inv2543").MaxForwards);
        Assert.True(Taken("inv2543").FromTag.IsEmpty);
    }

    internal static string Folder => Path.Combine(AppContext.BaseDirectory, "Sip", "Torture");

    static byte[] Load(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".dat"));

    static SipMessage Taken(string name)
    {
        Assert.True(SipParser.TryParse(Load(name), Parse.MaxHeaders, out var message, out var fault), fault.ToString());
        return message;
    }
}
