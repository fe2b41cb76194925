using Confab.Runtime;
using Confab.Server;
using Confab.Server.Registration;
using Confab.Server.Stores;
using Confab.Sim;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Confab.Tests.Server.Stores;

/// <summary>The contract on the PostgreSQL of this machine, and what only a database server can do to us.</summary>
public sealed class PostgresStoreTests(PostgresCluster cluster) : StoreContract, IClassFixture<PostgresCluster>
{
    private string? _database;

    private string Database => _database ??= cluster.NewDatabase();

    [Fact]
    public void A_second_server_is_kept_out_while_the_first_one_runs()
    {
        using (Open())
        {
            var refused = Assert.Throws<ServerStartException>(() => PostgresDatabase.Open(Database));
            Assert.Contains("another Confab uses this database", refused.Message, StringComparison.Ordinal);
            Assert.Contains("Storage:ConnectionString", refused.Message, StringComparison.Ordinal);
        }

        Open().Dispose();
    }

    [Fact]
    public void A_schema_of_a_newer_Confab_is_left_alone()
    {
        Open().Dispose();
        cluster.Run("INSERT INTO confab_schema (version) VALUES (99)", Database);
        var refused = Assert.Throws<ServerStartException>(() => PostgresDatabase.Open(Database));
        Assert.Contains("schema 99, made by a newer Confab", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_that_is_not_there_is_told_without_the_password()
    {
        var refused = Assert.Throws<ServerStartException>(() => PostgresDatabase.Open(Database.Replace("Database=", "Password=secret;Database=no", StringComparison.Ordinal)));
        Assert.Contains("does not exist", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_that_breaks_fails_its_transaction_and_the_next_one_goes_on()
    {
        using var sim = new SimWorld();
        var world = sim.Host("10.0.0.1", 1);
        using var store = Open();
        store.Directory.Load();
        var lane = new StoreLane(world.Scheduler, store.Directory, 100, NullLogger.Instance);
        var owner = new Mailbox(world);
        var answers = new List<bool>();
        void Add(string user)
        {
            lane.Write(owner, () => store.Directory.PutAccount(PasswordHash.Of($"sip:{user}@example.com", "demo", "example.com")), answers.Add);
            sim.Run();
        }

        Add("alice");
        cluster.Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'Confab' AND datname = current_database()", Database);
        Add("bob");
        Add("carol");
        Assert.Equal([true, false, true], answers);
        Assert.Equal(["alice", "carol"], store.Directory.Accounts.Select(static a => a.User).Order());
        Assert.Equal(2L, cluster.Run("SELECT count(*) FROM accounts", Database));
    }

    protected override Store Open() => Store.In(PostgresDatabase.Open(Database));
}
