using System.Collections;
using System.CommandLine;
using Confab.Cli.Chat;
using Confab.Cli.Operator;
using Confab.Host.Configuration;

namespace Confab.Cli.Commands;

/// <summary>What the operator's commands have in common: which server, and how they fail.</summary>
static class OperatorCommand
{
    static readonly Option<string?> File = new("--config") { Description = "The configuration of the server, as for serve.", HelpName = "FILE", Recursive = true };

    static readonly Option<string[]> Settings = new("--set")
    {
        Description = "One key of it, as for serve. May be repeated.",
        HelpName = "KEY=VALUE",
        DefaultValueFactory = _ => [],
        Recursive = true,
    };

    /// <summary>A family of commands that speak to the running server, or open the store of a stopped one.</summary>
    public static Command Family(string name, string description, params ReadOnlySpan<Command> commands)
    {
        var family = new Command(name, $"{description}{Environment.NewLine}Speaks to the running server over HTTP, or opens the store of a stopped one; run it where the server runs, with the configuration that it has.");
        family.Options.Add(File);
        family.Options.Add(Settings);
        foreach (var command in commands)
            family.Subcommands.Add(command);
        return family;
    }

    public static Command Create(string name, string description, IEnumerable<Symbol> symbols, Func<OperatorConnection, ParseResult, TextWriter, CancellationToken, Task> run)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                command.Arguments.Add(argument);
            else
                command.Options.Add((Option)symbol);
        }

        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, run, cancellationToken));
        return command;
    }

    /// <summary>An address as it is kept: with its scheme, and the host in small letters.</summary>
    /// <exception cref="OperatorMisuseException">It is none.</exception>
    public static string Address(string text, ServerConfiguration configuration) =>
        Addresses.Complete(text, configuration.Options.Domain) is { } address ? address : throw new OperatorMisuseException($"'{text}' is no address; write sip:user@{configuration.Options.Domain}");

    /// <summary>The configuration of the command line.</summary>
    public static ServerConfiguration Configuration(ParseResult parsed) => ServerConfiguration.Load(
        parsed.GetValue(File),
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(static e => KeyValuePair.Create((string)e.Key, (string?)e.Value)),
        parsed.GetValue(Settings)!);

    static async Task<int> RunAsync(ParseResult parsed, Func<OperatorConnection, ParseResult, TextWriter, CancellationToken, Task> run, CancellationToken cancellationToken)
    {
        var error = parsed.InvocationConfiguration.Error;
        var configuration = Configuration(parsed);
        foreach (var problem in configuration.Errors)
            await error.WriteLineAsync($"confab: {problem}");
        if (configuration.Errors.Count > 0)
            return ConfabProgram.Misused;
        try
        {
            using var server = OperatorConnection.Open(configuration);
            await run(server, parsed, parsed.InvocationConfiguration.Output, cancellationToken);
            return 0;
        }
        catch (OperatorMisuseException e)
        {
            await error.WriteLineAsync($"confab: {e.Message}");
            return ConfabProgram.Misused;
        }
        catch (OperatorException e)
        {
            await error.WriteLineAsync($"confab: {e.Message}");
            return 1;
        }
    }
}

/// <summary>What was asked for is not understood.</summary>
sealed class OperatorMisuseException(string message) : Exception(message);
