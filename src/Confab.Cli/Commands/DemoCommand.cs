using System.CommandLine;
using Confab.Cli.Demo;
using Microsoft.Extensions.Logging.Abstractions;

namespace Confab.Cli.Commands;

/// <summary><c>confab demo</c>: a scripted tour that prints the message ladder.</summary>
static class DemoCommand
{
    public static Command Create()
    {
        var command = new Command("demo", "A tour: a server and four clients in this process go through a group chat, and the ladder of their SIP and MSRP is printed.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            try
            {
                await new Tour(output, NullLoggerFactory.Instance).RunAsync(cancellationToken);
                return 0;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return 0;
            }
            catch (Exception problem) when (problem is InvalidOperationException or IOException or OperationCanceledException or Server.ServerStartException)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"confab: the tour broke off: {problem.Message}");
                return 1;
            }
        });
        return command;
    }
}
