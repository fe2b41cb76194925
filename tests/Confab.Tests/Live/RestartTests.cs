using Confab.Server.Stores;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Confab.Tests.Live;

/// <summary>Sessions outlive the process: killed, stopped, and with a store that cannot be read.</summary>
[Collection(LiveBesideCollection.Name)]
public sealed class RestartTests
{
    [Theory]
    [InlineData("KILL", "failed", "tcp")]
    [InlineData("KILL", "failed", "udp")]
    [InlineData("TERM", "released", "tcp")]
    public async Task IMS_REJOIN_STALE_a_group_goes_on_where_it_was_when_the_server_is_back(string signal, string end, string transport)
    {
        await using var server = await LiveServer.Start("Session:StaleLegSeconds=18");
        var (alice, bob, carol) = (await server.User("alice", transport), await server.User("bob", transport), await server.User("carol", transport));
        await alice.Type("/group bob carol");
        var identity = (await alice.Event("established", ("group", "True"))).GetProperty("identity").GetString()!;
        await Task.WhenAll(bob.Accept(), carol.Accept());
        await alice.Type("before");
        await Task.WhenAll(bob.Hears("alice", "before"), carol.Hears("alice", "before"));

        await server.Program.Signal(signal);
        await Task.WhenAll(
            alice.Event("ended", ("reason", end)), bob.Event("ended", ("reason", end)), carol.Event("ended", ("reason", end)), server.Program.Exit());
        await carol.Program.Signal("KILL");
        await server.StartAgainInPlace("Session:StaleLegSeconds=18");
        Assert.Contains("\"sessions\":1", await server.Health(), StringComparison.Ordinal);

        // Who lost the server comes back by himself, or when he says so; whom the server sent away comes back when he says so.
        foreach (var user in new[] { bob, alice })
        {
            if (signal == "TERM" || transport == "udp") await user.Type("/rejoin");
            await user.Event("established", ("rejoined", "True"), ("identity", identity));
        }

        await alice.Type("after");
        await bob.Hears("alice", "after");

        // carol's client is no more: she is gone when her time is over; the two stay.
        await alice.Program.Line(static l => l.Contains("\"event\":\"participants\"", StringComparison.Ordinal) && IsGone(l, "carol"), "carol's departure");
        await bob.Type("still here");
        await alice.Hears("bob", "still here");
        await alice.Type("/quit");
        await bob.Event("ended", ("reason", "released"));
        Assert.Contains("\"sessions\":0", await server.Health(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_of_a_newer_Confab_is_named_with_what_to_do()
    {
        var printed = await StartOn(static path =>
        {
            using var database = new SqliteDatabase(path);
            using var command = database.Connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        });
        Assert.Contains("confab.db", printed, StringComparison.Ordinal);
        Assert.Contains("DataDirectory", printed, StringComparison.Ordinal);
        Assert.Contains("newer Confab", printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_store_is_named_with_what_to_do()
    {
        var printed = await StartOn(static path => File.WriteAllText(Path.Combine(path, SqliteDatabase.FileName), new string('x', 8192)));
        Assert.Contains("confab.db", printed, StringComparison.Ordinal);
        Assert.Contains("is damaged", printed, StringComparison.Ordinal);
        Assert.Contains("backup", printed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INSERT INTO sessions VALUES ('sess-aaaaaaaaaaaaaaaa', 'Séance', 'sip:alice@example.com', 'sip:alice@example.com', NULL, 100, 1, 1, NULL)")]
    [InlineData("INSERT INTO sessions VALUES ('sess-aaaaaaaaaaaaaaaa', 'AdHoc', 'sip:alice@example.com', 'sip:alice@example.com', 999999999999999999, 100, 1, 1, NULL)")]
    [InlineData("INSERT INTO sessions VALUES ('sess-aaaaaaaaaaaaaaaa', 'AdHoc', 'sip:alice@example.com', 'sip:alice@example.com', NULL, 'many', 1, 1, NULL)")]
    [InlineData("INSERT INTO sessions VALUES ('sess-aaaaaaaaaaaaaaaa', 'AdHoc', 'sip:alice@example.com', 'sip:alice@example.com', NULL, 100, 1, 1, NULL); INSERT INTO session_members VALUES ('sess-aaaaaaaaaaaaaaaa', 'sip:alice@example.com', 0, NULL, 'Asleep', 0, NULL, NULL, NULL, NULL, NULL, NULL, 'sip:alice@example.com', 0)")]
    public async Task A_session_in_the_store_that_says_nothing_known_is_told_as_damage(string sql)
    {
        var printed = await StartOn(path =>
        {
            using var database = new SqliteDatabase(path);
            using var command = database.Connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        });
        Assert.Contains("confab.db", printed, StringComparison.Ordinal);
        Assert.Contains("is damaged", printed, StringComparison.Ordinal);
    }

    private static async Task<string> StartOn(Action<string> prepare)
    {
        var folder = Directory.CreateTempSubdirectory("confab-live-").FullName;
        prepare(folder);
        SqliteConnection.ClearAllPools();
        await using var server = LiveServer.Serve(folder);
        Assert.Equal(1, await server.Exit());
        Assert.DoesNotContain("   at ", server.Printed, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
        return server.Printed;
    }

    private static bool IsGone(string line, string user)
    {
        using var json = System.Text.Json.JsonDocument.Parse(line);
        foreach (var member in json.RootElement.GetProperty("users").EnumerateArray())
        {
            if (member.GetProperty("address").GetString() == $"sip:{user}@example.com") return member.GetProperty("status").GetString() is "disconnected" or "departed";
        }

        return true;
    }
}
