using System.Collections;
using System.CommandLine;
using Confab.Host.Configuration;
using Confab.Host.Hosting;
using Confab.Server;
using Microsoft.Extensions.Logging;

namespace Confab.Cli.Commands;

/// <summary><c>confab serve</c>: runs the IM Server. Standard output carries a line a listener and then <c>ready</c>, nothing else.</summary>
static partial class ServeCommand
{
    const string Defaults = "127.0.0.1:5060";

    static readonly Option<string?> File = new("--config") { Description = "The configuration, a JSON file (comments allowed).", HelpName = "FILE" };

    static readonly Option<string[]> Settings = new("--set")
    {
        Description = "One key of the configuration, such as Sip:Listen:0=udp://127.0.0.1:5060; wins over file and environment. May be repeated.",
        HelpName = "KEY=VALUE",
        DefaultValueFactory = _ => [],
    };

    public static Command Create()
    {
        var command = new Command("serve", "Starts the IM Server. Without any configuration it listens on loopback and has demo users.") { File, Settings };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            ServerConfiguration.Load(parsed.GetValue(File), ReadEnvironment(), parsed.GetValue(Settings)!),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error,
            cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(ServerConfiguration configuration, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        if (configuration.Errors.Count > 0)
        {
            foreach (var problem in configuration.Errors)
                await error.WriteLineAsync($"confab: {problem}");
            return ConfabProgram.Misused;
        }

        var host = ServerHost.Build(configuration.Options);
        var log = host.Loggers.CreateLogger("Confab.Serve");
        if (configuration.Note is not null)
            LogNote(log, configuration.Note);
        try
        {
            await host.StartAsync(cancellationToken);
        }
        catch (ServerStartException e)
        {
            await host.DisposeAsync();
            await error.WriteLineAsync($"confab: {e.Message}");
            return 1;
        }
        catch (OperationCanceledException)
        {
            await host.DisposeAsync();
            return 0;
        }

        foreach (var line in host.Listening)
            await output.WriteLineAsync(line);
        await output.WriteLineAsync("ready");
        await output.FlushAsync(CancellationToken.None);
        if (configuration.HasDemoUsers)
            await error.WriteLineAsync(HowToChat(configuration.Options, host.Listening));

        await host.WaitForStopAsync(cancellationToken);
        LogStopping(log);
        // A server that did not stop in time is not waited for a second time: the process takes it along.
        if (await host.StopAsync())
            await host.DisposeAsync();
        else
            await error.WriteLineAsync("confab: not everything ended in time; it was cut off");
        return 0;
    }

    static string HowToChat(ServerOptions options, IReadOnlyList<string> listening)
    {
        const string Tcp = "sip tcp://";
        var server = listening.FirstOrDefault(l => l.StartsWith(Tcp, StringComparison.Ordinal))?[Tcp.Length..] ?? Defaults;
        var where = server == Defaults ? "" : $" --server {server}";
        return $"""

            Chat, in two other terminals:
              ./confab chat --as {options.Users[0].Address} --password {options.Users[0].Password}{where}
              ./confab chat --as {options.Users[1].Address} --password {options.Users[1].Password}{where}
            """;
    }

    static IEnumerable<KeyValuePair<string, string?>> ReadEnvironment() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(e => KeyValuePair.Create((string)e.Key, (string?)e.Value));

    [LoggerMessage(1, LogLevel.Information, "{Note}")]
    static partial void LogNote(ILogger logger, string note);

    [LoggerMessage(2, LogLevel.Information, "Stopping")]
    static partial void LogStopping(ILogger logger);
}
