using System.Text.RegularExpressions;
using Xunit;

namespace Confab.Tests.House;

/// <summary>What keeps the house small and readable, held by reading the files.</summary>
public sealed partial class TidyTests
{
    const int MostLines = 450;

    [Fact]
    public void No_source_file_is_longer_than_450_lines() =>
        Assert.Empty(Sources(f => Repository.Read(f).Count(c => c == '\n') > MostLines));

    [Fact]
    public void Every_source_file_begins_with_something() =>
        Assert.Empty(Sources(f => string.IsNullOrWhiteSpace(Repository.Read(f).Split('\n')[0])));

    [Fact]
    public void No_folder_is_a_drawer_for_anything() =>
        Assert.Empty(Sources(f => f.Split('/').Any(part => part is "Utils" or "Util" or "Common" or "Helpers" or "Misc" or "Shared")));

    [Fact]
    public void No_type_is_named_for_being_useful() => Assert.Empty(Matches(Repository.Sources(), VagueType()));

    [Fact]
    public void Message_folders_mention_no_socket_thread_clock_or_log() =>
        Assert.Empty(Matches(Repository.Sources().Where(f => f.Contains("/Message/", StringComparison.Ordinal)), OutsideWorld()));

    [Fact]
    public void Nothing_is_left_for_later_in_a_comment() => Assert.Empty(Matches(Written(), LeftForLater()));

    [Fact]
    public void No_file_names_a_path_of_the_machine_it_was_written_on() => Assert.Empty(Matches(Written(), MachinePath()));

    static List<string> Sources(Func<string, bool> areWrong) => [.. Repository.Sources().Where(areWrong)];

    /// <summary>All that people wrote and read, but for these tests, which name what they forbid.</summary>
    static IEnumerable<string> Written()
    {
        string[] folders = ["src", "tests", "docs", "eng", "bench"];
        return folders.Where(f => Directory.Exists(Path.Combine(Repository.Root, f)))
            .SelectMany(f => Repository.Files(f, "*"))
            .Where(f => Path.GetExtension(f) is ".cs" or ".csproj" or ".md" or ".flow" or ".sh" or "")
            .Where(f => !f.StartsWith("tests/Confab.Tests/House/", StringComparison.Ordinal))
            .Concat(Directory.EnumerateFiles(Repository.Root, "*.md").Select(f => Path.GetFileName(f)))
            .Concat(["Makefile", "confab", ".ci/run"]);
    }

    static IEnumerable<string> Matches(IEnumerable<string> files, Regex pattern) =>
        from file in files
        from match in pattern.Matches(Repository.Read(file))
        select $"{file}: {match.Value}";

    [GeneratedRegex(@"\b(class|record|struct|interface|enum)\s+\w*(Manager|Helpers?|Utils?|Utility|Utilities|Service|Base|Impl)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VagueType();

    [GeneratedRegex(@"\b(Socket|Thread|TimeProvider|ILogger)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OutsideWorld();

    [GeneratedRegex(@"\b(TODO|FIXME)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LeftForLater();

    [GeneratedRegex(@"(?<![\w./}])/(work|home|root|Users)/\w+|[A-Z]:\\Users", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MachinePath();
}
