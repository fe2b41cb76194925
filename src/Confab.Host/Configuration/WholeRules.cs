using Confab.Server;

namespace Confab.Host.Configuration;

/// <summary>What only shows when all sources are read: lists that must not be empty, accounts named twice.</summary>
static class WholeRules
{
    const string Origin = "all sources together";

    public static IEnumerable<ConfigurationError> Check(ServerOptions options)
    {
        if (options.Sip.Listen.Count == 0)
            yield return new("Sip:Listen", "is empty; a server needs at least one, such as udp://127.0.0.1:5060", Origin);
        if (options.Msrp.Listen.Count == 0)
            yield return new("Msrp:Listen", "is empty; a server needs at least one, such as tcp://127.0.0.1:2855", Origin);
        for (var i = 0; i < options.Users.Count; i++)
        {
            var address = options.Users[i].Address;
            if (address.Length > 0 && options.Users.FindIndex(u => u.Address.Equals(address, StringComparison.OrdinalIgnoreCase)) < i)
                yield return new($"Users:{i}:Address", $"\"{address}\" is there twice; allowed: each address once", Origin);
        }
    }
}
