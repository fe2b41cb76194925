using System.Net;
using Confab.Server.Procedures.General;
using Xunit;

namespace Confab.Tests.Server.General;

/// <summary>COM-AOIA-2: whose assertions are believed.</summary>
public sealed class TrustedPeersTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", true)]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.0/24", "192.0.2.255", true)]
    [InlineData("192.0.2.0/24", "192.0.3.0", false)]
    [InlineData("192.0.2.0/24", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.5/24", "192.0.2.1", true)]
    [InlineData("192.0.2.128/25", "192.0.2.127", false)]
    [InlineData("0.0.0.0/0", "203.0.113.9", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("2001:db8::1", "2001:db8::1", true)]
    [InlineData("2001:db8::1/64", "2001:db8::2", true)]
    [InlineData("::/0", "192.0.2.7", false)]
    public void An_address_is_trusted_when_an_entry_covers_it(string entry, string address, bool trusted) =>
        Assert.Equal(trusted, new TrustedPeers(["198.51.100.1", entry]).Contains(IPAddress.Parse(address)));

    [Fact]
    public void Nobody_is_trusted_unless_somebody_is_named() => Assert.False(new TrustedPeers([]).Contains(IPAddress.Loopback));

    [Theory]
    [InlineData("proxy.example.com")]
    [InlineData("192.0.2.0/33")]
    [InlineData("192.0.2.0/-1")]
    [InlineData("192.0.2.0/")]
    [InlineData("2001:db8::/129")]
    [InlineData("")]
    public void An_entry_that_cannot_be_is_named_by_its_key(string entry)
    {
        var exception = Assert.Throws<ArgumentException>(() => new TrustedPeers(["192.0.2.1", entry]));
        Assert.Contains("Sip:TrustedPeers:1", exception.Message, StringComparison.Ordinal);
    }
}
