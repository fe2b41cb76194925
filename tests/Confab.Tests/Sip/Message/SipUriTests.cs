using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Sip.Message;

public sealed class SipUriTests
{
    [Fact]
    public void All_parts_are_found()
    {
        var uri = Parse.Uri("sips:alice:se%20cret@[2001:db8::1]:5061;transport=tcp;lr?Subject=a%20b&Priority=urgent");
        Assert.Equal(UriScheme.Sips, uri.Scheme);
        Assert.Equal("alice", uri.User.ToString());
        Assert.Equal("se%20cret", uri.Password.ToString());
        Assert.Equal("[2001:db8::1]", uri.Host.ToString());
        Assert.Equal(5061, uri.Port);
        Assert.Equal("transport=tcp;lr", uri.Parameters.Text.ToString());
        Assert.True(uri.HasParameter("LR"u8));
        Assert.Equal("Subject=a%20b&Priority=urgent", uri.Headers.ToString());
    }

    [Theory]
    [InlineData("sip:example.com", "", "example.com", 0)]
    [InlineData("sip:user;par=u%40example.net@example.com", "user;par=u%40example.net", "example.com", 0)]
    [InlineData("sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com", "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*", "example.com", 0)]
    [InlineData("SIP:%61lice@192.0.2.4:6000", "%61lice", "192.0.2.4", 6000)]
    [InlineData("tel:+1-201-555-0123;phone-context=x", "+1-201-555-0123", "", 0)]
    public void User_host_and_port_are_found(string text, string user, string host, int port)
    {
        var uri = Parse.Uri(text);
        Assert.Equal((user, host, port), (uri.User.ToString(), uri.Host.ToString(), uri.Port));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sip:")]
    [InlineData("alice@example.com")]
    [InlineData("sip:@example.com")]
    [InlineData("sip:alice@")]
    [InlineData("sip:alice@exa mple.com")]
    [InlineData("sip:alice@example.com:")]
    [InlineData("sip:alice@example.com:0")]
    [InlineData("sip:alice@example.com:65536")]
    [InlineData("sip:alice@example.com:5060x")]
    [InlineData("sip:alice@[::1")]
    [InlineData("sip:alice@[]")]
    [InlineData("sip:al%4gice@example.com")]
    [InlineData("sip:alice%4@example.com")]
    [InlineData("sip:alice@bob@example.com")]
    [InlineData("sip:al<ice@example.com")]
    [InlineData("tel:")]
    [InlineData("tel:alice")]
    [InlineData("1x:y")]
    [InlineData("urn:")]
    public void What_is_no_uri_is_refused(string text) => Assert.False(SipUri.TryParse(text, out _));

    [Fact]
    public void Another_scheme_stays_opaque()
    {
        var uri = Parse.Uri("soap.beep://192.0.2.103:3002");
        Assert.Equal(UriScheme.Other, uri.Scheme);
        Assert.Equal("soap.beep://192.0.2.103:3002", uri.AddressKey());
        Assert.True(uri.Host.IsEmpty && uri.User.IsEmpty && uri.Headers.IsEmpty && uri.Parameters.IsEmpty && !uri.HasPassword);
        Assert.True(SipUri.Equivalent(uri, uri));
        Assert.True(default(SipUri).IsEmpty && !default(SipUri).HasPassword);
    }

    [Theory]
    [InlineData("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp")]
    [InlineData("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5")]
    [InlineData("sip:carol@chicago.com", "sip:carol@chicago.com;security=on")]
    [InlineData("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on")]
    [InlineData("sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com", "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com")]
    [InlineData("sip:alice@atlanta.com?subject=project%20x&priority=urgent", "sip:alice@atlanta.com?priority=urgent&subject=project%20x")]
    public void Uris_that_the_rfc_calls_equivalent_are(string a, string b)
    {
        Assert.True(SipUri.Equivalent(Parse.Uri(a), Parse.Uri(b)));
        Assert.True(SipUri.Equivalent(Parse.Uri(b), Parse.Uri(a)));
    }

    [Theory]
    [InlineData("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP")]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060")]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp")]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp")]
    [InlineData("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting")]
    [InlineData("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4")]
    [InlineData("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off")]
    [InlineData("sip:bob@biloxi.com", "sips:bob@biloxi.com")]
    [InlineData("sip:bob@biloxi.com", "sip:biloxi.com")]
    [InlineData("sip:bob@biloxi.com", "sip:bob:pw@biloxi.com")]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com;maddr=192.0.2.1")]
    [InlineData("sip:bob@biloxi.com;user=phone", "sip:bob@biloxi.com")]
    [InlineData("sip:a;b@biloxi.com", "sip:a%3Bb@biloxi.com")]
    public void Uris_that_the_rfc_calls_different_are(string a, string b)
    {
        Assert.False(SipUri.Equivalent(Parse.Uri(a), Parse.Uri(b)));
        Assert.False(SipUri.Equivalent(Parse.Uri(b), Parse.Uri(a)));
    }

    [Theory]
    [InlineData("SIP:bob@EXAMPLE.com:5070;transport=tcp?x=y", "sip:%62ob@example.com", true)]
    [InlineData("sip:bob:secret@example.com", "sip:bob@example.com", true)]
    [InlineData("sip:Bob@example.com", "sip:bob@example.com", false)]
    [InlineData("sip:bob@example.com", "sips:bob@example.com", false)]
    [InlineData("sip:bob@example.com", "sip:bob@example.net", false)]
    [InlineData("sip:a%40b@example.com", "sip:a%40B@example.com", false)]
    [InlineData("sip:a%3bb@example.com", "sip:a%3Bb@example.com", true)]
    [InlineData("sip:a%20b@example.com", "sip:a%20b@EXAMPLE.COM", true)]
    [InlineData("tel:+1-201-555-0123", "tel:+12015550123;ext=5", true)]
    [InlineData("tel:+12015550123", "tel:+12015550124", false)]
    public void An_address_is_scheme_user_and_host_and_its_key_says_the_same(string a, string b, bool same)
    {
        Assert.Equal(same, SipUri.SameAddress(Parse.Uri(a), Parse.Uri(b)));
        Assert.Equal(same, Parse.Uri(a).AddressKey().Equals(Parse.Uri(b).AddressKey(), StringComparison.Ordinal));
        Assert.True(SipUri.SameAddress(Parse.Uri(Parse.Uri(a).AddressKey()), Parse.Uri(a)));
    }

    [Fact]
    public void Unescaping_decodes_reserved_characters_too()
    {
        Assert.Equal("sip:user@example.com", UriEscapes.Unescape("sip%3Auser%40example.com").ToString());
        Assert.Equal("lr; n=v%41", UriEscapes.Unescape("%6C%72%3b%20n=v%25%34%31").ToString());
    }
}
