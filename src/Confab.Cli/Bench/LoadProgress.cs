using System.Globalization;
using Spectre.Console;

namespace Confab.Cli.Bench;

/// <summary>A bar on the terminal, on standard error: what is being done, how far it is, and how many units are done.</summary>
static class LoadProgress
{
    public static Task<LoadReport> ShowAsync(Func<Action<string, double, long>, Task<LoadReport>> run)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context =>
            {
                var bar = context.AddTask("making ready", maxValue: 1);
                return run((what, share, units) =>
                {
                    bar.Description = string.Create(CultureInfo.InvariantCulture, $"{what,-12} {units,12:#,0}");
                    bar.Value = share;
                });
            });
    }
}
