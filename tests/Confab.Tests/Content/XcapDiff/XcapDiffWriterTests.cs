using System.Text;
using System.Xml.Linq;
using Confab.Content.XcapDiff;
using Confab.Sim.Flows;
using Xunit;

namespace Confab.Tests.Content.XcapDiff;

public sealed class XcapDiffWriterTests
{
    private static readonly XNamespace s_diff = XcapDiffWriter.Namespace;
    private static readonly Dictionary<string, string> s_none = [];

    /// <summary>RFC 5874 3, figure 1: which tags stand there is what has happened.</summary>
    [Theory]
    [InlineData(null, "b")]
    [InlineData("a", "b")]
    [InlineData("a", null)]
    public void A_document_has_the_tags_of_what_has_happened_to_it(string? before, string? after)
    {
        var document = Assert.Single(Write(w => w.Document("x/y", before, after)).Elements());
        Assert.Equal((s_diff + "document", before, after), (document.Name, (string?)document.Attribute("previous-etag"), (string?)document.Attribute("new-etag")));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("a'b\"c<d>e&f]]>g")]
    [InlineData("tab\tcr\rlf\nend ")]
    [InlineData("\u00e9\u4e2d\U0001f600")]
    public void A_value_comes_out_as_it_went_in(string value)
    {
        var attribute = Assert.Single(Write(w => w.Attribute(value, value)).Elements());
        Assert.Equal((value, value), (attribute.Value, (string)attribute.Attribute("sel")!));
    }

    /// <summary>The names within keep their namespaces, whatever their prefixes are and whether they have one.</summary>
    [Theory]
    [InlineData("<a><b/></a>", "")]
    [InlineData("<a><b/></a>", "=urn:default")]
    [InlineData("<d:a><dd:b/><c/></d:a>", "d=urn:d dd=urn:dd")]
    [InlineData("<a xmlns=\"urn:own\"><p:b/></a>", "=urn:default p=urn:p ddd=urn:unused")]
    public void An_element_keeps_its_namespaces(string xml, string bindings)
    {
        var scope = bindings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static b => b.Split('=')).ToDictionary(static b => b[0], static b => b[1]);
        var declarations = string.Concat(scope.Select(static b => $" xmlns{(b.Key.Length == 0 ? "" : ":" + b.Key)}=\"{b.Value}\""));
        var source = XElement.Parse($"<r{declarations}>{xml}</r>").Elements().Single();
        var element = Assert.Single(Write(w => w.Element("s", xml, scope)).Elements());
        Assert.Equal(s_diff + "element", element.Name);
        Assert.Equal(source.DescendantsAndSelf().Select(static e => e.Name), element.Descendants().Select(static e => e.Name));
    }

    [Fact]
    public void What_is_gone_or_too_long_has_nothing_in_it()
    {
        var said = Write(w =>
        {
            w.Gone("e", isAttribute: false);
            w.Gone("a", isAttribute: true);
            w.Element("long", null, s_none);
        }).Elements().ToList();
        Assert.Equal([s_diff + "element", s_diff + "attribute", s_diff + "element"], said.Select(static e => e.Name));
        Assert.Equal(["0", "0", null], said.Select(static e => (string?)e.Attribute("exists")));
        Assert.All(said, static e => Assert.True(e.IsEmpty));
    }

    private static XElement Write(Action<XcapDiffWriter> write)
    {
        var writer = new XcapDiffWriter("http://example.com/xcap/");
        Assert.True(writer.IsEmpty);
        write(writer);
        Assert.False(writer.IsEmpty);
        var text = Encoding.UTF8.GetString(writer.Finish());
        Assert.Null(BodySchema.XcapDiff.Difference(text));
        return XElement.Parse(text[text.IndexOf("<xcap-diff", StringComparison.Ordinal)..], LoadOptions.PreserveWhitespace);
    }
}
