using System.Buffers;
using System.Text;
using Confab.Sip.Authentication;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Sip.Authentication;

public sealed class DigestTests
{
    const string Common =
        "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", algorithm={0}, "
        + "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001, cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", "
        + "qop=auth, response=\"{1}\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";

    [Theory]
    [InlineData("MD5", "8ca523f5e9506fed4657c9700eebdbec")]
    [InlineData("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")]
    [InlineData("md5", "8CA523F5E9506FED4657C9700EEBDBEC")]
    public void The_examples_of_rfc_7616_prove_the_password(string algorithm, string response)
    {
        Assert.True(DigestCredentials.TryParse(Common.Replace("{0}", algorithm, StringComparison.Ordinal).Replace("{1}", response, StringComparison.Ordinal), out var credentials));
        Assert.Equal(1u, credentials.Count);
        var ha1 = DigestResponse.Ha1(credentials.Algorithm, "Mufasa"u8, "http-auth@example.org"u8, "Circle of Life"u8);
        Assert.True(DigestResponse.Proves(credentials, ha1.Span, "GET"u8));
        Assert.False(DigestResponse.Proves(credentials, ha1.Span, "PUT"u8));
        Assert.False(DigestResponse.Proves(credentials with { Cnonce = "x" }, ha1.Span, "GET"u8));
        Assert.False(DigestResponse.Proves(credentials, DigestResponse.Ha1(credentials.Algorithm, "Mufasa"u8, "http-auth@example.org"u8, "x"u8).Span, "GET"u8));
    }

    [Fact]
    public void The_example_of_rfc_2617_proves_the_password()
    {
        var header = "Digest username=\"Mufasa\",\n realm=\"testrealm@host.com\",\n nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", qop=auth, nc=00000001, cnonce=\"0a4f113b\", response=\"6629fae49393a05397450978507c4ef1\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";
        Assert.True(DigestCredentials.TryParse(header.Replace("\n", " ", StringComparison.Ordinal), out var credentials));
        Assert.Equal(DigestAlgorithm.Md5, credentials.Algorithm);
        var ha1 = DigestResponse.Ha1(DigestAlgorithm.Md5, "Mufasa"u8, "testrealm@host.com"u8, "Circle Of Life"u8);
        Assert.Equal("939e7578ed9e3c518a452acee763bce9", ha1.ToString());
        Assert.True(DigestResponse.Proves(credentials, ha1.Span, "GET"u8));
    }

    [Fact]
    public void Without_qop_the_old_form_is_computed()
    {
        // Same inputs as above: MD5(HA1:nonce:HA2).
        var response = new byte[32];
        var ha1 = DigestResponse.Ha1(DigestAlgorithm.Md5, "Mufasa"u8, "testrealm@host.com"u8, "Circle Of Life"u8);
        Assert.True(DigestResponse.Compute(
            DigestAlgorithm.Md5, ha1.Span, "dcd98b7102dd2f0e8b11d0f600bfb0c093"u8, DigestQop.None, default, default, "GET"u8, "/dir/index.html"u8, response));
        Assert.Equal("670fd8c2df070c60b045671b8b24ff02", Encoding.ASCII.GetString(response));
    }

    [Theory]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("NoOneKnowsThisScheme opaque-data=here")]
    [InlineData("Digest")]
    [InlineData("Digest username=\"a\"")]
    [InlineData("Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"r")]
    [InlineData("Digest username=\"a\", username=\"b\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"r\"")]
    [InlineData("Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"r\", qop=auth, cnonce=\"c\"")]
    [InlineData("Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"r\", qop=auth, nc=1, cnonce=\"c\"")]
    public void What_is_no_digest_credentials_is_refused(string header) => Assert.False(DigestCredentials.TryParse(header, out _));

    [Theory]
    [InlineData("MD5-sess", "auth")]
    [InlineData("SHA-256-sess", "auth")]
    [InlineData("SHA-512-256", "auth")]
    [InlineData("MD5", "auth-int")]
    public void What_is_understood_but_not_served_is_said_so(string algorithm, string qop)
    {
        Assert.True(DigestCredentials.TryParse(
            $"Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"00000000000000000000000000000000\", algorithm={algorithm}, qop={qop}, nc=00000001, cnonce=\"c\"",
            out var credentials));
        Assert.False(credentials.IsServed);
        Assert.False(DigestResponse.Proves(credentials, "x"u8, "GET"u8));
    }

    [Fact]
    public void Challenge_and_credentials_read_back_as_written()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new SipWriter(output);
        var challenge = new DigestChallenge("ex\"am\\ple", "n1", "o1", DigestAlgorithm.Sha256, OffersAuth: true, OffersAuthInt: false, IsStale: true);
        var credentials = new DigestCredentials(
            "al\"ice", "ex\"am\\ple", "n1", "sip:example.com", "0123", DigestAlgorithm.Sha256, DigestQop.Auth, "0000000a", "c1", "o1");
        writer.Status(401);
        challenge.Write(ref writer, HeaderName.WwwAuthenticate);
        credentials.Write(ref writer, HeaderName.Authorization);
        writer.NoBody();
        var lines = Encoding.UTF8.GetString(output.WrittenSpan).Split("\r\n");
        Assert.Equal("SIP/2.0 401 Unauthorized", lines[0]);
        Assert.True(DigestChallenge.TryParse(lines[1]["WWW-Authenticate: ".Length..], out var readChallenge));
        Assert.Equal(challenge, readChallenge);
        Assert.True(readChallenge.IsServed);
        Assert.True(DigestCredentials.TryParse(lines[2]["Authorization: ".Length..], out var readCredentials));
        Assert.Equal(credentials, readCredentials);
        Assert.Equal(10u, readCredentials.Count);
    }

    [Fact]
    public void The_challenge_of_rfc_7616_is_understood()
    {
        Assert.True(DigestChallenge.TryParse(
            "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=SHA-256, nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"x\"",
            out var challenge));
        Assert.True(challenge.OffersAuth && challenge.OffersAuthInt && challenge.IsServed && !challenge.IsStale);
        Assert.Equal(DigestAlgorithm.Sha256, challenge.Algorithm);
        Assert.True(DigestChallenge.TryParse("Digest realm=\"r\", nonce=\"n\", qop=\"new\"", out challenge));
        Assert.False(challenge.IsServed);
        Assert.True(DigestChallenge.TryParse("digest realm=\"r\",nonce=\"n\"", out challenge));
        Assert.True(challenge.IsServed && !challenge.HasQop);
    }

    [Fact]
    public void A_nonce_is_fresh_then_stale_and_a_changed_one_forged()
    {
        var key = new byte[32];
        new Random(1).NextBytes(key);
        var nonces = new NonceFactory(key, TimeSpan.FromMinutes(5));
        var now = DateTimeOffset.UnixEpoch.AddYears(50);
        var nonce = nonces.Issue(now, 7);
        Assert.Equal(nonce, nonces.Issue(now, 7));
        Assert.NotEqual(nonce, nonces.Issue(now, 8));
        Assert.Equal(NonceState.Fresh, nonces.Check(nonce.Span, now));
        Assert.Equal(NonceState.Fresh, nonces.Check(nonce.Span, now.AddMinutes(5)));
        Assert.Equal(NonceState.Stale, nonces.Check(nonce.Span, now.AddMinutes(5).AddMilliseconds(1)));
        Assert.Equal(NonceState.Stale, nonces.Check(nonce.Span, now.AddSeconds(-1)));
        Assert.Equal(NonceState.Forged, new NonceFactory(new byte[32], TimeSpan.FromMinutes(5)).Check(nonce.Span, now));
        Assert.Equal(NonceState.Forged, nonces.Check("abc"u8, now));
        Assert.Equal(NonceState.Forged, nonces.Check(default, now));
        for (var i = 0; i < nonce.Length - 1; i++)
        {
            var changed = nonce.Span.ToArray();
            changed[i] = changed[i] == 'A' ? (byte)'B' : (byte)'A';
            Assert.Equal(NonceState.Forged, nonces.Check(changed, now));
        }
    }
}
