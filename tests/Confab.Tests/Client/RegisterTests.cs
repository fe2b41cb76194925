using Confab.Client;
using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>Registering: RFC 3261 10.2.</summary>
public sealed class RegisterTests
{
    const string Challenge = "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"n1\", algorithm=SHA-256, qop=\"auth\"";

    [Fact]
    public void IMC_GEN_2_a_register_binds_our_contact_with_the_feature_tag()
    {
        using var scene = new Scene();
        _ = scene.Client.RegisterAsync();
        var register = scene.Peer.Expect("REGISTER sip:example.com SIP/2.0");
        Assert.Equal("<sip:alice@example.com>", register["To"]);
        Assert.StartsWith("<sip:alice@example.com>;tag=", register["From"], StringComparison.Ordinal);
        Assert.Matches(@"^<sip:alice@192\.0\.2\.11:\d+;transport=tcp>;\+g\.oma\.sip-im;expires=3600$", register["Contact"]);
        Assert.StartsWith("IM-client/OMA1.0", register["User-Agent"], StringComparison.Ordinal);
        Assert.Null(register["P-Preferred-Identity"]);
    }

    [Fact]
    public void IMC_GEN_14_a_challenged_register_is_sent_again_with_credentials()
    {
        using var scene = new Scene();
        var registering = scene.Client.RegisterAsync();
        var first = scene.Peer.Expect("REGISTER");
        scene.Peer.Answer(first, 401, Challenge);
        var second = scene.Peer.Expect("REGISTER");
        Assert.Equal(("1 REGISTER", "2 REGISTER"), (first["CSeq"], second["CSeq"]));
        Assert.Equal(first["Call-ID"], second["Call-ID"]);
        Assert.Contains("username=\"alice\", realm=\"example.com\", nonce=\"n1\"", second["Authorization"], StringComparison.Ordinal);
        scene.Peer.Answer(second, 200, "Expires: 600");
        Assert.Equal(600, registering.Result().Expires);
        Assert.Equal(600, Assert.IsType<Registered>(scene.NextEvent()).Expires);
    }

    [Fact]
    public void A_wrong_password_is_told_once_the_same_challenge_comes_back()
    {
        using var scene = new Scene();
        var registering = scene.Client.RegisterAsync();
        scene.Peer.Answer(scene.Peer.Expect("REGISTER"), 401, Challenge);
        scene.Peer.Answer(scene.Peer.Expect("REGISTER"), 401, Challenge, phrase: "Unauthorized");
        scene.Peer.ExpectSilence();
        var outcome = registering.Result();
        Assert.Equal((false, 401, "Unauthorized"), (outcome.IsRegistered, outcome.Status, outcome.Text));
        Assert.Empty(scene.Events());
        scene.World.Advance(TimeSpan.FromHours(2));
        scene.Peer.ExpectSilence();
    }

    [Theory]
    [InlineData(600, 300)]
    [InlineData(1200, 600)]
    [InlineData(3600, 3000)]
    public void It_is_refreshed_at_half_time_or_ten_minutes_before_the_end(int granted, int refreshed)
    {
        using var scene = new Scene();
        _ = scene.Client.RegisterAsync();
        var register = scene.Peer.Expect("REGISTER");
        scene.Peer.Answer(register, 200, $"Contact: {register["Contact"]!.Replace("3600", granted.ToString())}\nExpires: 7777");
        scene.World.Advance(TimeSpan.FromSeconds(refreshed - 1));
        scene.Peer.ExpectSilence();
        scene.World.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("2 REGISTER", scene.Peer.Expect("REGISTER")["CSeq"]);
    }

    [Fact]
    public void An_interval_that_is_too_brief_is_lengthened()
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, RegistrationSeconds = 60 });
        _ = scene.Client.RegisterAsync();
        scene.Peer.Answer(scene.Peer.Expect("REGISTER"), 423, "Min-Expires: 1800");
        Assert.EndsWith(";expires=1800", scene.Peer.Expect("REGISTER")["Contact"], StringComparison.Ordinal);
    }

    [Fact]
    public void Unregistering_takes_the_binding_back()
    {
        using var scene = new Scene().Registered();
        var unregistering = scene.Client.UnregisterAsync();
        var register = scene.Peer.Expect("REGISTER");
        Assert.EndsWith(";expires=0", register["Contact"], StringComparison.Ordinal);
        scene.Peer.Answer(register, 200);
        Assert.True(unregistering.Result());
        Assert.False(Assert.IsType<Unregistered>(scene.NextEvent()).Retrying);
        scene.World.Advance(TimeSpan.FromHours(2));
        scene.Peer.ExpectSilence();
    }

    [Fact]
    public void A_lost_connection_is_told_and_the_client_comes_back_by_itself()
    {
        using var scene = new Scene().Registered();
        scene.Peer.Flow!.Close(EndReason.None);
        Assert.True(Assert.IsType<Unregistered>(scene.NextEvent()).Retrying);
        scene.World.Advance(TimeSpan.FromSeconds(1.1));
        scene.Peer.Answer(scene.Peer.Expect("REGISTER"), 200, "Expires: 3600");
        Assert.IsType<Registered>(scene.NextEvent());
    }

    [Fact]
    public void While_the_server_is_away_the_waits_get_longer()
    {
        using var scene = new Scene(Transport.Udp).Registered();
        scene.World.Network.LoseIf = d => d.To.Port == 5060;
        scene.World.Advance(TimeSpan.FromSeconds(3000 + 40));
        Assert.True(Assert.IsType<Unregistered>(scene.NextEvent()).Retrying);
        scene.Peer.Ignore();
        var attempts = 0;
        scene.World.Network.LoseIf = d =>
        {
            attempts++;
            return d.To.Port == 5060;
        };
        scene.World.Advance(TimeSpan.FromMinutes(30));
        Assert.InRange(attempts / 11, 11, 25); // 11 sendings an attempt; waits of up to 120 s and 32 s of patience
        scene.World.Network.LoseIf = null;
        var heard = scene.Peer.Heard.Count;
        Assert.True(scene.World.RunUntil(() => scene.Peer.Heard.Count > heard, TimeSpan.FromMinutes(3)));
        scene.Peer.Answer(scene.Peer.Expect("REGISTER"), 200, "Expires: 3600");
        Assert.IsType<Registered>(Assert.Single(scene.Events()));
    }

    [Fact]
    public void A_refused_refresh_is_told_and_not_repeated()
    {
        using var scene = new Scene().Registered();
        scene.World.Advance(TimeSpan.FromSeconds(3001));
        scene.Peer.Answer(scene.Peer.Expect("REGISTER"), 403, phrase: "No Longer");
        var lost = Assert.IsType<Unregistered>(scene.NextEvent());
        Assert.Equal(("No Longer", 403, false), (lost.Reason, lost.Status, lost.Retrying));
        scene.World.Advance(TimeSpan.FromHours(2));
        scene.Peer.ExpectSilence();
    }

    [Fact]
    public void No_way_to_the_server_is_an_exception()
    {
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = "203.0.113.9:5060" });
        var registering = scene.Client.RegisterAsync();
        scene.World.Run();
        Assert.IsType<ServerUnreachableException>(registering.Exception!.InnerException);
    }

    [Fact]
    public void A_server_that_does_not_answer_is_one_too_and_so_is_one_that_hangs_up()
    {
        using var silent = new Scene(Transport.Udp);
        var registering = silent.Client.RegisterAsync();
        silent.World.Advance(TimeSpan.FromSeconds(33));
        Assert.IsType<ServerUnreachableException>(registering.Exception!.InnerException);

        using var rude = new Scene();
        registering = rude.Client.RegisterAsync();
        rude.Peer.Expect("REGISTER");
        rude.Peer.Flow!.Close(EndReason.None);
        rude.World.Run();
        Assert.IsType<ServerUnreachableException>(registering.Exception!.InnerException);
    }

    [Fact]
    public void Disposing_leaves_the_sessions_and_then_unregisters_and_ends_the_events()
    {
        using var scene = new Scene().Registered();
        var session = scene.Called(out _);
        var disposing = scene.Client.DisposeAsync().AsTask();
        scene.Peer.Answer(scene.Peer.Expect("BYE"), 200);
        scene.Peer.Answer(scene.Peer.Expect("REGISTER"), 200);
        scene.World.Run();
        Assert.True(disposing.IsCompletedSuccessfully);
        Assert.Equal(ImSessionState.Ended, session.State);
        Assert.False(scene.Peer.Flow!.IsOpen);
        Assert.True(scene.Client.DisposeAsync().AsTask() is var again && again is not null);
        var late = scene.Client.CallAsync("sip:bob@example.com");
        scene.World.Run();
        Assert.IsType<ObjectDisposedException>(late.Exception!.InnerException);
    }
}
