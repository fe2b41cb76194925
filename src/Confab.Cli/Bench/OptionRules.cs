using System.Globalization;

namespace Confab.Cli.Bench;

/// <summary>What the options of a load may be.</summary>
static class OptionRules
{
    const int MostUsers = 1_000_000;
    const int MostInGroup = 65_535; // numbers in a mark
    const int MostBytes = 1024 * 1024;

    /// <summary>What is wrong, if anything: the option, its value and what is allowed.</summary>
    public static string? Problem(LoadOptions options, string transport)
    {
        var count = options.Mode == "fanout" ? "--members" : "--count";
        if (transport is not ("udp" or "tcp")) return $"--transport is udp or tcp, not '{transport}'";
        if (options.Users.Problem is { } problem) return $"--users: {problem}";
        if (options.Mode is "fanout" or "sessions" && options.Members < 2) return $"{count} is 2 at least, not {options.Members}";
        if (options.Members < 1 || options.Members > (options.Mode == "fanout" ? MostInGroup : MostUsers))
            return $"{count} is 1 to {(options.Mode == "fanout" ? MostInGroup : MostUsers)}, not {options.Members}";
        if (options.First < 0) return $"--first is 0 at least, not {options.First}";
        if (options.Mode == "sessions" && options.Members % 2 != 0) return $"--count is an even number, since users call each other in pairs; not {options.Members}";
        if (options.Mode == "fanout" && options.Senders < 1) return $"--senders is 1 at least, not {options.Senders}";
        if (options.Window is < 1 or > 4_000) return $"--window is 1 to 4000, not {options.Window}";
        if (options.Mode == "fanout" && options.Size < Mark.Length || options.Size is < 0 or > MostBytes)
            return $"--size is {(options.Mode == "fanout" ? Mark.Length : 0)} to {MostBytes} bytes, not {options.Size}";
        if (!double.IsFinite(options.Rate) || options.Rate is < 0 or > 1e6) return string.Create(CultureInfo.InvariantCulture, $"--rate is 0 to 1000000 a second, not {options.Rate}");
        if (options.Duration < TimeSpan.FromMilliseconds(100)) return "--duration is 0.1 to 999999 seconds";
        if (options.WarmUp < TimeSpan.Zero) return "--warm-up is 0 to 999999 seconds";
        if (options.Patience < TimeSpan.FromMilliseconds(100)) return "--timeout is 0.1 to 999999 seconds";
        if (options.Connections is < 1 or > 10_000) return $"--connections is 1 to 10000, not {options.Connections}";
        if (options.MsrpConnections is < 0 or > 10_000) return $"--msrp-connections is 0 to 10000, not {options.MsrpConnections}";
        if (options.MsrpConnections > 0 && options.Hold == 0) return "--msrp-connections needs --hold: a connection that is shared closes with the last session on it";
        if (options.Hold < 0 || options.Hold > MostUsers) return $"--hold is 0 to {MostUsers}, not {options.Hold}";
        if (options.Mode == "signalling" && options.Method is not ("OPTIONS" or "MESSAGE" or "REGISTER")) return $"--method is OPTIONS, MESSAGE or REGISTER, not '{options.Method}'";
        return null;
    }
}
