using System.Reflection;
using Xunit;

namespace Confab.Tests.House;

/// <summary>What the packages show is in a text file each, so that no change of it goes unseen; <c>PUBLIC=update make test</c> writes them anew.</summary>
public sealed class PublicSurfaceTests
{
    [Theory]
    [InlineData("Confab.Runtime")]
    [InlineData("Confab.Sip")]
    [InlineData("Confab.Msrp")]
    [InlineData("Confab.Content")]
    [InlineData("Confab.Client")]
    public void What_a_package_shows_is_as_its_file_says(string package)
    {
        var file = Path.Combine(Repository.Root, "src", package, "PublicSurface.txt");
        var now = PublicSurface.Of(Assembly.Load(package));
        if (Environment.GetEnvironmentVariable("PUBLIC") == "update") File.WriteAllText(file, now);
        Assert.Equal(File.Exists(file) ? File.ReadAllText(file) : "", now);
    }

    [Fact]
    public void The_client_shows_no_type_of_a_codec()
    {
        var shown = PublicSurface.Of(Assembly.Load("Confab.Client"));
        Assert.DoesNotContain("SipRequest", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("MsrpFrame", shown, StringComparison.Ordinal);
    }
}
