using Xunit;

namespace Confab.Tests.Live;

/// <summary>Programs of others that a test needs; without them it is skipped and says why.</summary>
internal static class Tool
{
    public static void Need(params string[] programs)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        foreach (var program in programs)
            Assert.SkipUnless(folders.Any(f => File.Exists(Path.Combine(f, program))), $"{program} is not installed; make test installs it where it may");
    }
}
