using System.Collections.Concurrent;
using Confab.Runtime;
using Confab.Server;
using Confab.Server.Registration;
using Confab.Server.Stores;
using Confab.Tests.Sip.Registration;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Confab.Tests.Server.Registration;

/// <summary>The registrar as it runs: thread pool, a lane of its own, a file.</summary>
public sealed class RegistrarOnThreadsTests
{
    [Fact]
    public void What_was_answered_200_is_in_the_file_for_another_connection_before_the_answer_D_15()
    {
        const int users = 40, registers = 5;
        var path = Directory.CreateTempSubdirectory("confab-test-").FullName;
        try
        {
            using var world = World.Real(NullLoggerFactory.Instance);
            using var database = new SqliteDatabase(path);
            using var directory = new SqlDirectory(database);
            var options = new ServerOptions { Users = [.. Enumerable.Range(0, users).Select(static u => new UserOptions { Address = $"sip:u{u}@example.com", Password = "demo" })] };
            PasswordHash.PutConfigured(directory, options);
            using var thread = new LaneThread("store");
            var registrar = new Registrar(world, directory, new StoreLane(thread, directory, 10_000, NullLogger.Instance), options);
            using var reading = new SqliteDatabase(path);
            using var reader = new SqlDirectory(reading);
            using var all = new CountdownEvent(users * registers);
            var failures = new ConcurrentQueue<string>();
            var gate = new Lock();

            for (var i = 0; i < users * registers; i++)
            {
                var (user, cseq) = ($"sip:u{i % users}@example.com", (uint)(i / users) + 1);
                var owner = new Mailbox(world);
                var request = RegisterText.With($"call-{cseq}", cseq, $"To: <{user}>", $"Contact: <sip:device{cseq}@192.0.2.7>");
                owner.Post(() => registrar.Take(new StubTransaction(request, new StubFlow()), user, owner, (status, _) =>
                {
                    lock (gate)
                    {
                        var stored = reader.LoadBindings().GetValueOrDefault(user, []);
                        if (status != 200 || !stored.Any(b => b.CSeq == cseq)) failures.Enqueue($"{user} {cseq}: {status}, {stored.Length} stored");
                    }

                    all.Signal();
                }));
            }

            Assert.True(all.Wait(TimeSpan.FromSeconds(60)), $"{all.CurrentCount} were not answered");
            Assert.Empty(failures);
            Assert.Equal(users * registers, registrar.Count);
            Assert.Equal(users * registers, reader.LoadBindings().Sum(static b => b.Value.Length));
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }
}
