using Confab.Server;

namespace Confab.Host.Configuration;

/// <summary>
/// The users of a server that was told nothing: alice, bob, carol and dave with the password <c>demo</c>. They exist only where nobody
/// but this machine can reach them: a password that everyone knows must not meet a network.
/// </summary>
static class DemoUsers
{
    public const string Password = "demo";

    static readonly string[] UserNames = ["alice", "bob", "carol", "dave"];

    public static bool TryAdd(ServerOptions options, out string note)
    {
        var open = options.Sip.Listen.Concat(options.Msrp.Listen).Concat(options.Http.Listen)
            .FirstOrDefault(l => !ListenAddress.TryParse(l, out var address) || !address.IsLoopback);
        if (open is not null)
        {
            note = $"No demo users: {open} is not a loopback address, and their password is public. Set Users to have accounts.";
            return false;
        }

        foreach (var name in UserNames)
            options.Users.Add(new UserOptions { Address = $"sip:{name}@{options.Domain}", Password = Password });
        note = $"Demo users {string.Join(", ", UserNames)} of {options.Domain} with the password \"{Password}\", on loopback only.";
        return true;
    }
}
