using System.Buffers;
using System.Text;
using Confab.Runtime;
using Confab.Server;
using Confab.Server.Ports;
using Confab.Server.Registration;
using Confab.Server.Stores;
using Confab.Sim;
using Confab.Sip.Message;
using Confab.Sip.Registration;
using Confab.Tests.Sip.Registration;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Confab.Tests.Server.Registration;

public sealed class RegistrarTests : IDisposable
{
    private const string Alice = "sip:alice@example.com";

    private readonly SimWorld _sim = new();
    private readonly World _world;
    private readonly UnreliableDirectory _directory = new();
    private readonly Mailbox _owner;
    private readonly StubFlow _flow = new();
    private readonly List<(int Status, string Headers)> _answers = [];
    private Registrar _registrar;

    public RegistrarTests()
    {
        _world = _sim.Host("10.0.0.1", 1);
        _owner = new Mailbox(_world);
        PasswordHash.PutConfigured(_directory, new ServerOptions { Users = [new() { Address = Alice, Password = "demo" }, new() { Address = "sip:bob@example.com", Password = "demo" }] });
        _registrar = NewRegistrar(_directory);
    }

    public void Dispose() => _sim.Dispose();

    [Fact]
    public void A_registration_is_answered_with_all_bindings_their_time_and_the_date()
    {
        Register("Contact: <sip:alice@192.0.2.7>;q=0.5;+g.oma.sip-im;expires=600");
        _sim.Advance(TimeSpan.FromSeconds(100.5));
        Assert.Equal((200, """
            Contact: <sip:alice@192.0.2.7>;expires=500;q=0.5;+g.oma.sip-im
            Contact: <sip:alice@192.0.2.8>;expires=3600
            Date: Wed, 15 Jan 2025 10:01:40 GMT

            """.ReplaceLineEndings("\r\n")), Register("Contact: <sip:alice@192.0.2.8>", cseq: 2));
        Assert.Equal(2, _registrar.Count);
    }

    [Fact]
    public void What_is_answered_is_stored_D_15()
    {
        Register("Contact: <sip:alice@192.0.2.7>");
        Assert.Equal("sip:alice@192.0.2.7", Assert.Single(_directory.LoadBindings()[Alice]).Contact);
    }

    [Fact]
    public void A_query_stores_nothing()
    {
        Register("Contact: <sip:alice@192.0.2.7>");
        var tried = _directory.Tried;
        var (status, headers) = Register("Subject: who am I", cseq: 2);
        Assert.Equal(200, status);
        Assert.Contains("<sip:alice@192.0.2.7>;expires=3600", headers, StringComparison.Ordinal);
        Assert.Equal(tried, _directory.Tried);
    }

    [Theory]
    [InlineData("To: <sip:alice@example.org>", 404)]
    [InlineData("To: <sip:carol@example.com>", 403)]
    [InlineData("To: <sip:bob@example.com>", 403)]
    [InlineData("To: <sip:Alice@example.com>", 403)]
    [InlineData("To: <sip:example.com>", 403)]
    [InlineData("To: <tel:+15551234>", 404)]
    [InlineData("To: Alice <sip:%61lice@EXAMPLE.com:5060;user=phone>", 200)]
    public void Everyone_registers_for_himself_in_our_domain_COM_AOIA_6(string to, int status)
    {
        Assert.Equal(status, Register(to, "Contact: <sip:alice@192.0.2.7>").Status);
        Assert.Equal(status == 200 ? 1 : 0, _registrar.BindingsOf(Alice).Length);
    }

    [Fact]
    public void Who_has_no_account_here_is_not_found_even_when_a_trusted_peer_asserts_him()
    {
        Assert.Equal(404, Take("sip:zoe@example.com", _owner, "To: <sip:zoe@example.com>", "Contact: <sip:zoe@192.0.2.7>").Status);
    }

    [Fact]
    public void A_too_short_interval_is_told_the_shortest()
    {
        var (status, headers) = Register("Contact: <sip:alice@192.0.2.7>;expires=30");
        Assert.Equal(423, status);
        Assert.StartsWith("Min-Expires: 60\r\n", headers, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_says_why()
    {
        var (status, headers) = Register("Contact: *");
        Assert.Equal((400, "Warning: 399 example.com \"Contact * needs Expires: 0\"\r\n"), (status, headers));
    }

    [Fact]
    public void When_the_store_fails_the_answer_is_500_and_the_table_stays_as_it_was()
    {
        Register("Contact: <sip:alice@192.0.2.7>");
        _directory.Fails = true;
        Assert.Equal(500, Register("Contact: <sip:alice@192.0.2.8>", cseq: 2).Status);
        Assert.Equal(["sip:alice@192.0.2.7"], Contacts());
        Assert.Equal(500, Register("Contact: *", "Expires: 0", cseq: 3).Status);
        Assert.Equal(["sip:alice@192.0.2.7"], Contacts());
        _directory.Fails = false;
        Assert.Equal(200, Register("Contact: <sip:alice@192.0.2.8>", cseq: 4).Status);
        Assert.Equal(2, _registrar.Count);
    }

    [Fact]
    public void When_the_lane_is_full_the_answer_is_503_with_a_time_to_come_again()
    {
        _registrar = NewRegistrar(_directory, laneCapacity: 0);
        var (status, headers) = Register("Contact: <sip:alice@192.0.2.7>");
        Assert.Equal(503, status);
        Assert.StartsWith("Retry-After: 5\r\n", headers, StringComparison.Ordinal);
        Assert.Empty(Contacts());
        Assert.Equal(503, Register("Contact: <sip:alice@192.0.2.7>").Status);
    }

    [Fact]
    public void Requests_of_one_address_are_taken_one_after_the_other_in_their_order()
    {
        Send(Alice, _owner, RegisterText.Of(1, "Contact: <sip:alice@192.0.2.7>"));
        Send(Alice, _owner, RegisterText.Of(2, "Contact: <sip:alice@192.0.2.7>;expires=0"));
        Send(Alice, _owner, RegisterText.With("phone", 1, "Contact: <sip:alice@192.0.2.8>"));
        Send(Alice, _owner, RegisterText.Of(3, "Contact: <sip:alice@192.0.2.9>"));
        Send(Alice, _owner, RegisterText.Of(2, "Contact: <sip:alice@192.0.2.9>"));
        _sim.Run();
        Assert.Equal([200, 200, 200, 200, 500], _answers.Select(static a => a.Status));
        Assert.Equal(["sip:alice@192.0.2.9", "sip:alice@192.0.2.8"], Contacts());
    }

    [Fact]
    public void A_storm_of_one_address_is_bounded_and_every_request_is_answered()
    {
        for (var i = 1u; i <= 100; i++) Send(Alice, _owner, RegisterText.Of(i, "Contact: <sip:alice@192.0.2.7>"));
        Send("sip:bob@example.com", _owner, RegisterText.With("bob", 1, "To: <sip:bob@example.com>", "Contact: <sip:bob@192.0.2.8>"));
        _sim.Run();
        Assert.Equal(101, _answers.Count);
        Assert.Equal(34, _answers.Count(static a => a.Status == 200)); // one under way, 32 waiting, and bob's
        Assert.Equal(67, _answers.Count(static a => a.Status == 503));
        Assert.Equal(200, Register("Contact: <sip:alice@192.0.2.7>", cseq: 200).Status);
    }

    [Fact]
    public void The_best_binding_comes_first_by_q_then_the_latest()
    {
        Register("Contact: <sip:alice@192.0.2.1>;q=0.9, <sip:alice@192.0.2.2>, <sip:alice@192.0.2.3>;q=0.9, <sip:alice@192.0.2.4>");
        Assert.Equal(["sip:alice@192.0.2.4", "sip:alice@192.0.2.2", "sip:alice@192.0.2.3", "sip:alice@192.0.2.1"], Contacts());
    }

    [Fact]
    public void An_expired_binding_is_seen_no_more_at_its_moment_and_swept_within_a_minute()
    {
        Register("Contact: <sip:alice@192.0.2.7>;expires=90, <sip:alice@192.0.2.8>;expires=600");
        _sim.Advance(TimeSpan.FromSeconds(90) - TimeSpan.FromTicks(1));
        Assert.Equal(2, Contacts().Count);
        _sim.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(["sip:alice@192.0.2.8"], Contacts());
        Assert.Equal(2, _registrar.Count);
        _sim.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1, _registrar.Count);
        Assert.Equal("sip:alice@192.0.2.8", Assert.Single(_directory.LoadBindings()[Alice]).Contact);
        _sim.Advance(TimeSpan.FromSeconds(600));
        Assert.Equal(0, _registrar.Count);
        Assert.Empty(_directory.LoadBindings());
        Assert.Null(_sim.Time.NextDue);
    }

    [Fact]
    public void A_closed_connection_takes_its_bindings_along_durably_and_no_others()
    {
        var tcp = new StubFlow("192.0.2.7:40000", Transport.Tcp);
        Register(tcp, "Contact: <sip:alice@192.0.2.7:40000;transport=tcp>");
        Register("Contact: <sip:alice@192.0.2.8>", cseq: 2);
        Take("sip:bob@example.com", _owner, tcp, "To: <sip:bob@example.com>", "Contact: <sip:bob@192.0.2.7:40000;transport=tcp>");
        tcp.Close(EndReason.PeerClosed);
        Assert.Equal(["sip:alice@192.0.2.8"], Contacts());
        _registrar.OnFlowClosed(tcp);
        _sim.Run();
        Assert.Equal(1, _registrar.Count);
        Assert.Equal([Alice], _directory.LoadBindings().Keys);
        _registrar.OnFlowClosed(tcp);
        _sim.Run();
        Assert.Equal(["sip:alice@192.0.2.8"], Contacts());
    }

    [Fact]
    public void A_connection_that_closes_while_its_binding_is_stored_leaves_none_behind()
    {
        var tcp = new StubFlow("192.0.2.7:40000", Transport.Tcp);
        Send(Alice, _owner, RegisterText.Of(1, "Contact: <sip:alice@192.0.2.7:40000;transport=tcp>"), tcp);
        tcp.Close(EndReason.PeerClosed);
        _registrar.OnFlowClosed(tcp);
        _sim.Run();
        Assert.Empty(Contacts());
        Assert.Equal(0, _registrar.Count);
        Assert.Empty(_directory.LoadBindings());
    }

    [Fact]
    public void A_binding_that_moved_to_another_connection_stays_when_the_old_one_closes()
    {
        var old = new StubFlow("192.0.2.7:40000", Transport.Tcp);
        var fresh = new StubFlow("192.0.2.7:40001", Transport.Tcp);
        Register(old, "Contact: <sip:alice@device.invalid>");
        Take(Alice, _owner, RegisterText.Of(2, "Contact: <sip:alice@device.invalid>"), fresh);
        old.Close(EndReason.PeerClosed);
        _registrar.OnFlowClosed(old);
        _sim.Run();
        Assert.Same(fresh, Assert.Single(_registrar.BindingsOf(Alice)).Flow);
    }

    [Fact]
    public void A_forgotten_address_has_no_bindings()
    {
        Register("Contact: <sip:alice@192.0.2.7>");
        _registrar.Forget(Alice);
        _sim.Run();
        Assert.Empty(Contacts());
        Assert.Empty(_directory.LoadBindings());
    }

    [Fact]
    public void A_restart_keeps_what_has_not_expired_as_addresses_without_flows()
    {
        var path = Directory.CreateTempSubdirectory("confab-test-").FullName;
        try
        {
            using (var database = new SqliteDatabase(path))
            using (var directory = Filled(database))
            {
                _registrar = NewRegistrar(directory);
                Register(new StubFlow("192.0.2.7:40000", Transport.Tcp), "Contact: <sip:alice@192.0.2.7:40000;transport=tcp>;expires=60, <sip:alice@192.0.2.8>;expires=600");
            }

            _sim.Advance(TimeSpan.FromSeconds(60));
            using var again = new SqliteDatabase(path);
            using var loaded = Filled(again);
            loaded.Load();
            _registrar = NewRegistrar(loaded);
            _registrar.Load();
            _sim.Run();
            var binding = Assert.Single(_registrar.BindingsOf(Alice));
            Assert.Equal(("sip:alice@192.0.2.8", null, "192.0.2.7:40000"), (binding.Contact, binding.Flow, binding.Received));
            Assert.Single(loaded.LoadBindings()[Alice]);
            Assert.Equal(500, Register("Contact: <sip:alice@192.0.2.8>", cseq: 1).Status);
            Assert.Equal(200, Register("Contact: <sip:alice@192.0.2.8>", cseq: 2).Status);
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    [Fact]
    public void Stored_bindings_of_a_user_who_is_gone_are_removed_at_the_start()
    {
        _directory.Begin();
        _directory.SaveBindings("sip:zoe@example.com", [new Binding("sip:zoe@192.0.2.7", "c", 1, _sim.Time.GetUtcNow().AddHours(1), 1, null, null, null, "")]);
        _directory.Commit();
        _registrar.Load();
        _sim.Run();
        Assert.Equal(0, _registrar.Count);
        Assert.Empty(_directory.LoadBindings());
    }

    [Fact]
    public void A_temporary_GRUU_means_its_device_while_the_device_is_registered_and_not_started_anew()
    {
        const string One = "Contact: <sip:alice@192.0.2.7>;+sip.instance=\"<urn:uuid:1>\"";
        var first = TemporaryOf(Register(One, "Supported: gruu").Headers);
        Assert.Equal((Alice, "urn:uuid:1"), Resolved($"sip:{first}@example.com;gr"));
        Assert.Equal(first, TemporaryOf(Register(One, "Supported: gruu", cseq: 2).Headers));
        Assert.DoesNotContain("gruu=", Register(One, cseq: 3).Headers, StringComparison.Ordinal);
        var second = TemporaryOf(Take(Alice, _owner, RegisterText.With("after-a-restart", 1, One, "Require: gruu"), _flow).Headers);
        Assert.Null(Resolved($"sip:{first}@example.com;gr").Address);
        Assert.Equal((Alice, "urn:uuid:1"), Resolved($"sip:{second}@example.com;gr"));
        _registrar = NewRegistrar(_directory);
        _registrar.Load();
        Assert.Equal((Alice, "urn:uuid:1"), Resolved($"sip:{second}@example.com;gr"));
        _sim.Advance(TimeSpan.FromHours(1));
        Assert.Null(Resolved($"sip:{second}@example.com;gr").Address);
        Assert.Equal((Alice, "urn:uuid:1"), Resolved("sip:alice@EXAMPLE.com;gr=urn:uuid:1"));
        Assert.Empty(_registrar.TargetsOf(Alice, "urn:uuid:1"));
    }

    [Fact]
    public void An_instance_with_unusual_characters_makes_a_URI_that_means_it()
    {
        var headers = Register("Contact: <sip:alice@192.0.2.7>;+sip.instance=\"<urn:x:a b;c=d?>\"", "Supported: gruu").Headers;
        Assert.Contains("pub-gruu=\"sip:alice@example.com;gr=urn:x:a%20b%3Bc%3Dd%3F\"", headers, StringComparison.Ordinal);
        Assert.Equal((Alice, "urn:x:a b;c=d?"), Resolved("sip:alice@example.com;gr=urn:x:a%20b%3Bc%3Dd%3F"));
        Assert.Single(_registrar.TargetsOf(Alice, "urn:x:a b;c=d?"));
    }

    [Fact]
    public void Requests_go_to_each_device_once_and_over_its_best_binding()
    {
        Register("Contact: <sip:alice@192.0.2.1>;+sip.instance=\"<urn:uuid:1>\";q=0.5, <sip:alice@192.0.2.2>;+sip.instance=\"<urn:uuid:1>\"");
        Register("Contact: <sip:alice@192.0.2.3>;q=0.7, <sip:alice@192.0.2.4>;q=0.1", cseq: 2);
        Assert.Equal(["sip:alice@192.0.2.2", "sip:alice@192.0.2.3", "sip:alice@192.0.2.4"], _registrar.TargetsOf(Alice).Select(static b => b.Contact));
    }

    private static string TemporaryOf(string headers) => headers.Split("temp-gruu=\"sip:")[1].Split('@')[0];

    private (string? Address, string? Instance) Resolved(string uri)
    {
        Assert.True(SipUri.TryParse(uri, out var parsed));
        return _registrar.TryResolve(parsed, out var address, out var instance) ? (address, instance) : default;
    }

    private static SqlDirectory Filled(SqliteDatabase database)
    {
        var directory = new SqlDirectory(database);
        PasswordHash.PutConfigured(directory, new ServerOptions { Users = [new() { Address = Alice, Password = "demo" }] });
        return directory;
    }

    private Registrar NewRegistrar(IDirectory directory, int laneCapacity = 100) =>
        new(_world, directory, new StoreLane(_world.Scheduler, directory, laneCapacity, NullLogger.Instance), new ServerOptions());

    private List<string> Contacts() => [.. _registrar.BindingsOf(Alice).Select(static b => b.Contact)];

    private (int Status, string Headers) Register(string line, uint cseq = 1) => Take(Alice, _owner, RegisterText.Of(cseq, line), _flow);

    private (int Status, string Headers) Register(string line, string other, uint cseq = 1) => Take(Alice, _owner, RegisterText.Of(cseq, line, other), _flow);

    private (int Status, string Headers) Register(Flow flow, params string[] lines) => Take(Alice, _owner, RegisterText.Of(1, lines), flow);

    private (int Status, string Headers) Take(string address, Mailbox owner, params string[] lines) => Take(address, owner, RegisterText.Of(1, lines), _flow);

    private (int Status, string Headers) Take(string address, Mailbox owner, Flow flow, params string[] lines) => Take(address, owner, RegisterText.Of(1, lines), flow);

    private (int Status, string Headers) Take(string address, Mailbox owner, SipRequest request, Flow flow)
    {
        _answers.Clear();
        Send(address, owner, request, flow);
        _sim.Run();
        return Assert.Single(_answers);
    }

    private void Send(string address, Mailbox owner, SipRequest request, Flow? flow = null) =>
        owner.Post(() => _registrar.Take(new StubTransaction(request, flow ?? _flow), address, owner, (status, more) =>
        {
            Assert.True(owner.IsInside);
            _answers.Add((status, Written(more)));
        }));

    private static string Written(HeadersWriter? more)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new SipWriter(output);
        more?.Invoke(ref writer);
        writer.NoBody();
        return Encoding.UTF8.GetString(output.WrittenSpan).Replace("Content-Length: 0\r\n\r\n", "", StringComparison.Ordinal);
    }
}
