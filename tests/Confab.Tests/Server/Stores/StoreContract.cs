using System.Text;
using Confab.Server;
using Confab.Server.Ports;
using Confab.Server.Registration;
using Confab.Server.Stores;
using Confab.Server.Xdm;
using Confab.Sip.Registration;
using Xunit;

namespace Confab.Tests.Server.Stores;

/// <summary>What every store does, whatever it is made of.</summary>
public abstract class StoreContract : IDisposable
{
    private static readonly DateTimeOffset s_later = new(2025, 1, 15, 11, 0, 0, 250, TimeSpan.Zero);
    private static readonly DocumentId s_team = new("org.openmobilealliance.groups", "sip:alice@example.com", "Team/\u00fc \u65e5");

    private Store? _open;

    /// <summary>Whether a store that is opened later finds what this one held.</summary>
    protected virtual bool OutlivesProcess => true;

    private Store Opened => _open ??= Loaded();

    [Fact]
    public void An_account_is_seen_once_it_is_committed()
    {
        Opened.Directory.Begin();
        Opened.Directory.PutAccount(Alice("demo"));
        Assert.False(Opened.Directory.TryGetAccount("alice", out _));
        Opened.Directory.Commit();
        Assert.True(Opened.Directory.TryGetAccount("alice", out var account));
        Assert.Equal(Alice("demo"), account);
    }

    [Fact]
    public void What_is_rolled_back_never_was()
    {
        Opened.Directory.Begin();
        Opened.Directory.PutAccount(Alice("demo"));
        Opened.Directory.SaveBindings("sip:alice@example.com", [Binding("sip:alice@192.0.2.7")]);
        Opened.Documents.PutDocument(Team("one"));
        Opened.Sessions.Save(Session("s1"), [Member("sip:alice@example.com", 0)], []);
        Opened.Directory.Rollback();
        Write(static _ => { });
        Again();
        Assert.Empty(Opened.Directory.Accounts);
        Assert.Empty(Opened.Directory.LoadBindings());
        Assert.Empty(Opened.Documents.LoadDocuments());
        Assert.Empty(Opened.Sessions.Load());
    }

    [Fact]
    public void Accounts_are_replaced_and_removed_with_their_bindings()
    {
        Write(static s => s.Directory.PutAccount(Alice("demo")));
        Write(static s => s.Directory.PutAccount(Alice("better")));
        Write(static s => s.Directory.SaveBindings("sip:alice@example.com", [Binding("sip:alice@192.0.2.7")]));
        Again();
        Assert.Equal(Alice("better"), Assert.Single(Opened.Directory.Accounts));
        Write(static s => s.Directory.RemoveAccount("alice"));
        Write(static s => s.Directory.RemoveAccount("nobody"));
        Again();
        Assert.Empty(Opened.Directory.Accounts);
        Assert.Empty(Opened.Directory.LoadBindings());
    }

    [Fact]
    public void Bindings_come_back_as_they_were_in_their_order()
    {
        var first = Binding("sip:alice@192.0.2.7") with { InstanceId = "urn:uuid:1", ContactParameters = "+g.oma.sip-im", Q = 0.123f, CSeq = uint.MaxValue };
        var second = Binding("sip:alice@192.0.2.8") with { Path = "<sip:edge.example.com;lr>", RegId = int.MaxValue, TempGruu = "tgruu.abc", Received = null };
        Write(s => s.Directory.SaveBindings("sip:alice@example.com", [first, second]));
        Write(s => s.Directory.SaveBindings("sip:bob@example.com", [first]));
        Again();
        Assert.Equal([first, second], Opened.Directory.LoadBindings()["sip:alice@example.com"]);
        Write(s => s.Directory.SaveBindings("sip:alice@example.com", [second]));
        Write(static s => s.Directory.SaveBindings("sip:bob@example.com", []));
        Again();
        Assert.Equal([second], Opened.Directory.LoadBindings()["sip:alice@example.com"]);
        Assert.Equal(["sip:alice@example.com"], Opened.Directory.LoadBindings().Keys);
    }

    [Fact]
    public void Documents_come_back_as_they_were_to_the_octet()
    {
        Write(static s => s.Documents.PutDocument(Team("one")));
        Write(static s => s.Documents.PutDocument(Team("two\r\n\u00fc\ud83d\ude00'\"\\")));
        Write(static s => s.Documents.PutDocument(Team("other") with { Id = s_team with { Xui = "sip:bob@example.com" } }));
        Again();
        var documents = Opened.Documents.LoadDocuments().ToDictionary(static d => d.Id);
        Assert.Equal(2, documents.Count);
        var team = documents[s_team];
        Assert.Equal(("two\r\n\u00fc\ud83d\ude00'\"\\", "etag of two", s_later), (Encoding.UTF8.GetString(team.Content.Span), team.ETag[..11], team.Changed));
        Write(static s => s.Documents.RemoveDocument(s_team));
        Write(static s => s.Documents.RemoveDocument(s_team));
        Again();
        Assert.Equal("sip:bob@example.com", Assert.Single(Opened.Documents.LoadDocuments()).Id.Xui);
        Write(static s => s.Documents.RemoveHome("sip:alice@example.com"));
        Assert.Single(Opened.Documents.LoadDocuments());
        Write(static s => s.Documents.PutDocument(Team("one")));
        Write(static s => s.Documents.RemoveHome("sip:bob@example.com"));
        Assert.Equal(s_team, Assert.Single(Opened.Documents.LoadDocuments()).Id);
    }

    [Fact]
    public void Sessions_come_back_with_their_members_in_their_order()
    {
        var joined = new StoredTransition("DialedOut", "sip:alice@example.com", s_later);
        Write(static s => s.Sessions.Save(Session("s1"), [Member("sip:alice@example.com", 0), Member("sip:zoe@example.com", 1), Member("sip:bob@example.com", 2)], []));
        Write(s => s.Sessions.Save(
            Session("s1") with { Ends = s_later, Rules = new SessionRules(5, 0, true) },
            [Member("sip:bob@example.com", 2) with { Status = "Disconnected", IsExpelled = true, DisplayName = "B'ob", Joined = joined, Left = new StoredTransition("Booted", null, s_later) }],
            ["sip:zoe@example.com"]));
        Write(static s => s.Sessions.Save(Session("s2"), [], []));
        Again();
        var sessions = Opened.Sessions.Load().ToDictionary(static s => s.Session.Identity);
        Assert.Equal(Session("s1") with { Ends = s_later, Rules = new SessionRules(5, 0, true) }, sessions["s1"].Session);
        Assert.Equal(
            [
                Member("sip:alice@example.com", 0),
                Member("sip:bob@example.com", 2) with { Status = "Disconnected", IsExpelled = true, DisplayName = "B'ob", Joined = joined, Left = new StoredTransition("Booted", null, s_later) },
            ],
            sessions["s1"].Members);
        Assert.Empty(sessions["s2"].Members);
        Write(static s => s.Sessions.Remove("s1"));
        Again();
        Assert.Equal("s2", Assert.Single(Opened.Sessions.Load()).Session.Identity);
    }

    [Fact]
    public void Of_a_group_of_writes_all_or_none_is_there()
    {
        Write(static s =>
        {
            s.Directory.PutAccount(Alice("demo"));
            s.Documents.PutDocument(Team("one"));
        });
        Opened.Directory.Begin();
        Opened.Documents.RemoveDocument(s_team);
        Opened.Directory.RemoveAccount("alice");
        Opened.Directory.Rollback();
        Again();
        Assert.Single(Opened.Directory.Accounts);
        Assert.Single(Opened.Documents.LoadDocuments());
    }

    public virtual void Dispose()
    {
        _open?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The store of this test, made where there is none yet.</summary>
    protected abstract Store Open();

    protected Store Write(Action<Store> write)
    {
        Opened.Directory.Begin();
        write(Opened);
        Opened.Directory.Commit();
        return Opened;
    }

    /// <summary>As after a restart.</summary>
    protected void Again()
    {
        if (!OutlivesProcess) return;
        _open?.Dispose();
        _open = Loaded();
    }

    private static Confab.Server.Ports.Account Alice(string password) => PasswordHash.Of("sip:alice@example.com", password, "example.com");

    private static Document Team(string text) => new(s_team, $"etag of {text}", Encoding.UTF8.GetBytes(text), s_later);

    private static StoredSession Session(string identity) => new(identity, "Predefined", "sip:alice@example.com", "sip:anonymous1@anonymous.invalid", null, new SessionRules(100, 1, false), "sip:team@groups.example.com");

    private static StoredMember Member(string address, int place) => new(address, place, null, "Invited", false, null, null);

    private static Binding Binding(string contact) => new(contact, "call", 1, s_later, 1, null, null, "192.0.2.7:5060", "");

    private Store Loaded()
    {
        var store = Open();
        store.Directory.Load();
        return store;
    }
}

public sealed class MemoryStoreTests : StoreContract
{
    protected override bool OutlivesProcess => false;

    protected override Store Open() => Store.Memory();
}

public sealed class SqliteStoreTests : StoreContract
{
    private readonly string _path = Directory.CreateTempSubdirectory("confab-test-").FullName;

    public override void Dispose()
    {
        base.Dispose();
        Directory.Delete(_path, recursive: true);
    }

    protected override Store Open() => Store.In(new SqliteDatabase(_path));

    [Fact]
    public void A_second_server_in_the_same_folder_is_told_so_and_the_next_one_is_not()
    {
        using (SqliteDatabase.Open(_path))
        {
            Assert.Equal(
                $"The store {Path.Combine(_path, "confab.db")} (DataDirectory) cannot be used: another Confab uses it; stop that one, or set DataDirectory to another folder.",
                Assert.Throws<ServerStartException>(() => SqliteDatabase.Open(_path)).Message);
        }

        SqliteDatabase.Open(_path).Dispose();
    }
}
