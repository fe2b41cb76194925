using System.Text;
using Xunit;

namespace Confab.Tests.Content.SipFrag;

/// <summary>message/sipfrag as event refer has it: RFC 3515 2.4.5.</summary>
public sealed class SipFragTests
{
    [Theory]
    [InlineData("SIP/2.0 100 Trying", 100, "Trying", null)]
    [InlineData("SIP/2.0 200 OK\r\n", 200, "OK", null)]
    [InlineData("sip/2.0 200 OK\n", 200, "OK", null)]
    [InlineData("SIP/2.0 603\r\n\r\n", 603, "", null)]
    [InlineData("SIP/2.0 603 \r\n", 603, "", null)]
    [InlineData("SIP/2.0 486 Busy Here\r\nTo: <sip:dave@example.com>\r\nWarning: 399 h \"At lunch\"\r\nwarning: 399 h \"Again\"\r\n\r\nbody", 486, "Busy Here", "399 h \"At lunch\"")]
    public void A_fragment_of_a_response_is_read(string body, int status, string reason, string? warning)
    {
        Assert.True(Confab.Content.SipFrag.SipFrag.TryParse(Encoding.UTF8.GetBytes(body), out var fragment, out _));
        Assert.Equal((status, reason, warning, status >= 200), (fragment.Status, fragment.Reason, fragment.Warning, fragment.IsFinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\r\nSIP/2.0 200 OK")]
    [InlineData("INVITE sip:dave@example.com SIP/2.0")]
    [InlineData("To: <sip:dave@example.com>")]
    [InlineData("SIP/2.0 099 Early")]
    [InlineData("SIP/2.0 700 Late")]
    [InlineData("SIP/2.0 20 OK")]
    [InlineData("SIP/2.0 2x0 OK")]
    [InlineData("SIP/2.0 200OK")]
    [InlineData("SIP/3.0 200 OK")]
    [InlineData("SIP/2.0 200 O\0K")]
    [InlineData("SIP/2.0 200 OK\r\nWarning: \u0001")]
    public void What_is_no_response_is_a_fault(string body)
    {
        Assert.False(Confab.Content.SipFrag.SipFrag.TryParse(Encoding.UTF8.GetBytes(body), out _, out var fault));
        Assert.Equal("RFC 3515 2.4.5", fault.Clause);
    }

    [Fact]
    public void IMS_RNTF_7_the_status_line_alone_is_written() =>
        Assert.Equal("SIP/2.0 486 Busy Here\r\n", Encoding.UTF8.GetString(new Confab.Content.SipFrag.SipFrag(486, "Busy Here", "399 h \"sip:dave@example.com\"").ToBytes()));

    [Fact]
    public void A_phrase_stays_on_its_line() =>
        Assert.Equal("SIP/2.0 200 a  b\r\n", Encoding.UTF8.GetString(new Confab.Content.SipFrag.SipFrag(200, "a\r\nb").ToBytes()));

    [Fact]
    public void No_input_throws()
    {
        var sample = "SIP/2.0 486 Busy Here\r\nWarning: 399 h \"At lunch\"\r\nTo: <sip:dave@example.com>\r\n\r\n"u8.ToArray();
        foreach (var hostile in Mutation.Of(sample, seed: 34))
        {
            if (Confab.Content.SipFrag.SipFrag.TryParse(hostile, out var fragment, out _)) Assert.InRange(fragment.Status, 100, 699);
        }
    }
}
