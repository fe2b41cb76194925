using Confab.Host.Configuration;
using Confab.Tests.House;
using Xunit;

namespace Confab.Tests.Host;

public sealed class ConfigurationReferenceTests
{
    const string Page = "docs/configuration.md";

    [Fact]
    public void The_page_says_what_the_option_classes_say()
    {
        var expected = ConfigurationReference.Write();
        if (Environment.GetEnvironmentVariable("DOCS") == "update")
            File.WriteAllText(Path.Combine(Repository.Root, Page), expected);
        Assert.True(Repository.Read(Page) == expected, $"{Page} is out of date; DOCS=update make test writes it anew.");
    }

    [Fact]
    public void Every_default_is_allowed_by_its_own_rule()
    {
        var settings = ConfigurationKey.Root.All()
            .Where(k => k.Property is not null && k.Children is null && k.Path.Count(c => c == ':') == 1 && !k.Path.StartsWith("Users", StringComparison.Ordinal))
            .Select(k => (Key: k, Value: k.Property!.GetValue(Section(k))))
            .SelectMany(d => d.Value is IEnumerable<string> list ? list.Select((v, i) => $"{d.Key.Path}:{i}={v}") : d.Value is null ? [] : [$"{d.Key.Path}={d.Value}"]);
        Assert.Empty(ServerConfiguration.Load(null, [], [.. settings]).Errors);
    }

    static object Section(ConfigurationKey key) =>
        ConfigurationKey.Root.Children![key.Path.Split(':')[0]].Property!.GetValue(new Confab.Server.ServerOptions())!;
}
