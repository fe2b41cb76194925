using System.Net;
using System.Net.Sockets;

namespace Confab.Bench;

/// <summary>Where things are; bench/run tells.</summary>
internal static class Places
{
    public static string Root => Environment.GetEnvironmentVariable("CONFAB_ROOT") ?? Directory.GetCurrentDirectory();

    public static string Server => Path.Combine(Root, "src/Confab.Cli/bin/Release/net10.0/confab.dll");

    /// <summary>A program of bench/fanout, compiled by bench/run.</summary>
    public static string Program(string name) => Path.Combine(Root, "artifacts/bench", name);

    /// <summary>A file of bench/peers.</summary>
    public static string Peer(string name) => Path.Combine(Root, "bench/peers", name);

    /// <summary>A port of loopback that nobody uses, for UDP and TCP.</summary>
    public static int FreePort()
    {
        while (true)
        {
            using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            try
            {
                udp.Bind(tcp.LocalEndPoint!);
                return ((IPEndPoint)tcp.LocalEndPoint!).Port;
            }
            catch (SocketException)
            {
                // The same number is taken for UDP.
            }
        }
    }
}

/// <summary>A run that could not be done; the message says why.</summary>
internal sealed class BenchFailedException(string message) : Exception(message);
