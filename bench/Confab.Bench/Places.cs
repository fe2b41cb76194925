namespace Confab.Bench;

/// <summary>Where things are; bench/run tells.</summary>
internal static class Places
{
    public static string Root => Environment.GetEnvironmentVariable("CONFAB_ROOT") ?? Directory.GetCurrentDirectory();

    public static string Server => Path.Combine(Root, "src/Confab.Cli/bin/Release/net10.0/confab.dll");

    /// <summary>A program of bench/fanout, compiled by bench/run.</summary>
    public static string Program(string name) => Path.Combine(Root, "artifacts/bench", name);
}

/// <summary>A run that could not be done; the message says why.</summary>
internal sealed class BenchFailedException(string message) : Exception(message);
