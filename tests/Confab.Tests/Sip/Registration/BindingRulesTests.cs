using System.Collections.Immutable;
using Confab.Runtime;
using Confab.Sip.Registration;
using Xunit;

namespace Confab.Tests.Sip.Registration;

/// <summary>RFC 3261 10.3, steps 6 and 7.</summary>
public sealed class BindingRulesTests
{
    private static readonly DateTimeOffset s_now = new(2025, 1, 15, 10, 0, 0, TimeSpan.Zero);
    private static readonly BindingLimits s_limits = new();
    private static readonly StubFlow s_flow = new();

    private ImmutableArray<Binding> _bindings = [];

    [Theory]
    [InlineData("Contact: <sip:alice@192.0.2.7>", "", 3600)]
    [InlineData("Contact: <sip:alice@192.0.2.7>", "Expires: 600", 600)]
    [InlineData("Contact: <sip:alice@192.0.2.7>;expires=120", "Expires: 600", 120)]
    [InlineData("Contact: <sip:alice@192.0.2.7>;expires=60", "", 60)]
    [InlineData("Contact: <sip:alice@192.0.2.7>;expires=7200", "", 7200)]
    [InlineData("Contact: <sip:alice@192.0.2.7>;expires=7201", "", 7200)]
    [InlineData("Contact: <sip:alice@192.0.2.7>;expires=4294967296", "", 7200)]
    [InlineData("Contact: <sip:alice@192.0.2.7>;expires=soon", "Expires: 600", 600)]
    [InlineData("Contact: <sip:alice@192.0.2.7>", "Expires: soon", 3600)]
    [InlineData("m: sip:alice@192.0.2.7;expires=90", "", 90)]
    public void The_interval_is_the_parameter_else_the_header_else_the_default_and_never_over_the_longest(string contact, string header, int seconds)
    {
        var outcome = Apply(Lines(1, contact, header));
        Assert.Equal(200, outcome.Status);
        Assert.True(outcome.IsChanged);
        Assert.Equal(s_now.AddSeconds(seconds), Assert.Single(outcome.Bindings).Expires);
    }

    [Theory]
    [InlineData("Contact: <sip:alice@192.0.2.7>;expires=59", "", 423)]
    [InlineData("Contact: <sip:alice@192.0.2.7>", "Expires: 1", 423)]
    [InlineData("Contact: <sip:alice@192.0.2.7>, <sip:alice@192.0.2.8>;expires=30", "", 423)]
    [InlineData("Contact: *", "", 400)]
    [InlineData("Contact: *", "Expires: 60", 400)]
    [InlineData("Contact: *", "Expires: soon", 400)]
    [InlineData("Contact: *, <sip:alice@192.0.2.7>", "Expires: 0", 400)]
    [InlineData("Contact: <sip:alice@192.0.2.7>, *", "Expires: 0", 400)]
    [InlineData("Contact: *;expires=0", "", 400)]
    [InlineData("Contact: <sip:alice@192.0.2.7", "", 400)]
    [InlineData("Contact: <mailto:alice@example.com>", "", 400)]
    public void What_a_registrar_may_not_take_is_refused_and_changes_nothing(string contact, string header, int status)
    {
        Register(1, "Contact: <sip:alice@192.0.2.1>");
        var outcome = Apply(Lines(2, contact, header));
        Assert.Equal(status, outcome.Status);
        Assert.True(outcome.IsRefused);
        Assert.Empty(outcome.Bindings);
    }

    [Fact]
    public void A_request_without_Contact_asks_what_is_bound()
    {
        Register(1, "Contact: <sip:alice@192.0.2.7>");
        var outcome = Apply(RegisterText.Of(2));
        Assert.Equal((200, false), (outcome.Status, outcome.IsChanged));
        Assert.Equal(_bindings, outcome.Bindings);
    }

    [Fact]
    public void One_user_has_several_bindings_and_the_latest_refreshed_is_last()
    {
        Register(1, "Contact: <sip:alice@192.0.2.7>, <sip:alice@192.0.2.8>;q=0.5");
        Register(2, "Contact: <sip:alice@192.0.2.7>");
        Assert.Equal(["sip:alice@192.0.2.8", "sip:alice@192.0.2.7"], Contacts());
        Assert.Equal([0.5f, 1f], _bindings.Select(static b => b.Q));
        Assert.Equal([1u, 2u], _bindings.Select(static b => b.CSeq));
    }

    [Fact]
    public void A_refresh_finds_its_binding_by_URI_comparison()
    {
        Register(1, "Contact: <sip:alice@Host.Example.com:5070;ob>");
        Register(2, "Contact: <sip:%61lice@host.example.com:5070>");
        Assert.Equal(["sip:%61lice@host.example.com:5070"], Contacts());
        Register(3, "Contact: <sip:alice@host.example.com:5070;transport=tcp>");
        Assert.Equal(2, _bindings.Length);
    }

    [Fact]
    public void Expires_0_removes_that_binding_alone_and_an_unknown_one_is_gone_already()
    {
        Register(1, "Contact: <sip:alice@192.0.2.7>, <sip:alice@192.0.2.8>");
        Register(2, "Contact: <sip:alice@192.0.2.7>;expires=0, <sip:alice@192.0.2.99>;expires=0");
        Assert.Equal(["sip:alice@192.0.2.8"], Contacts());
    }

    [Fact]
    public void A_star_removes_all_bindings_those_of_other_devices_too()
    {
        Register(1, "Contact: <sip:alice@192.0.2.7>");
        _bindings = Apply(RegisterText.With("other", 1, "Contact: <sip:alice@192.0.2.8>")).Bindings;
        Register(2, "Contact: *", "Expires: 0");
        Assert.Empty(_bindings);
        Assert.False(Apply(Lines(3, "Contact: *", "Expires: 0")).IsChanged);
    }

    [Theory]
    [InlineData(4, "Contact: <sip:alice@192.0.2.7>")]
    [InlineData(5, "Contact: <sip:alice@192.0.2.7>")]
    [InlineData(5, "Contact: <sip:alice@192.0.2.7>;expires=0")]
    [InlineData(5, "Contact: <sip:alice@192.0.2.8>, <sip:alice@192.0.2.7>")]
    [InlineData(5, "Contact: *")]
    public void An_older_request_of_the_same_Call_ID_fails_whole(uint cseq, string contact)
    {
        Register(5, "Contact: <sip:alice@192.0.2.7>");
        Assert.Equal(500, Apply(RegisterText.Of(cseq, contact, contact.EndsWith('*') ? "Expires: 0" : "Expires: 600")).Status);
        Assert.Equal(200, Apply(RegisterText.With("after-a-restart", cseq, contact, contact.EndsWith('*') ? "Expires: 0" : "Expires: 600")).Status);
    }

    [Fact]
    public void An_expired_binding_counts_no_more_not_even_for_the_order()
    {
        Register(5, "Contact: <sip:alice@192.0.2.7>;expires=60");
        var later = BindingRules.Apply(_bindings, RegisterText.Of(4, "Contact: <sip:alice@192.0.2.7>"), s_flow, s_now.AddSeconds(60), s_limits);
        Assert.Equal(200, later.Status);
        Assert.Equal(4u, Assert.Single(later.Bindings).CSeq);
        Assert.Empty(BindingRules.Apply(_bindings, RegisterText.Of(4), s_flow, s_now.AddSeconds(60), s_limits).Bindings);
    }

    [Fact]
    public void A_contact_named_twice_in_one_request_is_bound_once_by_its_last_word()
    {
        Register(1, "Contact: <sip:alice@192.0.2.7>;q=0.1, <sip:alice@192.0.2.7>;q=0.9");
        Assert.Equal(0.9f, Assert.Single(_bindings).Q);
    }

    [Fact]
    public void One_binding_too_many_is_refused_and_a_full_set_may_be_replaced_whole()
    {
        var sixteen = string.Join(", ", Enumerable.Range(0, 16).Select(static i => $"<sip:alice@192.0.2.{i}>"));
        Register(1, "Contact: " + sixteen);
        Assert.Equal(16, _bindings.Length);
        Assert.Equal(503, Apply(RegisterText.Of(2, "Contact: <sip:alice@192.0.2.100>")).Status);
        var removed = sixteen.Replace(">", ">;expires=0", StringComparison.Ordinal);
        Register(3, "Contact: " + removed, "Contact: " + sixteen.Replace("192.0.2", "198.51.100", StringComparison.Ordinal));
        Assert.Equal(16, _bindings.Length);
        Assert.All(Contacts(), static c => Assert.StartsWith("sip:alice@198.51.100.", c));
        Assert.Equal(503, Apply(RegisterText.Of(4, "Contact: " + removed, "Contact: " + removed, "Contact: <sip:alice@192.0.2.1>;expires=0")).Status);
    }

    [Fact]
    public void A_binding_keeps_the_way_it_came_the_device_and_the_feature_tags()
    {
        Register(1, "Contact: \"Alice\" <sip:alice@10.0.0.7:5070;transport=tcp>;+sip.instance=\"<urn:uuid:f81d4fae>\";expires=600;+g.oma.sip-im;q=0.7;reg-id=1");
        var binding = Assert.Single(_bindings);
        Assert.Equal("sip:alice@10.0.0.7:5070;transport=tcp", binding.Contact);
        Assert.Same(s_flow, binding.Flow);
        Assert.Equal("192.0.2.7:5070", binding.Received);
        Assert.Equal("urn:uuid:f81d4fae", binding.InstanceId);
        Assert.Equal("+sip.instance=\"<urn:uuid:f81d4fae>\";+g.oma.sip-im;reg-id=1", binding.ContactParameters);
    }

    [Fact]
    public void Through_a_proxy_the_flow_is_the_proxys_so_the_Contact_is_followed()
    {
        Register(1, "Via: SIP/2.0/UDP proxy.example.com;branch=z9hG4bK1, SIP/2.0/UDP 10.0.0.7;branch=z9hG4bK2", "Contact: <sip:alice@10.0.0.7>");
        Assert.Null(Assert.Single(_bindings).Flow);
    }

    [Fact]
    public void A_Path_is_kept_in_its_order_and_takes_the_place_of_the_flow()
    {
        Register(1, "Contact: <sip:alice@10.0.0.7>", "Path: <sip:p1.example.com;lr>", "Path: <sip:p2.example.com;lr>");
        var binding = Assert.Single(_bindings);
        Assert.Equal("<sip:p1.example.com;lr>, <sip:p2.example.com;lr>", binding.Path);
        Assert.Null(binding.Flow);
        Register(2, "Contact: <sip:alice@10.0.0.7>");
        Assert.Equal("", Assert.Single(_bindings).Path);
    }

    [Theory]
    [InlineData("Path: nonsense")]
    [InlineData("Path: <tel:+15551234>")]
    [InlineData("Path: <sip:p1.example.com;lr>, <sip:")]
    public void A_Path_that_no_request_could_take_is_refused(string path) =>
        Assert.Equal(400, Apply(RegisterText.Of(1, "Contact: <sip:alice@10.0.0.7>", path)).Status);

    [Fact]
    public void A_Path_without_end_is_refused() =>
        Assert.Equal(400, Apply(RegisterText.Of(1, "Contact: <sip:alice@10.0.0.7>", "Path: " + string.Join(", ", Enumerable.Repeat("<sip:p1.example.com;lr>", 100)))).Status);

    [Fact]
    public void A_flow_replaces_the_one_of_the_same_device_and_number_whatever_its_contact()
    {
        Register(1, Flow("192.0.2.7", "1", 1), "Supported: outbound");
        Register(2, Flow("192.0.2.8", "1", 1), "Supported: outbound");
        Assert.Equal(["sip:alice@192.0.2.8"], Contacts());
        Register(3, Flow("192.0.2.8", "1", 2));
        Register(4, Flow("192.0.2.9", "2", 1));
        Assert.Equal([1u, 2u, 1u], _bindings.Select(static b => b.RegId ?? 0));
        Assert.Equal(["sip:alice@192.0.2.8", "sip:alice@192.0.2.8", "sip:alice@192.0.2.9"], Contacts());
        Register(5, Flow("10.9.9.9", "1", 2) + ";expires=0");
        Assert.Equal(["sip:alice@192.0.2.8", "sip:alice@192.0.2.9"], Contacts());
        Assert.Equal(500, Apply(RegisterText.Of(2, Flow("192.0.2.10", "1", 1))).Status);
    }

    [Theory]
    [InlineData("", "Supported: outbound", 439)]
    [InlineData("", "", 200)]
    [InlineData("Path: <sip:edge.example.com;lr>", "Supported: outbound", 439)]
    [InlineData("Path: <sip:edge.example.com;lr;ob>", "Supported: outbound", 200)]
    public void Through_a_proxy_a_flow_needs_one_that_keeps_it(string path, string supported, int status)
    {
        const string Vias = "Via: SIP/2.0/UDP proxy.example.com;branch=z9hG4bK1, SIP/2.0/UDP 10.0.0.7;branch=z9hG4bK2";
        var outcome = Apply(Lines(1, Vias, Flow("10.0.0.7", "1", 1), path, supported));
        Assert.Equal(status, outcome.Status);
        Assert.Equal(path.Contains(";ob", StringComparison.Ordinal), outcome.IsOutbound);
        if (status == 200) Assert.Equal(path.Length > 0 ? 1u : null, Assert.Single(outcome.Bindings).RegId);
    }

    [Fact]
    public void One_request_registers_one_flow() =>
        Assert.Equal(400, Apply(RegisterText.Of(1, Flow("192.0.2.7", "1", 1), Flow("192.0.2.8", "1", 2))).Status);

    [Theory]
    [InlineData("Contact: <sip:alice@192.0.2.7>;reg-id=1")]
    [InlineData("Contact: <sip:alice@192.0.2.7>;+sip.instance=\"<urn:uuid:1>\";reg-id=0")]
    [InlineData("Contact: <sip:alice@192.0.2.7>;+sip.instance=\"<urn:uuid:1>\";reg-id=4294967296")]
    public void A_number_without_a_device_or_out_of_range_is_ignored(string contact)
    {
        Register(1, contact);
        Assert.Null(Assert.Single(_bindings).RegId);
    }

    [Theory]
    [InlineData("sip:alice@example.com", 403)]
    [InlineData("sip:alice@example.com;gr=urn:uuid:1", 403)]
    [InlineData("sip:tgruu.abc@example.com;gr", 403)]
    [InlineData("sip:alice@192.0.2.7;gr=urn:uuid:1", 200)]
    public void A_contact_that_leads_back_to_the_registrar_is_refused(string contact, int status) =>
        Assert.Equal(status, Apply(RegisterText.Of(1, $"Contact: <{contact}>;+sip.instance=\"<urn:uuid:1>\"")).Status);

    [Fact]
    public void A_device_keeps_its_temporary_GRUU_until_it_comes_with_another_Call_ID()
    {
        const string One = "Contact: <sip:alice@192.0.2.7>;+sip.instance=\"<urn:uuid:1>\"";
        Register(1, One);
        _bindings = [_bindings[0] with { TempGruu = "tgruu.abc" }];
        Register(2, One + ";temp-gruu=\"sip:mine@example.com;gr\";pub-gruu=\"x\"");
        Assert.Equal(("tgruu.abc", "+sip.instance=\"<urn:uuid:1>\""), (_bindings[0].TempGruu, _bindings[0].ContactParameters));
        Register(3, One.Replace("192.0.2.7", "192.0.2.8", StringComparison.Ordinal));
        Assert.Equal(["tgruu.abc", "tgruu.abc"], _bindings.Select(static b => b.TempGruu));
        var restarted = Apply(RegisterText.With("after-a-restart", 1, One));
        Assert.Equal(["", ""], restarted.Bindings.Select(static b => b.TempGruu));
    }

    [Fact]
    public void A_binding_is_live_until_the_moment_it_expires_and_while_its_connection_stands()
    {
        var flow = new StubFlow(transport: Transport.Tcp);
        var binding = Assert.Single(BindingRules.Apply([], RegisterText.Of(1, "Contact: <sip:alice@192.0.2.7>;expires=60"), flow, s_now, s_limits).Bindings);
        Assert.True(binding.IsLive(s_now.AddSeconds(60).AddTicks(-1)));
        Assert.False(binding.IsLive(s_now.AddSeconds(60)));
        flow.Close(EndReason.PeerClosed);
        Assert.False(binding.IsLive(s_now));
    }

    private static string Flow(string host, string device, int number) => $"Contact: <sip:alice@{host}>;+sip.instance=\"<urn:uuid:{device}>\";reg-id={number}";

    private BindingOutcome Apply(Confab.Sip.Message.SipRequest request) => BindingRules.Apply(_bindings, request, s_flow, s_now, s_limits);

    private void Register(uint cseq, params string[] lines)
    {
        var outcome = Apply(RegisterText.Of(cseq, lines));
        Assert.Equal(200, outcome.Status);
        _bindings = outcome.Bindings;
    }

    private static Confab.Sip.Message.SipRequest Lines(uint cseq, params string[] lines) => RegisterText.Of(cseq, [.. lines.Where(static l => l.Length > 0)]);

    private IEnumerable<string> Contacts() => _bindings.Select(static b => b.Contact);
}
