using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Sip.Message;

public sealed class HeaderValueTests
{
    [Theory]
    [InlineData("<sip:a@x>", "", "sip:a@x", "")]
    [InlineData("Alice <sip:a@x>;tag=t1", "Alice", "sip:a@x", "t1")]
    [InlineData("A. G. Bell<sip:a@x;lr>", "A. G. Bell", "sip:a@x;lr", "")]
    [InlineData("\"Bell, \\\"A\\\" <x>\" <sip:a@x> ; x ; Tag = t1", "Bell, \\\"A\\\" <x>", "sip:a@x", "t1")]
    [InlineData("\"\"<sip:a@x>", "", "sip:a@x", "")]
    [InlineData("sip:a@x;tag=t1", "", "sip:a@x", "t1")]
    [InlineData("sip:a@x ;   tag    = t1", "", "sip:a@x", "t1")]
    [InlineData("Jörg <sip:a@x>;tag=t1", "Jörg", "sip:a@x", "t1")]
    [InlineData("<tel:+1201>", "", "tel:+1201", "")]
    public void An_address_has_name_uri_and_tag(string text, string name, string uri, string tag)
    {
        var address = Parse.Address(text);
        Assert.Equal((name, uri, tag), (address.DisplayName.ToString(), address.UriText.ToString(), address.Tag.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("alice")]
    [InlineData("<>")]
    [InlineData("<sip:a@x")]
    [InlineData("\"Alice <sip:a@x>")]
    [InlineData("\"Alice\" sip:a@x")]
    [InlineData("Bell, A <sip:a@x>")]
    [InlineData("A < sip:a@x >")]
    [InlineData("<sip:a@x> b")]
    [InlineData("<sip:a@x>;;")]
    [InlineData("<sip:a@x>;")]
    [InlineData("<sip:a@x>;x=\"y")]
    [InlineData("<sip:a@x>;tag=1;tag=2")]
    [InlineData("<sip:a@x>;tag=\"a b\"")]
    [InlineData("<sip:a@x>;tag=1,<sip:b@x>")]
    [InlineData("sip:a@x?Route=%3Csip:b%3E")]
    [InlineData("sip:a,b@x")]
    [InlineData("*")]
    public void What_is_no_address_is_refused(string text) => Assert.False(NameAddr.TryParse(text, out _));

    [Fact]
    public void Without_brackets_the_parameters_are_the_headers()
    {
        var bare = Parse.Address("sip:u@h;method=BYE");
        Assert.Equal("BYE", bare.Parameter("method"u8).ToString());
        Assert.True(bare.Uri.Parameters.IsEmpty);
        var enclosed = Parse.Address("<sip:u@h;method=BYE>");
        Assert.True(enclosed.Parameters.IsEmpty);
        Assert.Equal("BYE", enclosed.Uri.Parameter("method"u8).ToString());
    }

    [Fact]
    public void Parameters_come_as_flags_tokens_and_quoted_strings()
    {
        var address = Parse.Address("<sip:a@x>;flag;q=0.7;+sip.instance=\"<urn:uuid:\\\"1\\\">;,\";empty=");
        var seen = new List<string>();
        foreach (var parameter in address.Parameters)
            seen.Add($"{parameter.Name}|{parameter.Value}|{parameter.HasValue}|{parameter.IsQuoted}");
        Assert.Equal(["flag||False|False", "q|0.7|True|False", "+sip.instance|<urn:uuid:\\\"1\\\">;,|True|True", "empty||True|False"], seen);
        Assert.Equal("<urn:uuid:\"1\">;,", QuotedText.Unescape(address.Parameter("+SIP.instance"u8)).ToString());
    }

    [Theory]
    [InlineData("<sip:a@x>", null, 1000)]
    [InlineData("<sip:a@x>;expires=60;q=0.5", 60u, 500)]
    [InlineData("<sip:a@x>;expires=99999999999;q=1.0", uint.MaxValue, 1000)]
    [InlineData("<sip:a@x>;expires=x;q=2", null, 1000)]
    [InlineData("<sip:a@x>;q=0.333", null, 333)]
    [InlineData("<sip:a@x>;q=0", null, 0)]
    public void A_contact_has_expires_and_preference(string text, uint? expires, int q)
    {
        Assert.True(Contact.TryParse(text, out var contact));
        Assert.False(contact.IsStar);
        Assert.Equal(expires, contact.Expires);
        Assert.Equal(q, contact.Q);
    }

    [Fact]
    public void A_star_is_a_contact_too()
    {
        Assert.True(Contact.TryParse("*", out var contact) && contact.IsStar);
        Assert.False(Contact.TryParse("**", out _));
    }

    [Fact]
    public void A_via_with_every_white_space_has_its_parts()
    {
        Assert.True(Via.TryParse("SIP  / 2.0  / TCP     spindle.example.com  : 5070  ;  branch  =   z9hG4bK9ikj8 ; rport;received=192.0.2.9;x=\"y\"", out var via));
        Assert.Equal("TCP", via.Transport.ToString());
        Assert.Equal("spindle.example.com", via.Host.ToString());
        Assert.Equal(5070, via.Port);
        Assert.Equal("z9hG4bK9ikj8", via.Branch.ToString());
        Assert.True(via.HasRport);
        Assert.Equal(0, via.Rport);
        Assert.Equal("192.0.2.9", via.Received.ToString());
        Assert.Equal("y", via.Parameter("X"u8).ToString());
        Assert.True(Via.TryParse("SIP/2.0/UDP [2001:db8::9:1];rport=5099", out via));
        Assert.Equal(("[2001:db8::9:1]", 0, 5099), (via.Host.ToString(), via.Port, via.Rport));
        Assert.True(via.Branch.IsEmpty && via.Received.IsEmpty);
    }

    [Theory]
    [InlineData("")]
    [InlineData("SIP/2.0/UDP")]
    [InlineData("SIP/2.0 192.0.2.1")]
    [InlineData("SIP/2.0/UDP ")]
    [InlineData("SIP/2.0/UDP ;branch=x")]
    [InlineData("SIP/2.0/UDP 192.0.2.1:")]
    [InlineData("SIP/2.0/UDP 192.0.2.1:99999")]
    [InlineData("SIP/2.0/UDP 192.0.2.1;;")]
    [InlineData("SIP/2.0/UDP 192.0.2.1 x")]
    public void What_is_no_via_is_refused(string text) => Assert.False(Via.TryParse(text, out _));

    [Theory]
    [InlineData("3600", 3600u, true)]
    [InlineData("120 (busy);duration=3600", 120u, true)]
    [InlineData("90;refresher=uac", 90u, true)]
    [InlineData("10000000000000000000000000000000000000", uint.MaxValue, true)]
    [InlineData("", 0u, false)]
    [InlineData("-1", 0u, false)]
    [InlineData("1h", 0u, false)]
    public void Seconds_saturate(string text, uint seconds, bool fine)
    {
        Assert.Equal(fine, DeltaSeconds.TryParse(text, out var parsed));
        Assert.Equal(seconds, fine ? parsed : 0);
    }

    [Fact]
    public void Text_is_a_key_that_a_span_can_ask_for()
    {
        var table = new Dictionary<Text, int>(Text.Ordinal) { ["abc"] = 1, ["abcd"] = 2 };
        Assert.Equal(1, table.GetAlternateLookup<ReadOnlySpan<byte>>()["abc"u8]);
        Assert.False(table.ContainsKey("ABC"));
        table = new Dictionary<Text, int>(Text.IgnoreCase) { ["abc"] = 1 };
        Assert.Equal(1, table.GetAlternateLookup<ReadOnlySpan<byte>>()["aBC"u8]);
        Assert.Equal(Text.Of("xyz"), new Text("wxyz"u8.ToArray(), 1, 3));
        Assert.Equal(Text.Of("xyz").GetHashCode(), new Text("wxyz"u8.ToArray(), 1, 3).GetHashCode());
    }

    [Fact]
    public void Text_reads_latin_1_where_it_is_not_utf_8()
    {
        Assert.Equal("Jörg", new Text([(byte)'J', 0xF6, (byte)'r', (byte)'g'], 0, 4).ToString());
        Assert.Equal("Jörg", Text.Of("Jörg").ToString());
        Assert.Equal("", default(Text).ToString());
    }
}
