using System.Buffers;
using System.Globalization;
using System.Text;
using Confab.Runtime;
using Confab.Server;
using Confab.Server.Procedures.General;
using Confab.Server.Registration;
using Confab.Server.Stores;
using Confab.Sim;
using Confab.Sip.Authentication;
using Confab.Sip.Message;
using Confab.Tests.Sip.Registration;
using Xunit;
using MessageText = Confab.Sip.Message.Text;

namespace Confab.Tests.Server.General;

/// <summary>"Authenticated Originator's IM Address", and IMS-GEN-6.</summary>
public sealed class OriginatorVerificationTests : IDisposable
{
    private const string Factory = "sip:conference-factory@example.com";

    private readonly SimWorld _sim = new();
    private readonly StubFlow _flow = new();
    private readonly StubFlow _core = new("10.1.2.3:5060");
    private readonly OriginatorVerification _verification;

    public OriginatorVerificationTests()
    {
        var options = new ServerOptions
        {
            Users = [new() { Address = "sip:alice@example.com", Password = "demo" }, new() { Address = "sip:bob@example.com", Password = "other" }],
        };
        options.Sip.TrustedPeers.Add("10.1.0.0/16");
        var directory = new MemoryDirectory();
        PasswordHash.PutConfigured(directory, options);
        directory.Begin();
        directory.PutAccount(PasswordHash.Of("sip:old@example.org", "demo", "example.org"));
        directory.Commit();
        _verification = new OriginatorVerification(_sim.Host("10.0.0.1", 1), directory, options);
    }

    public void Dispose() => _sim.Dispose();

    // ---- Trusted peers

    [Theory]
    [InlineData("P-Asserted-Identity: \"Alice\" <sip:alice@example.com>", "sip:alice@example.com", null, "Alice")]
    [InlineData("P-Asserted-Identity: <SIP:Alice@EXAMPLE.com:5060;user=phone>", "sip:Alice@example.com", null, null)]
    [InlineData("P-Asserted-Identity: <sips:alice@example.com>", "sip:alice@example.com", null, null)]
    [InlineData("P-Asserted-Identity: <sip:zoe@elsewhere.example>", "sip:zoe@elsewhere.example", null, null)]
    [InlineData("P-Asserted-Identity: <tel:+1-555-1234>, \"A \\\"B\\\" C\" <sip:alice@example.com>", "sip:alice@example.com", "tel:+15551234", "A \"B\" C")]
    [InlineData("P-Asserted-Identity: <sip:alice@example.com>\r\nP-Asserted-Identity: Al <tel:+15551234>", "sip:alice@example.com", "tel:+15551234", "Al")]
    [InlineData("P-Asserted-Identity: <tel:+15551234>", "tel:+15551234", "tel:+15551234", null)]
    [InlineData("P-Asserted-Identity: <sip:alice@example.com>, <sip:bob@example.com>", "sip:alice@example.com", null, null)]
    [InlineData("P-Asserted-Identity: <sip:example.com>, <sip:alice@example.com>", "sip:alice@example.com", null, null)]
    public void A_trusted_peer_is_taken_at_its_assertion_sip_before_tel_COM_AOIA_2_3_6(string header, string address, string? tel, string? name)
    {
        var verdict = Assert.IsType<Verdict.Verified>(_verification.Verify(Invite([header, "From: <sip:anybody@anywhere.example>;tag=1"]), _core));
        Assert.Equal(new Originator(address, tel, name, ByTrustedPeer: true), verdict.Originator);
    }

    [Theory]
    [InlineData("Subject: nobody asserted")]
    [InlineData("P-Asserted-Identity: <mailto:alice@example.com>")]
    [InlineData("P-Asserted-Identity: <sip:example.com>")]
    [InlineData("P-Asserted-Identity: <sip:alice@")]
    [InlineData("P-Preferred-Identity: <sip:alice@example.com>")]
    public void A_trusted_peer_that_asserts_nobody_is_refused_IMS_GEN_6(string header) =>
        Assert.Equal(403, Assert.IsType<Verdict.Refused>(_verification.Verify(Invite([header]), _core)).Status);

    // ---- Digest

    [Fact]
    public void Anyone_else_is_challenged_in_the_operators_order_and_his_assertion_has_no_effect_COM_AOIA_2()
    {
        var challenges = Challenged(_verification.Verify(Invite(["P-Asserted-Identity: <sip:alice@example.com>"]), _flow));
        Assert.Equal([DigestAlgorithm.Md5, DigestAlgorithm.Sha256], challenges.Select(static c => c.Algorithm));
        Assert.All(challenges, static c => Assert.Equal(("example.com", true, false, false), (c.Realm.ToString(), c.OffersAuth, c.OffersAuthInt, c.IsStale)));
        var wire = Written(Assert.IsType<Verdict.Challenged>(_verification.Verify(Invite([]), _flow)).Challenges);
        Assert.Contains("WWW-Authenticate: Digest realm=\"example.com\", nonce=\"", wire, StringComparison.Ordinal);
        Assert.Contains("qop=\"auth\"", wire, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alice", DigestAlgorithm.Sha256)]
    [InlineData("alice", DigestAlgorithm.Md5)]
    [InlineData("alice@example.com", DigestAlgorithm.Sha256)]
    [InlineData("alice@example.com", DigestAlgorithm.Md5)]
    public void Who_knows_the_password_is_that_user_under_both_forms_of_his_name_COM_AOIA_4(string user, DigestAlgorithm algorithm)
    {
        var verdict = Verify(Invite([Answer(user, "demo", algorithm), "From: \"Alice L\" <sip:alice@example.com>;tag=1"]));
        Assert.Equal(new Originator("sip:alice@example.com", null, "Alice L", ByTrustedPeer: false), Assert.IsType<Verdict.Verified>(verdict).Originator);
    }

    [Theory]
    [InlineData("alice", "wrong")]
    [InlineData("zoe", "demo")]
    [InlineData("bob", "demo")]
    [InlineData("Alice", "demo")]
    [InlineData("alice@example.org", "demo")]
    [InlineData("old", "demo")]
    [InlineData("nobody", "demo")]
    public void A_wrong_password_and_an_unknown_user_get_the_same_answers(string user, string password)
    {
        Assert.False(Assert.Single(Challenged(Verify(Invite([Answer(user, password)]))).Select(static c => c.IsStale).Distinct()));
        Challenged(Verify(Invite([Answer(user, password)])));
        Assert.Equal("Too many wrong answers", Assert.IsType<Verdict.Refused>(Verify(Invite([Answer(user, password)]))).Reason);
    }

    [Fact]
    public void After_three_wrong_answers_in_a_row_even_a_right_one_waits_a_minute_but_others_do_not()
    {
        for (var i = 0; i < 3; i++) Verify(Invite([Answer("alice", "wrong")]));
        Assert.Equal(403, Assert.IsType<Verdict.Refused>(Verify(Invite([Answer("alice", "demo")]))).Status);
        Assert.IsType<Verdict.Verified>(_verification.Verify(Invite([Answer("alice", "demo")]), new StubFlow("192.0.2.99:5060")));
        Assert.IsType<Verdict.Verified>(Verify(Invite([Answer("bob", "other"), "From: <sip:bob@example.com>;tag=1"])));
        Challenged(Verify(Invite([])));
        _sim.Advance(TimeSpan.FromSeconds(60) - TimeSpan.FromTicks(1));
        Assert.IsType<Verdict.Refused>(Verify(Invite([Answer("alice", "demo")])));
        _sim.Advance(TimeSpan.FromTicks(1));
        Assert.IsType<Verdict.Verified>(Verify(Invite([Answer("alice", "demo")])));
    }

    [Fact]
    public void A_right_answer_or_a_minute_ends_the_row_of_wrong_ones()
    {
        for (var round = 0; round < 3; round++)
        {
            Challenged(Verify(Invite([Answer("alice", "wrong")])));
            Challenged(Verify(Invite([Answer("alice", "wrong")])));
            if (round == 0) Assert.IsType<Verdict.Verified>(Verify(Invite([Answer("alice", "demo")])));
            else _sim.Advance(TimeSpan.FromSeconds(60));
        }
    }

    [Fact]
    public void The_same_credentials_count_once_and_the_next_count_is_good()
    {
        var challenge = Challenge(DigestAlgorithm.Sha256);
        var first = Invite([Answer("alice", "demo", challenge, count: 1)]);
        Assert.IsType<Verdict.Verified>(Verify(first));
        Assert.All(Challenged(Verify(first)), static c => Assert.True(c.IsStale));
        Assert.IsType<Verdict.Verified>(Verify(Invite([Answer("alice", "demo", challenge, count: 2)])));
        Assert.IsType<Verdict.Verified>(Verify(Invite([Answer("alice", "demo", challenge, count: 0x10)])));
    }

    [Fact]
    public void An_answer_to_an_old_nonce_is_stale_and_nobody_is_asked_for_the_password()
    {
        var challenge = Challenge(DigestAlgorithm.Sha256);
        _sim.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromMilliseconds(1));
        Assert.All(Challenged(Verify(Invite([Answer("alice", "demo", challenge)]))), static c => Assert.True(c.IsStale));
    }

    [Fact]
    public void A_forged_nonce_proves_nothing()
    {
        var forged = Challenge(DigestAlgorithm.Sha256) with { Nonce = "AAAA" };
        Challenged(Verify(Invite([Answer("alice", "demo", forged)])));
        Challenged(Verify(Invite([Answer("alice", "demo", forged)])));
        Assert.IsType<Verdict.Verified>(Verify(Invite([Answer("alice", "demo")])));
    }

    [Fact]
    public void Whether_a_nonce_is_stale_is_told_only_to_who_knows_the_password()
    {
        var challenge = Challenge(DigestAlgorithm.Sha256);
        _sim.Advance(TimeSpan.FromMinutes(6));
        Assert.All(Challenged(Verify(Invite([Answer("alice", "wrong", challenge)]))), static c => Assert.False(c.IsStale));
    }

    [Fact]
    public void Credentials_for_another_method_or_changed_on_the_way_prove_nothing()
    {
        var answer = Answer("alice", "demo", method: SipMethod.Message);
        Challenged(Verify(Invite([answer])));
        answer = Answer("alice", "demo");
        Challenged(Verify(Invite([answer.Replace("uri=\"sip:conference", "uri=\"sip:xonference", StringComparison.Ordinal)])));
    }

    [Theory]
    [InlineData("Authorization: Basic YWxpY2U6ZGVtbw==")]
    [InlineData("Authorization: Digest username=\"alice\"")]
    [InlineData("Authorization: Digest username=\"alice\", realm=\"elsewhere.example\", nonce=\"x\", uri=\"sip:x\", response=\"00\"")]
    [InlineData("Authorization: Digest username=\"alice\", realm=\"example.com\", nonce=\"x\", uri=\"sip:x\", response=\"00\", algorithm=MD5-sess")]
    public void What_is_no_answer_to_us_is_challenged_and_not_held_against_the_user(string header)
    {
        for (var i = 0; i < 5; i++) Challenged(Verify(Invite([header])));
        Assert.IsType<Verdict.Verified>(Verify(Invite([header, Answer("alice", "demo")])));
    }

    [Fact]
    public void Without_qop_an_answer_is_taken_once()
    {
        var challenge = Challenge(DigestAlgorithm.Md5) with { OffersAuth = false };
        var request = Invite([Answer("alice", "demo", challenge)]);
        Assert.IsType<Verdict.Verified>(Verify(request));
        Assert.True(Challenged(Verify(request))[0].IsStale);
    }

    // ---- From, and names

    [Theory]
    [InlineData("From: <sip:bob@example.com>;tag=1", false, null)]
    [InlineData("From: <sip:Alice@example.com>;tag=1", false, null)]
    [InlineData("From: <sip:alice@example.org>;tag=1", false, null)]
    [InlineData("From: <tel:+15551234>;tag=1", false, null)]
    [InlineData("From: <sip:anonymous@example.com>;tag=1", false, null)]
    [InlineData("From: Alice <sip:%61lice@EXAMPLE.com:5070;x=y>;tag=1", true, "Alice")]
    [InlineData("From: <sips:alice@example.com>;tag=1", true, null)]
    [InlineData("From: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1", true, null)]
    [InlineData("From: \"Anonymous\" <sip:anonymous@Anonymous.Invalid>;tag=1", true, null)]
    public void From_is_the_authenticated_user_or_anonymous_COM_AOIA_4_6(string from, bool verified, string? name)
    {
        var verdict = Verify(Invite([Answer("alice", "demo"), from]));
        if (verified) Assert.Equal(new Originator("sip:alice@example.com", null, name, false), Assert.IsType<Verdict.Verified>(verdict).Originator);
        else Assert.Equal(403, Assert.IsType<Verdict.Refused>(verdict).Status);
    }

    [Theory]
    [InlineData("P-Preferred-Identity: \"Lady\" <sip:alice@example.com>", "Lady")]
    [InlineData("P-Preferred-Identity: \"Boss\" <sip:bob@example.com>", "From Name")]
    [InlineData("P-Preferred-Identity: <tel:+15551234>, \"Lady\" <sip:alice@example.com>", "Lady")]
    public void A_preferred_identity_picks_only_among_the_users_own(string header, string name)
    {
        var verdict = Verify(Invite([Answer("alice", "demo"), header, "From: \"From Name\" <sip:alice@example.com>;tag=1"]));
        Assert.Equal(new Originator("sip:alice@example.com", null, name, false), Assert.IsType<Verdict.Verified>(verdict).Originator);
    }

    // ---- D-02

    [Theory]
    [InlineData("BYE", "192.0.2.7:5070", Transport.Udp, false)]
    [InlineData("BYE", "192.0.2.7:5071", Transport.Udp, true)]
    [InlineData("BYE", "192.0.2.8:5070", Transport.Udp, true)]
    [InlineData("BYE", "192.0.2.7:5070", Transport.Tcp, true)]
    [InlineData("INVITE", "192.0.2.8:5070", Transport.Udp, true)]
    [InlineData("ACK", "192.0.2.8:5070", Transport.Udp, false)]
    [InlineData("CANCEL", "192.0.2.8:5070", Transport.Udp, false)]
    [InlineData("BYE", "10.1.9.9:5060", Transport.Udp, false)]
    public void Inside_a_dialog_only_another_way_is_challenged_and_never_ACK_or_CANCEL_D_02(string method, string remote, Transport transport, bool challenged)
    {
        var request = RegisterText.Parse($"{method} sip:s1@example.com SIP/2.0", method, "c", 2);
        Assert.Equal(challenged, _verification.NeedsChallenge(request, new StubFlow(remote, transport), _flow));
    }

    private Verdict Verify(SipRequest request) => _verification.Verify(request, _flow);

    private static SipRequest Invite(string[] lines) => RegisterText.Parse($"INVITE {Factory} SIP/2.0", "INVITE", "c", 1, lines);

    private DigestChallenge Challenge(DigestAlgorithm algorithm) => Challenged(Verify(Invite([]))).Single(c => c.Algorithm == algorithm);

    private string Answer(string user, string password, DigestAlgorithm algorithm = DigestAlgorithm.Sha256, SipMethod method = SipMethod.Invite) =>
        Answer(user, password, Challenge(algorithm), method: method);

    private static string Answer(string user, string password, DigestChallenge challenge, uint count = 1, SipMethod method = SipMethod.Invite)
    {
        var qop = challenge.OffersAuth ? DigestQop.Auth : DigestQop.None;
        MessageText nc = count.ToString("x8", CultureInfo.InvariantCulture), cnonce = "0a4f113b";
        var ha1 = DigestResponse.Ha1(challenge.Algorithm, Encoding.UTF8.GetBytes(user), challenge.Realm.Span, Encoding.UTF8.GetBytes(password));
        var digits = new byte[DigestAlgorithms.HexLength(challenge.Algorithm)];
        DigestResponse.Compute(
            challenge.Algorithm, ha1.Span, challenge.Nonce.Span, qop, nc.Span, cnonce.Span, SipMethods.Name(method), Encoding.UTF8.GetBytes(Factory), digits);
        var credentials = new DigestCredentials(user, challenge.Realm, challenge.Nonce, Factory, MessageText.Of(digits), challenge.Algorithm, qop, nc, cnonce, default);
        return Written((ref SipWriter writer) => credentials.Write(ref writer, HeaderName.Authorization)).TrimEnd();
    }

    private static List<DigestChallenge> Challenged(Verdict verdict)
    {
        var found = new List<DigestChallenge>();
        foreach (var line in Written(Assert.IsType<Verdict.Challenged>(verdict).Challenges).Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.True(DigestChallenge.TryParse(line["WWW-Authenticate: ".Length..], out var challenge));
            found.Add(challenge);
        }

        return found;
    }

    private static string Written(HeadersWriter headers)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new SipWriter(output);
        headers(ref writer);
        writer.NoBody();
        return Encoding.UTF8.GetString(output.WrittenSpan).Replace("Content-Length: 0\r\n\r\n", "", StringComparison.Ordinal);
    }
}
