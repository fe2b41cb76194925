using Confab.Runtime;
using Confab.Server;
using Confab.Server.Ports;
using Confab.Server.Registration;
using Confab.Server.Stores;
using Confab.Sip.Authentication;
using Confab.Sip.Registration;
using Confab.Tests.Sip.Registration;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Confab.Tests.Server.Stores;

public sealed class DirectoryTests : IDisposable
{
    private static readonly DateTimeOffset s_later = new(2025, 1, 15, 11, 0, 0, 250, TimeSpan.Zero);

    private readonly string _path = Directory.CreateTempSubdirectory("confab-test-").FullName;

    public void Dispose() => Directory.Delete(_path, recursive: true);

    public static TheoryData<string> Providers => ["Sqlite", "Memory"];

    [Theory]
    [MemberData(nameof(Providers))]
    public void An_account_is_seen_once_it_is_committed(string provider)
    {
        using var open = Open(provider);
        var directory = open.Directory;
        directory.Begin();
        directory.PutAccount(PasswordHash.Of("sip:alice@example.com", "demo", "example.com"));
        Assert.False(directory.TryGetAccount("alice", out _));
        directory.Commit();
        Assert.True(directory.TryGetAccount("alice", out var account));
        Assert.Equal("sip:alice@example.com", account.Address);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void What_is_rolled_back_never_was(string provider)
    {
        using var open = Open(provider);
        var directory = open.Directory;
        directory.Begin();
        directory.PutAccount(PasswordHash.Of("sip:alice@example.com", "demo", "example.com"));
        directory.SaveBindings("sip:alice@example.com", [Binding("sip:alice@192.0.2.7")]);
        directory.Rollback();
        directory.Begin();
        directory.Commit();
        Assert.Empty(directory.Accounts);
        Assert.Empty(directory.LoadBindings());
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Bindings_come_back_as_they_were_in_their_order_and_without_their_flow(string provider)
    {
        using var open = Open(provider);
        var first = Binding("sip:alice@192.0.2.7") with { InstanceId = "urn:uuid:1", ContactParameters = "+g.oma.sip-im", Q = 0.123f, CSeq = uint.MaxValue };
        var second = Binding("sip:alice@192.0.2.8") with { Path = "<sip:edge.example.com;lr>", RegId = int.MaxValue, TempGruu = "tgruu.abc", Flow = new StubFlow(transport: Transport.Tcp), Received = null };
        Write(open.Directory, d => d.SaveBindings("sip:alice@example.com", [first, second]));
        Write(open.Directory, d => d.SaveBindings("sip:bob@example.com", [first]));
        Assert.Equal([first, second with { Flow = null }], open.Directory.LoadBindings()["sip:alice@example.com"]);
        Write(open.Directory, d => d.SaveBindings("sip:alice@example.com", [second]));
        Assert.Equal([second with { Flow = null }], open.Directory.LoadBindings()["sip:alice@example.com"]);
        Write(open.Directory, d => d.SaveBindings("sip:alice@example.com", []));
        Assert.Equal(["sip:bob@example.com"], open.Directory.LoadBindings().Keys);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void A_removed_account_takes_its_bindings_along(string provider)
    {
        using var open = Open(provider);
        Write(open.Directory, d => d.PutAccount(PasswordHash.Of("sip:alice@example.com", "demo", "example.com")));
        Write(open.Directory, d => d.SaveBindings("sip:alice@example.com", [Binding("sip:alice@192.0.2.7")]));
        Write(open.Directory, d => d.RemoveAccount("alice"));
        Write(open.Directory, d => d.RemoveAccount("nobody"));
        Assert.False(open.Directory.TryGetAccount("alice", out _));
        Assert.Empty(open.Directory.LoadBindings());
    }

    [Fact]
    public void Accounts_and_bindings_outlive_a_restart()
    {
        using (var before = Open("Sqlite"))
        {
            Write(before.Directory, d => d.PutAccount(PasswordHash.Of("sip:alice@example.com", "demo", "example.com")));
            Write(before.Directory, d => d.SaveBindings("sip:alice@example.com", [Binding("sip:alice@192.0.2.7")]));
        }

        using var after = Open("Sqlite");
        Assert.True(after.Directory.TryGetAccount("alice", out var account));
        Assert.Equal(PasswordHash.Of("sip:alice@example.com", "demo", "example.com"), account);
        Assert.Equal([Binding("sip:alice@192.0.2.7")], after.Directory.LoadBindings()["sip:alice@example.com"]);
    }

    [Fact]
    public void What_is_committed_is_there_for_another_connection_while_the_first_was_never_closed()
    {
        using var first = Open("Sqlite");
        Write(first.Directory, d => d.PutAccount(PasswordHash.Of("sip:alice@example.com", "demo", "example.com")));
        using var second = Open("Sqlite");
        Assert.True(second.Directory.TryGetAccount("alice", out _));
    }

    [Fact]
    public void What_was_committed_is_in_the_files_as_a_killed_process_leaves_them()
    {
        using var alive = Open("Sqlite");
        Write(alive.Directory, d => d.PutAccount(PasswordHash.Of("sip:alice@example.com", "demo", "example.com")));
        alive.Directory.Begin();
        alive.Directory.PutAccount(PasswordHash.Of("sip:bob@example.com", "demo", "example.com"));

        var copy = Directory.CreateDirectory(Path.Combine(_path, "copy")).FullName;
        foreach (var name in new[] { SqliteDatabase.FileName, SqliteDatabase.FileName + "-wal" }) File.Copy(Path.Combine(_path, name), Path.Combine(copy, name));
        using var found = new SqliteDatabase(copy);
        using var directory = new SqliteDirectory(found);
        directory.Load();
        Assert.Equal(["sip:alice@example.com"], directory.Accounts.Select(static a => a.Address));
        alive.Directory.Rollback();
    }

    [Fact]
    public void The_log_is_synced_at_every_commit_and_the_schema_has_its_version()
    {
        using var database = new SqliteDatabase(Path.Combine(_path, "made", "here"));
        Assert.Equal("wal", Ask(database.Connection, "PRAGMA journal_mode"));
        Assert.Equal(2L, Ask(database.Connection, "PRAGMA synchronous"));
        Assert.Equal(3L, Ask(database.Connection, "PRAGMA user_version"));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_path, "made", "here")));
    }

    [Fact]
    public void A_database_of_the_first_release_is_brought_up_to_date_and_keeps_its_bindings()
    {
        using (var database = new SqliteDatabase(_path))
        {
            Ask(database.Connection, """
                DROP TABLE bindings;
                DROP TABLE sessions;
                DROP TABLE session_members;
                CREATE TABLE bindings (
                    address TEXT NOT NULL, place INTEGER NOT NULL, contact TEXT NOT NULL, call_id TEXT NOT NULL, cseq INTEGER NOT NULL,
                    expires INTEGER NOT NULL, q REAL NOT NULL, instance TEXT, received TEXT, parameters TEXT NOT NULL,
                    PRIMARY KEY (address, place)) WITHOUT ROWID;
                INSERT INTO bindings VALUES ('sip:alice@example.com', 0, 'sip:alice@192.0.2.7', 'c', 1, 1736938800250, 1, NULL, NULL, '');
                PRAGMA user_version = 1;
                """);
        }

        using var open = Open("Sqlite");
        var binding = Assert.Single(open.Directory.LoadBindings()["sip:alice@example.com"]);
        Assert.Equal(("sip:alice@192.0.2.7", "", null, ""), (binding.Contact, binding.Path, binding.RegId, binding.TempGruu));
        Write(open.Directory, d => d.SaveBindings("sip:alice@example.com", [binding with { RegId = 7 }]));
        Assert.Equal(7u, Assert.Single(open.Directory.LoadBindings()["sip:alice@example.com"]).RegId);
    }

    [Fact]
    public void The_systems_library_is_used_where_it_is_there()
    {
        using var database = new SqliteDatabase(_path);
        var version = Version.Parse((string)Ask(database.Connection, "SELECT sqlite_version()")!);
        var hasSystems = System.Runtime.InteropServices.NativeLibrary.TryLoad("libsqlite3.so.0", out _);
        Assert.Equal(hasSystems, version != new Version(3, 35, 5));
    }

    [Fact]
    public void A_database_of_a_newer_Confab_is_not_touched()
    {
        using (var database = new SqliteDatabase(_path)) Ask(database.Connection, "PRAGMA user_version = 99");
        var exception = Assert.Throws<NotSupportedException>(() => new SqliteDatabase(_path));
        Assert.Contains("schema 99", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_password_is_in_the_file()
    {
        using (var open = Open("Sqlite")) Write(open.Directory, d => d.PutAccount(PasswordHash.Of("sip:alice@example.com", "correct horse", "example.com")));
        Assert.DoesNotContain("correct horse", File.ReadAllText(Path.Combine(_path, SqliteDatabase.FileName), System.Text.Encoding.Latin1), StringComparison.Ordinal);
    }

    [Fact]
    public void Configured_users_are_put_over_what_the_store_holds_and_the_others_stay()
    {
        using var open = Open("Sqlite");
        Write(open.Directory, d => d.PutAccount(PasswordHash.Of("sip:alice@example.com", "old", "example.com")));
        Write(open.Directory, d => d.PutAccount(PasswordHash.Of("sip:carol@example.com", "kept", "example.com")));
        PasswordHash.PutConfigured(open.Directory, Users(("sip:alice@EXAMPLE.com", "new"), ("sip:bob@example.com", "demo")));
        Assert.Equal(["alice", "bob", "carol"], open.Directory.Accounts.Select(static a => a.User).Order());
        Assert.True(open.Directory.TryGetAccount("alice", out var alice));
        Assert.Equal(PasswordHash.Of("sip:alice@example.com", "new", "example.com"), alice);
    }

    [Theory]
    [InlineData("alice@example.com", "demo")]
    [InlineData("sip:example.com", "demo")]
    [InlineData("tel:+15551234", "demo")]
    [InlineData("sip:alice@example.org", "demo")]
    [InlineData("sip:alice@example.com", "")]
    public void A_configured_user_that_cannot_be_is_named_by_its_key_and_none_is_put(string address, string password)
    {
        using var open = Open("Memory");
        var exception = Assert.Throws<ArgumentException>(() => PasswordHash.PutConfigured(open.Directory, Users(("sip:bob@example.com", "demo"), (address, password))));
        Assert.Contains("Users:1", exception.Message, StringComparison.Ordinal);
        Assert.Empty(open.Directory.Accounts);
    }

    [Fact]
    public void Hashes_are_those_of_RFC_7616_and_never_shown()
    {
        // md5("alice:example.com:demo") and so on, computed with coreutils.
        var account = PasswordHash.Of("sip:alice@example.com", "demo", "example.com");
        Assert.Equal("53ac0d0386e2675acc6ad095c14478ad", account.Ha1(DigestAlgorithm.Md5, ofAddress: false));
        Assert.Equal("d0e781156a54672a47ec40698c8519baa4316d17a331c22189777fa174522577", account.Ha1(DigestAlgorithm.Sha256, ofAddress: false));
        Assert.Equal("a454aaac4dc976bbbaeddbb43ba8acf9", account.Ha1(DigestAlgorithm.Md5, ofAddress: true));
        Assert.Equal("15dd8422022a3e16c04c2d0b16de941c1eddfebb57e8ab908d1f7f69472531db", account.Ha1(DigestAlgorithm.Sha256, ofAddress: true));
        Assert.Equal("", account.Ha1(DigestAlgorithm.Md5Session, ofAddress: false));
        Assert.Equal("sip:alice@example.com", account.ToString());
    }

    private static Binding Binding(string contact) => new(contact, "call-1", 7, s_later, 1, null, null, "192.0.2.7:5070", "");

    private static ServerOptions Users(params (string Address, string Password)[] users) =>
        new() { Users = [.. users.Select(static u => new UserOptions { Address = u.Address, Password = u.Password })] };

    private static void Write(IDirectory directory, Action<IDirectory> write)
    {
        directory.Begin();
        write(directory);
        directory.Commit();
    }

    private static object? Ask(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private OpenDirectory Open(string provider)
    {
        if (provider == "Memory") return new OpenDirectory(new MemoryDirectory(), null);
        var database = new SqliteDatabase(_path);
        var directory = new SqliteDirectory(database);
        directory.Load();
        return new OpenDirectory(directory, database);
    }

    private sealed record OpenDirectory(IDirectory Directory, SqliteDatabase? Database) : IDisposable
    {
        public void Dispose()
        {
            Directory.Dispose();
            Database?.Dispose();
        }
    }
}
