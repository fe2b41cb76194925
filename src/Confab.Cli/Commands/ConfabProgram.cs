using System.CommandLine;
using Confab.Host;

namespace Confab.Cli.Commands;

/// <summary>The program <c>confab</c>: its commands, and what holds for all of them.</summary>
static class ConfabProgram
{
    /// <summary>The exit code for a command line or a configuration that is not understood.</summary>
    public const int Misused = 2;

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        // A response file would turn a password that begins with @ into a file name.
        var parsed = Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (var problem in parsed.Errors)
                await error.WriteLineAsync($"confab: {problem.Message}");
            await error.WriteLineAsync("Try: confab --help");
            return Misused;
        }

        // Each command ends itself on SIGTERM and Ctrl-C; the library's own two seconds would cut the server's stop short.
        var invocation = new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = null };
        return await parsed.InvokeAsync(invocation, cancellationToken);
    }

    static RootCommand Create()
    {
        // A command is a file in this folder and a line here.
        var root = new RootCommand("Instant messaging for SIP networks: an IM Server and an IM Client that follow OMA SIMPLE IM.")
        {
            ServeCommand.Create(),
            ChatCommand.Create(),
            DemoCommand.Create(),
            UserCommand.Create(),
            GroupCommand.Create(),
            BenchCommand.Create(),
        };
        root.Options.OfType<VersionOption>().Single().Action = new ShowVersion();
        return root;
    }

    sealed class ShowVersion : System.CommandLine.Invocation.SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"confab {ProductVersion.Text}");
            return 0;
        }
    }
}
