using System.CommandLine;
using Confab.Cli.Chat;
using Confab.Cli.Operator;
using Confab.Server.Registration;

namespace Confab.Cli.Commands;

/// <summary><c>confab user add|remove|list|passwd</c>: who may sign in.</summary>
static class UserCommand
{
    static readonly Argument<string> Who = new("ADDRESS") { Description = "The IM Address: sip:alice@example.com, or alice for one of the server's domain." };

    static readonly Option<string?> Password = new("--password")
    {
        Description = "The password; otherwise CONFAB_PASSWORD counts, or you are asked.",
        HelpName = "PASSWORD",
    };

    public static Command Create() => OperatorCommand.Family(
        "user",
        "Users of the server: add, remove, list, passwd.",
        OperatorCommand.Create("add", "Makes an account.", [Who, Password], (server, parsed, output, token) => PutAsync(server, parsed, output, isNew: true, token)),
        OperatorCommand.Create("passwd", "Gives an account another password.", [Who, Password], (server, parsed, output, token) => PutAsync(server, parsed, output, isNew: false, token)),
        OperatorCommand.Create("remove", "Removes an account with its registrations, lists and groups.", [Who], RemoveAsync),
        OperatorCommand.Create("list", "Lists the accounts, one a line.", [], ListAsync));

    static async Task PutAsync(OperatorConnection server, ParseResult parsed, TextWriter output, bool isNew, CancellationToken cancellationToken)
    {
        var address = OperatorCommand.Address(parsed.GetValue(Who)!, OperatorCommand.Configuration(parsed));
        var password = parsed.GetValue(Password) ?? Environment.GetEnvironmentVariable("CONFAB_PASSWORD")
            ?? HiddenInput.Ask($"Password for {address}: ", parsed.InvocationConfiguration.Error)
            ?? throw new OperatorMisuseException("no password; give --password, or set CONFAB_PASSWORD");
        Expect(await server.PutAccountAsync(address, password, isNew, cancellationToken));
        await output.WriteLineAsync(isNew ? $"{address} may sign in" : $"{address} has another password");
    }

    static async Task RemoveAsync(OperatorConnection server, ParseResult parsed, TextWriter output, CancellationToken cancellationToken)
    {
        var configuration = OperatorCommand.Configuration(parsed);
        var address = OperatorCommand.Address(parsed.GetValue(Who)!, configuration);
        Expect(await server.RemoveAccountAsync(address, cancellationToken));
        await output.WriteLineAsync($"{address} is removed");
        if (configuration.Options.Users.Exists(u => u.Address.Equals(address, StringComparison.OrdinalIgnoreCase)))
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"confab: {address} is one of the Users of the configuration, and comes back when the server starts again");
    }

    static async Task ListAsync(OperatorConnection server, ParseResult parsed, TextWriter output, CancellationToken cancellationToken)
    {
        foreach (var address in await server.AddressesAsync(cancellationToken))
            await output.WriteLineAsync(address);
    }

    static void Expect((AccountOutcome Outcome, string? Problem) result)
    {
        if (result.Outcome == AccountOutcome.Invalid)
            throw new OperatorMisuseException(result.Problem ?? "the address cannot be");
        if (result.Outcome != AccountOutcome.Done)
            throw new OperatorException(result.Problem ?? "it was not done");
    }
}
