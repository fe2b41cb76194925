using Confab.Cli.Bench;
using Xunit;

namespace Confab.Tests.Cli.Bench;

/// <summary>Servers that do not do what a load expects: it ends in bounded time and says what happened.</summary>
public sealed class HostileServerTests
{
    [Theory]
    [InlineData("signalling")]
    [InlineData("register")]
    [InlineData("sessions")]
    [InlineData("fanout")]
    public void One_that_answers_nothing(string mode)
    {
        using var scene = new LoadScene();
        if (mode != "signalling")
        {
            var failed = Assert.Throws<LoadFailedException>(() => scene.RunAgainst(LoadScene.Options(mode), static _ => ""));
            Assert.Contains("did not answer the REGISTER", failed.Message, StringComparison.Ordinal);
            return;
        }

        var report = scene.RunAgainst(LoadScene.Options(mode), static _ => "");
        Assert.True(report.HasFailed);
        Assert.Equal(["no answer"], report.Failures.Keys);
    }

    [Fact]
    public void One_that_closes_at_once()
    {
        using var scene = new LoadScene();
        var report = scene.RunAgainst(LoadScene.Options("signalling"), static _ => null);
        Assert.Equal(["the server closed the SIP connection"], report.Failures.Keys);
        Assert.InRange(report.Failures.Values.Sum(), 1, 200); // it does not try as fast as it can
    }

    [Fact]
    public void One_that_refuses_everything_is_not_stormed()
    {
        using var scene = new LoadScene();
        var report = scene.RunAgainst(LoadScene.Options("signalling"), static request => LoadScene.Answer(request, "503 Service Unavailable"));
        Assert.Equal(["503 Service Unavailable"], report.Failures.Keys);
        Assert.InRange(report.Failures.Values.Sum(), 10, 100); // twenty times a second, two at a time
        Assert.Equal(0, report.Count);
    }

    [Fact]
    public void One_that_refuses_to_register_anybody()
    {
        using var scene = new LoadScene();
        var failed = Assert.Throws<LoadFailedException>(() => scene.RunAgainst(LoadScene.Options("fanout"), static request => LoadScene.Answer(request, "503 Service Unavailable")));
        Assert.Contains("overloaded", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_answers_with_ids_that_were_never_sent()
    {
        using var scene = new LoadScene();
        var report = scene.RunAgainst(
            LoadScene.Options("signalling"), static request => LoadScene.Answer(request, "200 OK").Replace("branch=z9hG4bK", "branch=other", StringComparison.Ordinal));
        Assert.True(report.Strange > 0);
        Assert.Equal(0, report.Count);
        Assert.Equal(["no answer"], report.Failures.Keys);
    }

    [Fact]
    public void One_that_answers_each_request_twice_counts_once()
    {
        using var scene = new LoadScene();
        var once = scene.RunAgainst(LoadScene.Options("signalling"), static request => LoadScene.Answer(request, "200 OK"));
        using var again = new LoadScene();
        var twice = again.RunAgainst(LoadScene.Options("signalling"), static request => LoadScene.Answer(request, "200 OK") + LoadScene.Answer(request, "200 OK"));
        Assert.False(twice.HasFailed, ReportText.Write(twice));
        Assert.Equal(once.Count, twice.Count);
    }

    [Fact]
    public void One_that_challenges_for_ever()
    {
        using var scene = new LoadScene();
        var nonces = 0;
        var failed = Assert.Throws<LoadFailedException>(() => scene.RunAgainst(LoadScene.Options("register"), request => LoadScene.Answer(
            request, "401 Unauthorized", $"WWW-Authenticate: Digest realm=\"example.com\", nonce=\"n{nonces++}\", qop=\"auth\", algorithm=MD5, stale=true\r\n")));
        Assert.Contains("401", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Contact: <sip:focus@10.0.9.9>;isfocus\r\n")]
    public void One_that_accepts_a_group_without_a_path(string more)
    {
        using var scene = new LoadScene();
        var failed = Assert.Throws<LoadFailedException>(() => scene.RunAgainst(LoadScene.Options("fanout") with { Registers = false }, request => LoadScene.Answer(request, "200 OK", more)));
        Assert.Contains("no MSRP path", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_speaks_no_SIP()
    {
        using var scene = new LoadScene();
        var report = scene.RunAgainst(LoadScene.Options("signalling"), static _ => "HTTP/1.1 400 Bad Request\r\n\r\n");
        Assert.True(report.Strange > 0);
        Assert.True(report.HasFailed);
    }
}
