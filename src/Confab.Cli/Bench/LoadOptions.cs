using System.Net;
using Confab.Runtime;

namespace Confab.Cli.Bench;

/// <summary>What is asked of a load.</summary>
sealed record LoadOptions
{
    /// <summary>fanout, signalling, sessions or register.</summary>
    public required string Mode { get; init; }

    /// <summary>HOST:PORT as given.</summary>
    public string Server { get; init; } = "127.0.0.1:5060";

    /// <summary>Where that is.</summary>
    public IPEndPoint Remote { get; init; } = new(IPAddress.Loopback, 5060);

    /// <summary>The address of this machine that UDP leaves from; null finds it out.</summary>
    public IPAddress? Local { get; init; }

    public Transport Transport { get; init; } = Transport.Tcp;

    public UserPattern Users { get; init; } = UserPattern.Usual;

    public string Password { get; init; } = "bench";

    /// <summary>Adds P-Asserted-Identity, for servers that trust this address.</summary>
    public bool IsTrusted { get; init; }

    /// <summary>Whether users register before anything else.</summary>
    public bool Registers { get; init; } = true;

    /// <summary>Members of a group, users who register, callers and callees together.</summary>
    public int Members { get; init; } = 10;

    /// <summary>The number of the first of them: several generators can share the users of a server.</summary>
    public int First { get; init; }

    /// <summary>Members who send.</summary>
    public int Senders { get; init; } = 4;

    /// <summary>Units under way at once: messages of one sender, transactions, sessions being set up. Bounds a load without a rate.</summary>
    public int Window { get; init; } = 8;

    /// <summary>Bytes of the text of a message.</summary>
    public int Size { get; init; } = 100;

    /// <summary>Units a second; 0 is as many as go.</summary>
    public double Rate { get; init; }

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long an answer or a delivery is waited for until it counts as lost.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Connections (UDP: ports) for SIP.</summary>
    public int Connections { get; init; } = 1;

    /// <summary>Connections for MSRP that all sessions share; 0 gives every session its own.</summary>
    public int MsrpConnections { get; init; }

    /// <summary>A group that exists; null starts an ad-hoc group by <see cref="Factory"/>.</summary>
    public string? Group { get; init; }

    public string Factory { get; init; } = "";

    /// <summary>OPTIONS, MESSAGE or REGISTER, for signalling.</summary>
    public string Method { get; init; } = "OPTIONS";

    /// <summary>Sessions or registrations that are held while nothing else happens; 0 for none.</summary>
    public int Hold { get; init; }

    /// <summary>Processes of the server on this machine, whose CPU time and memory are reported.</summary>
    public IReadOnlyList<int> Pids { get; init; } = [];
}

/// <summary>A load that cannot be done; the message says why, and what to do.</summary>
sealed class LoadFailedException(string message) : Exception(message);
