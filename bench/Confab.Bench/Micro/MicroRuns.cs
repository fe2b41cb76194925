namespace Confab.Bench.Micro;
internal static class MicroRuns { public static void Run() { } }
