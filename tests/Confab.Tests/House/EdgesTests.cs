using System.Xml.Linq;
using Xunit;

namespace Confab.Tests.House;

/// <summary>The edges between the rooms, as the project files draw them: who may see whom.</summary>
public sealed class EdgesTests
{
    static readonly Dictionary<string, string[]> Edges = new(StringComparer.Ordinal)
    {
        ["Confab.Content"] = [],
        ["Confab.Runtime"] = [],
        ["Confab.Sip"] = ["Confab.Runtime"],
        ["Confab.Msrp"] = ["Confab.Runtime"],
        ["Confab.Client"] = ["Confab.Content", "Confab.Msrp", "Confab.Runtime", "Confab.Sip"],
        ["Confab.Server"] = ["Confab.Content", "Confab.Msrp", "Confab.Runtime", "Confab.Sip"],
        ["Confab.Host"] = ["Confab.Server"],
        ["Confab.Cli"] = ["Confab.Client", "Confab.Host"],
    };

    public static TheoryData<string> Projects { get; } = [.. Edges.Keys];

    [Fact]
    public void Every_project_of_src_has_its_edges_stated_here() =>
        Assert.Equal(Edges.Keys.Order(), Repository.Files("src", "*.csproj").Select(f => Path.GetFileNameWithoutExtension(f)).Order());

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_the_rooms_it_may_see(string project) =>
        Assert.Equal(Edges[project], Items(project, "ProjectReference").Select(Path.GetFileNameWithoutExtension).Order());

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_the_host_knows_ASP_NET(string project)
    {
        var knows = Items(project, "FrameworkReference").Concat(Items(project, "PackageReference"))
            .Where(name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        Assert.Equal(project == "Confab.Host" ? ["Microsoft.AspNetCore.App"] : [], knows);
        Assert.Equal("Microsoft.NET.Sdk", Load(project).Attribute("Sdk")!.Value);
    }

    [Fact]
    public void Content_needs_no_package() => Assert.Empty(Items("Confab.Content", "PackageReference"));

    [Fact]
    public void Source_files_use_ASP_NET_in_the_host_alone()
    {
        var users = Repository.Sources()
            .Where(f => !f.StartsWith("src/Confab.Host/", StringComparison.Ordinal))
            .Where(f => Repository.Read(f).Contains("Microsoft.AspNetCore", StringComparison.Ordinal));
        Assert.Empty(users);
    }

    static XElement Load(string project) => XDocument.Parse(Repository.Read($"src/{project}/{project}.csproj")).Root!;

    static IEnumerable<string> Items(string project, string kind) =>
        Load(project).Descendants(kind).Select(item => item.Attribute("Include")!.Value.Replace('\\', '/'));
}
