using System.CommandLine;
using System.Text.Json;
using Confab.Cli.Bench;

namespace Confab.Cli.Commands;

/// <summary><c>confab bench config</c>: the configuration of a server that knows the users of a load, and lets one machine be all of them.</summary>
static class BenchConfigCommand
{
    const int Most = 1_000_000;
    const int LargestGroup = 10_000;
    static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    public static Command Create()
    {
        var count = new Option<int>("--users") { Description = "How many users.", HelpName = "NUMBER", DefaultValueFactory = _ => 100 };
        var pattern = new Option<string>("--pattern") { Description = "Their addresses; {0} is the number.", HelpName = "PATTERN", DefaultValueFactory = _ => UserPattern.Usual.Text };
        var password = new Option<string>("--password") { Description = "The password of all of them.", HelpName = "PASSWORD", DefaultValueFactory = _ => "bench" };
        var command = new Command("config", "Prints a configuration for 'confab serve --config' with the users of a load; for a laboratory alone, since all have one password.")
        {
            count, pattern, password,
        };
        command.SetAction(async (parsed, _) =>
        {
            var (number, users) = (parsed.GetValue(count), new UserPattern(parsed.GetValue(pattern)!));
            var problem = number is < 1 or > Most ? $"--users is 1 to {Most}, not {number}" : users.Problem;
            if (problem is not null)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"confab: {problem}");
                return ConfabProgram.Misused;
            }

            await parsed.InvocationConfiguration.Output.WriteLineAsync(Compose(number, users, parsed.GetValue(password)!));
            return 0;
        });
        return command;
    }

    static string Compose(int number, UserPattern users, string password) => JsonSerializer.Serialize(
        new
        {
            users.Domain,
            Storage = new { Provider = "Memory" },
            Session = new { MaxAdhocGroupSize = Math.Clamp(number, 100, LargestGroup) },
            Users = Enumerable.Range(0, number).Select(i => new { Address = users[i], Password = password }),
        },
        s_json);
}
