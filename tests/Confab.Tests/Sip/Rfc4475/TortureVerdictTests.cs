using System.Text;
using Confab.Sip.Message;
using Confab.Tests.House;
using Confab.Tests.Sip.Message;
using Xunit;

namespace Confab.Tests.Sip.Rfc4475;

/// <summary>What the parser and the whole server make of the messages of RFC 4475, one by one; <c>docs/rfc4475.md</c> is the same as a page.</summary>
public sealed class TortureVerdictTests
{
    const string Page = "docs/rfc4475.md";

    public static TheoryData<string> Names { get; } = [.. TortureVerdicts.All.Select(v => v.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Each_message_gets_its_verdict(string name)
    {
        var expected = TortureVerdicts.All.Single(v => v.Name == name);
        var bytes = await File.ReadAllBytesAsync(Path.Combine(TortureTests.Folder, name + ".dat"), TestContext.Current.CancellationToken);
        _ = SipParser.TryParse([.. bytes], Parse.MaxHeaders, out _, out var fault);
        string udp, tcp, proven;
        await using (var server = await new TortureServer().StartAsync()) udp = server.Datagram(bytes);
        await using (var server = await new TortureServer().StartAsync()) tcp = server.Connection(bytes);
        await using (var server = await new TortureServer().StartAsync()) proven = server.Proven(bytes);
        Assert.Equal(expected, expected with { Parser = fault.Status, Udp = udp, Tcp = tcp, Proven = proven });
        Assert.NotEmpty(expected.Why);
    }

    [Fact]
    public void Every_file_has_a_verdict() =>
        Assert.Equal(
            Directory.GetFiles(TortureTests.Folder, "*.dat").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal),
            TortureVerdicts.All.Select(v => v.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void The_page_says_what_the_verdicts_say()
    {
        var expected = Write();
        if (Environment.GetEnvironmentVariable("DOCS") == "update") File.WriteAllText(Path.Combine(Repository.Root, Page), expected);
        Assert.True(Repository.Read(Page) == expected, $"{Page} is out of date; DOCS=update make test writes it anew.");
    }

    static string Write()
    {
        var page = new StringBuilder("# The torture messages of RFC 4475\n\n")
            .Append("What Confab makes of each message, as `tests/Confab.Tests/Sip/Rfc4475` holds it; `DOCS=update make test` writes the page anew.\n\n")
            .Append("*Parser* is what the parser says by itself. *UDP* and *TCP* are what the whole server, of the domain `example.com`, answers to a stranger;\n")
            .Append("*Proven* is what it answers when a trusted peer sends the same for `sip:user@example.com`, so that it is not asked for a password.\n\n")
            .Append("| File | Section | Title | Parser | UDP | TCP | Proven | Reason |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var v in TortureVerdicts.All)
        {
            page.Append($"| {v.Name} | {v.Section} | {v.Title.Replace("<", "&lt;", StringComparison.Ordinal)} | {(v.Parser == 0 ? "taken" : v.Parser)} | {v.Udp} | {v.Tcp} | {v.Proven} | {v.Why} |\n");
        }

        return page.ToString();
    }
}
