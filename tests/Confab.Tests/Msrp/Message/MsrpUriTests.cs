using Confab.Msrp;
using Xunit;

namespace Confab.Tests.Msrp;

public sealed class MsrpUriTests
{
    [Fact]
    public void The_parts_of_a_URI_are_seen()
    {
        Assert.True(MsrpUri.TryParse("msrps://alice@[2001:db8::1]:9000/aB3/=+x;tcp;q=1", out var uri));
        Assert.Equal((true, "[2001:db8::1]", 9000, "aB3/=+x", "tcp"), (uri.IsSecure, uri.Host, uri.Port, uri.SessionId, uri.Transport));
        Assert.True(MsrpUri.TryParse("MSRP://relay.example.com;ws", out uri));
        Assert.Equal((false, "relay.example.com", -1, "", "ws"), (uri.IsSecure, uri.Host, uri.Port, uri.SessionId, uri.Transport));
    }

    // RFC 4975 6.1; IMC-SDP-2: the session id is compared with regard to case.
    [Theory]
    [InlineData("msrp://host.example.com:8493/asfd34;tcp", "MSRP://HOST.example.com:8493/asfd34;TCP", true)]
    [InlineData("msrp://host.example.com:8493/asfd34;tcp", "msrp://bob@host.example.com:8493/asfd34;tcp;x=y", true)]
    [InlineData("msrp://host.example.com:8493/asfd34;tcp", "msrp://h%6Fst.example.com:8493/asfd34;tcp", true)]
    [InlineData("msrp://[2001:db8::1]:1/a;tcp", "msrp://[2001:DB8:0:0::1]:1/a;tcp", true)]
    [InlineData("msrp://host:1/a;tcp", "msrp://host:1/A;tcp", false)]
    [InlineData("msrp://host:1/a;tcp", "msrps://host:1/a;tcp", false)]
    [InlineData("msrp://host:1/a;tcp", "msrp://host/a;tcp", false)]
    [InlineData("msrp://host:1/a;tcp", "msrp://host:1;tcp", false)]
    [InlineData("msrp://host:1/a;tcp", "msrp://host:1/a;ws", false)]
    [InlineData("msrp://host:1/a;tcp", "msrp://hosts:1/a;tcp", false)]
    public void URIs_are_compared_by_the_rules_of_6_1(string a, string b, bool equal)
    {
        Assert.True(MsrpUri.TryParse(a, out var x) && MsrpUri.TryParse(b, out _));
        Assert.True(MsrpUri.TryParse(b, out var y));
        Assert.Equal(equal, x.Equals(y));
        Assert.Equal(equal, y.Equals(x));
        if (equal) Assert.Equal(x.GetHashCode(), y.GetHashCode());
    }

    [Theory]
    [InlineData("")]
    [InlineData("http://host:1/a;tcp")]
    [InlineData("msrp://host:1/a")]
    [InlineData("msrp://host:1/a;")]
    [InlineData("msrp://:1/a;tcp")]
    [InlineData("msrp://host:99999/a;tcp")]
    [InlineData("msrp://host:/a;tcp")]
    [InlineData("msrp://host:1/;tcp")]
    [InlineData("msrp://[::1:1/a;tcp")]
    [InlineData("msrp://host:1/a b;tcp")]
    public void What_is_no_MSRP_URI_is_refused(string text) => Assert.False(MsrpUri.TryParse(text, out _));

    [Fact]
    public void An_address_of_version_six_gets_its_brackets() =>
        Assert.Equal("msrp://[::1]:2855/abc;tcp", MsrpUri.Create("::1", 2855, "abc").ToString());
}
