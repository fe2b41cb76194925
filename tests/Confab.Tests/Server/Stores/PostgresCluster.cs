using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Xunit;

namespace Confab.Tests.Server.Stores;

/// <summary>
/// A PostgreSQL of its own, in a folder that goes with it, over a Unix socket there: nobody's ports, nobody's data. It refuses to run as root, so
/// root runs it as the user that its package made. Without PostgreSQL the tests are skipped and say why.
/// </summary>
public sealed class PostgresCluster : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("confab-pg-").FullName;
    private readonly string? _programs = Programs();
    private Process? _server;
    private int _databases;

    /// <summary>A new, empty database.</summary>
    public string NewDatabase()
    {
        Assert.SkipWhen(_programs is null, "postgresql is not installed; make test installs it where it may");
        var name = string.Create(CultureInfo.InvariantCulture, $"confab{Interlocked.Increment(ref _databases)}");
        Run($"CREATE DATABASE {name}");
        return ConnectionString(name);
    }

    /// <summary>Says something to the cluster as its owner.</summary>
    public object? Run(string sql, string? database = null)
    {
        using var connection = new NpgsqlConnection(database ?? ConnectionString("postgres"));
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteScalar();
    }

    public async ValueTask InitializeAsync()
    {
        if (_programs is null) return;
        if (OperatingSystem.IsLinux() && Environment.UserName == "root") await Call("chown", "postgres", _folder);
        await CallAsOwner("initdb", "-D", $"{_folder}/data", "-A", "trust", "-U", "confab", "--no-sync", "-E", "UTF8", "--locale=C");
        _server = Process.Start(AsOwner("postgres", "-D", $"{_folder}/data", "-c", "listen_addresses=", "-c", $"unix_socket_directories={_folder}", "-c", "max_connections=200"))!;
        _server.OutputDataReceived += static (_, _) => { };
        _server.BeginOutputReadLine();
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.ErrorDataReceived += (_, line) =>
        {
            if (line.Data?.Contains("ready to accept connections", StringComparison.Ordinal) == true) ready.TrySetResult();
        };
        _server.BeginErrorReadLine();
        await ready.Task.WaitAsync(s_patience);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await CallAsOwner("pg_ctl", "-D", $"{_folder}/data", "-m", "immediate", "-w", "stop");
            await _server.WaitForExitAsync().WaitAsync(s_patience);
            _server.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static string? Programs()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var debian = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(static d => Path.Combine(d, "bin")) : [];
        return path.Concat(debian).FirstOrDefault(static d => File.Exists(Path.Combine(d, "initdb")));
    }

    private string ConnectionString(string database) => $"Host={_folder};Username=confab;Database={database};Pooling=false;Timeout=30";

    private Task CallAsOwner(string program, params string[] arguments) => Finish(AsOwner(program, arguments));

    private static Task Call(string program, params string[] arguments) => Finish(Quiet(program, arguments));

    private ProcessStartInfo AsOwner(string program, params string[] arguments)
    {
        var whole = Path.Combine(_programs!, program);
        return Environment.UserName == "root" ? Quiet("runuser", ["-u", "postgres", "--", whole, .. arguments]) : Quiet(whole, arguments);
    }

    private static ProcessStartInfo Quiet(string program, IEnumerable<string> arguments) =>
        new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = "/" };

    private static async Task Finish(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()).WaitAsync(s_patience);
        await process.WaitForExitAsync().WaitAsync(s_patience);
        Assert.True(process.ExitCode == 0, $"{start.FileName} {string.Join(' ', start.ArgumentList)}: {string.Concat(output)}");
    }
}
