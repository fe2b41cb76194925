using System.IO.Compression;
using System.Xml.Linq;
using Confab.Tests.House;
using Xunit;

namespace Confab.Tests.Live;

/// <summary>The packages as <c>make pack</c> makes them, and a trimmed program that is made of them and runs.</summary>
[Collection(LiveBesideCollection.Name)]
public sealed class PackageTests
{
    static readonly TimeSpan s_publishing = TimeSpan.FromMinutes(4); // a quarter of a minute on a machine that does nothing else
    static readonly string[] s_packages = ["Client", "Content", "Msrp", "Runtime", "Sip"];

    static async Task Dotnet(string folder, params string[] arguments)
    {
        await using var dotnet = new Running("dotnet", arguments, folder);
        Assert.True(await dotnet.Exit(s_publishing) == 0, dotnet.Printed);
    }

    [Fact]
    public async Task The_packages_have_readme_licence_documentation_and_symbols_and_a_trimmed_program_of_them_runs()
    {
        await using var server = await LiveServer.Start();
        var packages = Directory.CreateDirectory(Path.Combine(server.Folder, "packages")).FullName;
        await Dotnet(packages, "pack", Path.Combine(Repository.Root, "Confab.slnx"), "-c", "Release", "--no-build", "-o", packages, "-v", "quiet", "-nologo", "-nodeReuse:false");
        foreach (var package in s_packages) await Check(packages, $"Confab.{package}");

        var program = Directory.CreateDirectory(Path.Combine(server.Folder, "Hello")).FullName;
        await Write(program, packages);
        await Dotnet(program, "publish", "-c", "Release", "-o", "out", "-v", "quiet", "-nologo", "-nodeReuse:false");
        Assert.False(File.Exists(Path.Combine(program, "out", "Microsoft.AspNetCore.dll")));
        var bob = await server.User("bob");
        var hello = server.Keep(new Running(
            Path.Combine(program, "out", "Hello"), [server.Tcp.ToString(), "sip:alice@example.com", "demo", "sip:bob@example.com", "Hello from a small program"], program));
        await bob.Accept();
        await bob.Hears("alice", "Hello from a small program");
        Assert.Equal(0, await hello.Exit());
    }

    static async Task Check(string folder, string package)
    {
        await using var zip = await ZipFile.OpenReadAsync(Directory.GetFiles(folder, $"{package}.*.nupkg").Single(), TestContext.Current.CancellationToken);
        var names = zip.Entries.Select(static e => e.FullName).ToList();
        Assert.Subset(names.ToHashSet(), new HashSet<string> { "README.md", "LICENSE", $"lib/net10.0/{package}.dll", $"lib/net10.0/{package}.xml" });
        await using var nuspec = await zip.GetEntry($"{package}.nuspec")!.OpenAsync(TestContext.Current.CancellationToken);
        var about = XDocument.Load(nuspec).Descendants().Where(static e => !e.HasElements).ToLookup(static e => e.Name.LocalName, static e => e.Value);
        Assert.Equal("Apache-2.0", about["license"].Single());
        Assert.Equal("README.md", about["readme"].Single());
        Assert.NotEmpty(about["description"].Single());
        Assert.DoesNotContain(names, static n => n.Contains("AspNetCore", StringComparison.Ordinal));
        await using var symbols = await ZipFile.OpenReadAsync(Directory.GetFiles(folder, $"{package}.*.snupkg").Single(), TestContext.Current.CancellationToken);
        Assert.Contains(symbols.Entries, e => e.FullName == $"lib/net10.0/{package}.pdb");
    }

    /// <summary>The sample as a program of its own, outside of the solution, that knows nothing but the packages.</summary>
    static async Task Write(string folder, string packages)
    {
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var version = Path.GetFileNameWithoutExtension(Directory.GetFiles(packages, "Confab.Client.*.nupkg").Single())["Confab.Client.".Length..];
        var rid = System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier;
        var cancel = TestContext.Current.CancellationToken;
        File.Copy(Path.Combine(Repository.Root, "samples", "SayHello", "Program.cs"), Path.Combine(folder, "Program.cs"));
        await File.WriteAllTextAsync(Path.Combine(folder, "Directory.Build.props"), "<Project />", cancel);
        await File.WriteAllTextAsync(Path.Combine(folder, "Hello.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <RuntimeIdentifier>{rid}</RuntimeIdentifier>
                <SelfContained>true</SelfContained>
                <PublishTrimmed>true</PublishTrimmed>
                <TrimMode>full</TrimMode>
                <TrimmerSingleWarn>false</TrimmerSingleWarn>
                <InvariantGlobalization>true</InvariantGlobalization>
                <NuGetAudit>false</NuGetAudit>
                <RestorePackagesPath>{folder}/restored</RestorePackagesPath>
                <RestoreAdditionalProjectFallbackFolders>{cache}</RestoreAdditionalProjectFallbackFolders>
                <RestoreAdditionalProjectSources>{packages}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Confab.Client" Version="{version}" />
              </ItemGroup>
            </Project>
            """, cancel);
    }
}
