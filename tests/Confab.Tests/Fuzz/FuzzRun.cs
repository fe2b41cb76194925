// How long and from which seed the fuzz tests run.
//
//   make test                       a fixed number of inputs from a fixed seed
//   FUZZ_SECONDS=600 make fuzz      each test for that long, from a seed of the day
//   FUZZ_SEED=7 FUZZ_INPUT=42 ...   input 42 of seed 7 once more, alone
using System.Diagnostics;
using System.Globalization;
using Xunit;
using Xunit.Sdk;

namespace Confab.Tests.Fuzz;

static class FuzzRun
{
    /// <summary>The collection of the fuzz tests: no other test runs beside them, so that what memory they keep can be told.</summary>
    public const string Alone = "Fuzz";

    const int UsualSeed = 4475;

    static readonly int? Seconds = Number("FUZZ_SECONDS");
    static readonly int Seed = Number("FUZZ_SEED") ?? (Seconds is null ? UsualSeed : Environment.TickCount & 0xFFFFFF);
    static readonly int? Only = Number("FUZZ_INPUT");

    /// <summary>Tries so many inputs, each with a chance of its own that its number and the seed decide; or as many as fit in the time that was given.</summary>
    public static async Task Each(string what, int inputs, Func<Random, Task> attempt)
    {
        var watch = Stopwatch.StartNew();
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var tried = 0;
        for (var i = Only ?? 0; Only is null ? GoesOn(i, inputs, watch) : i == Only; i++)
        {
            try
            {
                await attempt(new Random(unchecked((Seed * 1_000_003) ^ (i * 7919))));
                tried++;
            }
            catch (Exception exception)
            {
                throw new XunitException($"Input {i} of seed {Seed} ({what}); once more with FUZZ_SEED={Seed} FUZZ_INPUT={i}\n{exception}", exception);
            }
        }

        var grown = (GC.GetTotalMemory(forceFullCollection: true) - memory) / 1024;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{what}: {tried} inputs of seed {Seed} in {watch.Elapsed.TotalSeconds:0.0} s, {grown} KiB kept"));
        Assert.InRange(grown, long.MinValue, 32 * 1024);
    }

    /// <summary>The same for what is tried at once.</summary>
    public static Task Each(string what, int inputs, Action<Random> attempt) => Each(what, inputs, random =>
    {
        attempt(random);
        return Task.CompletedTask;
    });

    static bool GoesOn(int tried, int inputs, Stopwatch watch) => Seconds is { } seconds ? watch.Elapsed.TotalSeconds < seconds : tried < inputs;

    static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
