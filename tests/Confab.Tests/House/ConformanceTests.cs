using Xunit;

namespace Confab.Tests.House;

/// <summary>The conformance page says what is so, and nothing is claimed that nothing shows.</summary>
public sealed class ConformanceTests
{
    const string Page = "docs/conformance.md";

    static readonly Conformance Known = new();

    [Fact]
    public void The_page_says_what_the_code_the_flows_and_the_tests_say()
    {
        var expected = Known.Write();
        if (Environment.GetEnvironmentVariable("CONFORMANCE") == "update")
            File.WriteAllText(Path.Combine(Repository.Root, Page), expected);
        Assert.True(Repository.Read(Page) == expected, $"{Page} is out of date; CONFORMANCE=update make test writes it anew.");
    }

    [Fact]
    public void Every_row_is_listed_once_and_in_few_words()
    {
        Assert.Empty(Known.Rows.GroupBy(r => r.Id, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key));
        string[] wordy = [.. Known.Rows.Where(r => r.Requirement.Split(' ').Length > 12).Select(r => r.Id)];
        Assert.Equal("", string.Join(", ", wordy));
    }

    [Fact]
    public void Code_and_flows_name_rows_that_exist()
    {
        string[] unknown = [.. Known.Claims.Select(c => $"{c.Key} in {c.First()}").Concat(Known.Flows.Select(f => $"{f.Key} in {f.First()}")).Where(named => !IsRow(named.Split(' ')[0]))];
        Assert.Equal("", string.Join(", ", unknown));
    }

    [Fact]
    public void What_the_code_claims_is_shown_by_a_flow_or_a_test_or_said_to_be_partial()
    {
        string[] unshown = [.. Known.Claims.Select(c => c.Key).Where(row => !Known.IsShown(row) && !Known.Partial.ContainsKey(row)).Order(StringComparer.Ordinal)];
        Assert.Equal("", string.Join(", ", unshown));
    }

    [Fact]
    public void Partial_rows_exist_and_have_been_begun()
    {
        string[] idle = [.. Known.Partial.Keys.Where(row => !IsRow(row) || !(Known.Claims.Contains(row) || Known.IsShown(row)))];
        Assert.Equal("", string.Join(", ", idle));
    }

    static bool IsRow(string row) => Known.Rows.Any(r => r.Id == row);
}
