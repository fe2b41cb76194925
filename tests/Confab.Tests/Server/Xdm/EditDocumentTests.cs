using Confab.Server.Xdm;
using Xunit;

namespace Confab.Tests.Server.Xdm;

/// <summary>RFC 4825 8.2.3, 8.2.4, 8.4 on the documents of that RFC: where what is put goes, to the character.</summary>
public sealed class EditDocumentTests
{
    private const string Elements = """
        <?xml version="1.0"?>
        <root>
         <el1 att="first"/>
         <el1 att="second"/>
         <!-- comment -->
         <el2 att="first"/>
        </root>
        """;

    private const string Namespaced = """
        <?xml version="1.0"?>
        <foo xmlns="urn:test:default-namespace">
          <ns1:bar xmlns:ns1="urn:test:namespace1-uri"
                   xmlns="urn:test:namespace1-uri">
            <baz/>
            <ns2:baz xmlns:ns2="urn:test:namespace2-uri"/>
          </ns1:bar>
          <ns3:hi xmlns:ns3="urn:test:namespace3-uri">
            <there/>
          </ns3:hi>
        </foo>
        """;

    [Theory]
    // The examples of 8.2.3, in their order.
    [InlineData("""root/el1[@att="third"]""", """<el1 att="third"/>""", """ <el1 att="second"/><el1 att="third"/>""")]
    [InlineData("""root/el1[3][@att="third"]""", """<el1 att="third"/>""", """ <el1 att="second"/><el1 att="third"/>""")]
    [InlineData("""root/*[3][@att="third"]""", """<el1 att="third"/>""", """ <el1 att="second"/><el1 att="third"/>""")]
    [InlineData("root/el3", """<el3 att="first"/>""", """<el3 att="first"/></root>""")]
    [InlineData("""root/el2[@att="2"]""", """<el2 att="2"/>""", """ <el2 att="first"/><el2 att="2"/>""")]
    [InlineData("""root/el2[2][@att="2"]""", """<el2 att="2"/>""", """ <el2 att="first"/><el2 att="2"/>""")]
    [InlineData("""root/*[2][@att="2"]""", """<el2 att="2"/>""", """ <el1 att="first"/><el2 att="2"/>""")]
    [InlineData("""root/el2[1][@att="2"]""", """<el2 att="2"/>""", """ <el2 att="2"/><el2 att="first"/>""")]
    // Its other cases.
    [InlineData("""root/*[1][@att="0"]""", """<el9 att="0"/>""", """ <el9 att="0"/><el1 att="first"/>""")]
    [InlineData("""root/*[@att="9"]""", """<el1 att="9"/>""", """ <el1 att="second"/><el1 att="9"/>""")]
    [InlineData("""root/*[@att="9"]""", """<new att="9"/>""", """<new att="9"/></root>""")]
    [InlineData("root/el3[1]", "<el3/>", "<el3/></root>")]
    [InlineData("root/*[4]", "<el3/>", """ <el2 att="first"/><el3/>""")]
    [InlineData("""root/el1[@att="first"]/deep""", "<deep/>", """ <el1 att="first"><deep/></el1>""")]
    [InlineData("""root/el1[2]/*[1]""", "<deep/>", """ <el1 att="second"><deep/></el1>""")]
    public void A_new_element_goes_where_8_2_3_says(string selector, string body, string line)
    {
        var result = EditDocument.Put(XmlTree.Of(Elements), Selector(selector), body, static b => b);
        Assert.Null(result.Error);
        Assert.True(result.IsCreated);
        Assert.Contains(line, result.Text!.Split('\n'));
        Assert.Equal(Elements.Length + body.Length + (line.Contains("<deep/>", StringComparison.Ordinal) ? ">".Length + "</el1>".Length - "/>".Length : 0), result.Text.Length);
        Assert.Equal(body, Read(result.Text, selector)); // GET(PUT(x)) = x
    }

    [Theory]
    [InlineData("""root/el1[@att="third"]""", """<el1 att="fourth"/>""")] // 7.4: the attribute is another one
    [InlineData("root/el1", "<el1/>")] // there would be three
    [InlineData("root/el3", "<el4/>")] // another name
    [InlineData("root/el3[2]", "<el3/>")] // no first one
    [InlineData("root/el1[4]", "<el1/>")] // no third one
    [InlineData("root/*[5]", "<el3/>")] // no fourth one
    [InlineData("root/el1[0]", "<el1/>")]
    [InlineData("root/el1[99999999999999999999]", "<el1/>")]
    [InlineData("""root/el1[1][@att="second"]""", """<el1 att="x"/>""")]
    [InlineData("""root/el1[@att="first"]/deep[2]""", "<deep/>")] // in an empty tag
    [InlineData("other", "<other/>")] // a second root
    public void What_the_URI_would_not_mean_cannot_be_inserted(string selector, string body)
    {
        var result = EditDocument.Put(XmlTree.Of(Elements), Selector(selector), body, static b => b);
        Assert.Equal("cannot-insert", result.Error?.Condition);
    }

    [Theory]
    [InlineData("""root/el1[@att="second"]""", """<el1 att="second" more=""><x/>y</el1>""")]
    [InlineData("root/el2", "<el2/>")]
    [InlineData("root/*[3]", "<other/>")]
    [InlineData("root", "<root><only/></root>")]
    public void An_element_is_replaced_with_all_it_holds(string selector, string body)
    {
        var result = EditDocument.Put(XmlTree.Of(Elements), Selector(selector), $"\r\n {body}\n", static b => b);
        Assert.Null(result.Error);
        Assert.False(result.IsCreated);
        Assert.Equal(body, Read(result.Text!, selector));
        if (selector != "root") Assert.Contains("<!-- comment -->", result.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""root/el1[@att="second"]""", """<el1 att="third"/>""")]
    [InlineData("root/el2", "<el1/>")]
    public void A_replacement_that_the_URI_would_not_mean_is_refused(string selector, string body) =>
        Assert.Equal("cannot-insert", EditDocument.Put(XmlTree.Of(Elements), Selector(selector), body, static b => b).Error?.Condition);

    [Theory]
    [InlineData("root/el9/deep", "root")]
    [InlineData("""root/el1/deep""", "root")] // two of them are no parent
    [InlineData("""other/el1/deep""", "")]
    [InlineData("""root/el2/a/b/c""", "root/el2")]
    [InlineData("""root/el2/a/@b""", "root/el2")]
    public void Without_a_parent_the_closest_ancestor_is_told(string selector, string ancestor)
    {
        var body = selector.Contains('@', StringComparison.Ordinal) ? "\"x\"" : "<deep/>";
        var result = EditDocument.Put(XmlTree.Of(Elements), Selector(selector), body, static b => b);
        Assert.Equal(("no-parent", ancestor), (result.Error?.Condition, result.Error?.Ancestor));
    }

    [Theory]
    [InlineData("root/el1[2]/@att", "\"new\"", "<el1 att=\"new\"/>")]
    [InlineData("root/el1[2]/@att", "'it is \"new\"'", "<el1 att='it is \"new\"'/>")]
    [InlineData("root/el1[2]/@more", "\"a&amp;b\"", "<el1 att=\"second\" more=\"a&amp;b\"/>")]
    [InlineData("root/@top", "\"\"", "<root top=\"\">")]
    [InlineData("root/el2/@xml:lang", "\"en\"", "<el2 att=\"first\" xml:lang=\"en\"/>")]
    [InlineData("root/el2/@p:x", "\"1\"", "<el2 att=\"first\" xmlns:ns1=\"urn:p\" ns1:x=\"1\"/>")]
    public void An_attribute_is_set(string selector, string body, string tag)
    {
        var result = EditDocument.Put(XmlTree.Of(Elements), Selector(selector, ("p", "urn:p")), body, static b => b);
        Assert.Null(result.Error);
        Assert.Contains(tag, result.Text, StringComparison.Ordinal);
        Assert.Equal(body, Read(result.Text!, selector, ("p", "urn:p")));
    }

    [Theory]
    [InlineData("root/el1[2]/@att", "new", "not-xml-att-value")]
    [InlineData("root/el1[2]/@att", "\"a<b\"", "not-xml-att-value")]
    [InlineData("root/el1[2]/@att", "\"a&b\"", "not-xml-att-value")]
    [InlineData("root/el1[2]/@att", "\"&lol;\"", "not-xml-att-value")]
    [InlineData("root/el1[2]/@att", "\"&#0;\"", "not-xml-att-value")]
    [InlineData("root/el1[2]/@att", "\"&#x110000;\"", "not-xml-att-value")]
    [InlineData("root/el1[2]/@att", "\"a\" b=\"c\"", "not-xml-att-value")]
    [InlineData("root/el1[2]/@att", "\"\u0001\"", "not-xml-att-value")]
    [InlineData("root/el1[2]/@att", "\"", "not-xml-att-value")]
    [InlineData("root/el1[2]/@att", "", "not-xml-att-value")]
    [InlineData("""root/el1[@att="first"]/@att""", "\"other\"", "cannot-insert")] // 7.7
    [InlineData("root/@xmlns", "\"urn:other\"", "cannot-insert")] // a declaration is no attribute
    public void An_attribute_that_is_none_or_that_the_URI_would_not_mean_is_refused(string selector, string body, string condition) =>
        Assert.Equal(condition, EditDocument.Put(XmlTree.Of(Elements), Selector(selector), body, static b => b).Error?.Condition);

    [Theory]
    [InlineData("root/el2", " <el2 att=\"first\"/>", " ")]
    [InlineData("""root/el1[@att="first"]""", " <el1 att=\"first\"/>", " ")]
    [InlineData("root/el1[2]", " <el1 att=\"second\"/>", " ")]
    [InlineData("root/*[3]", " <el2 att=\"first\"/>", " ")]
    [InlineData("root/el2/@att", " <el2 att=\"first\"/>", " <el2/>")]
    public void What_is_deleted_goes_and_white_space_around_it_stays(string selector, string before, string after)
    {
        var result = EditDocument.Delete(XmlTree.Of(Elements), Selector(selector));
        Assert.Equal(Elements.Replace(before, after, StringComparison.Ordinal), result.Text);
    }

    [Theory]
    [InlineData("root/el1[1]")] // the second would become the first
    [InlineData("root/*[1]")]
    [InlineData("root/*[2]")]
    public void A_deletion_after_which_the_URI_means_another_node_is_refused(string selector) =>
        Assert.Equal("cannot-delete", EditDocument.Delete(XmlTree.Of(Elements), Selector(selector)).Error?.Condition);

    [Theory]
    [InlineData("root/el1")]
    [InlineData("root/el9")]
    [InlineData("root/el2/@more")]
    [InlineData("root/el2[@xmlns='']")]
    public void What_is_not_there_is_not_deleted(string selector) =>
        Assert.Equal(EditResult.NotThere, EditDocument.Delete(XmlTree.Of(Elements), Selector(selector)));

    [Fact]
    public void Comments_sections_and_instructions_are_no_elements_whatever_they_hold()
    {
        const string text = "<?xml version='1.0'?><!-- <root> --><root><!-- <a/> --><![CDATA[<b/></root>]]><?p <c/> ?><d x='>' y=\"/>\"/></root><!-- end -->";
        var tree = XmlTree.Of(text);
        Assert.Equal("d", Assert.Single(tree.Root.Children).LocalName);
        Assert.Equal("<d x='>' y=\"/>\"/>", Read(text, "root/d"));
        Assert.EndsWith("</root><!-- end -->", EditDocument.Put(tree, Selector("root/e"), "<e/>", static b => b).Text, StringComparison.Ordinal);
    }

    [Theory]
    // The examples of 6.4.
    [InlineData("foo/a:bar/b:baz", "urn:test:namespace1-uri", "<baz/>")]
    [InlineData("foo/a:bar/b:baz", "urn:test:namespace2-uri", "<ns2:baz xmlns:ns2=\"urn:test:namespace2-uri\"/>")]
    [InlineData("d:foo/a:bar/b:baz", "urn:test:namespace2-uri", "<ns2:baz xmlns:ns2=\"urn:test:namespace2-uri\"/>")]
    public void Names_are_compared_expanded(string selector, string b, string element) =>
        Assert.Equal(element, Read(Namespaced, selector, ("a", "urn:test:namespace1-uri"), ("b", b), ("d", "urn:test:default-namespace")));

    [Fact]
    public void An_element_is_put_as_it_stands_with_declarations_that_are_there_already()
    {
        const string body = "<x xmlns=\"urn:test:default-namespace\" xmlns:ns1=\"urn:test:namespace1-uri\" xmlns:unused=\"urn:u\"/>";
        var result = EditDocument.Put(XmlTree.Of(Namespaced), Selector("foo/x"), body, static b => b);
        Assert.Contains(body, result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prefix_of_the_parent_means_the_same_in_what_is_put()
    {
        var tree = XmlTree.Of(Namespaced);
        var selector = Selector("foo/a:bar/a:new", ("a", "urn:test:namespace1-uri"));
        Assert.Null(EditDocument.Put(tree, selector, "<ns1:new/>", static b => b).Error);
        Assert.Null(EditDocument.Put(tree, selector, "<new/>", static b => b).Error); // the default namespace there
        Assert.Equal("not-xml-frag", EditDocument.Put(tree, selector, "<ns3:new/>", static b => b).Error?.Condition);
    }

    [Theory]
    [InlineData("<a>")]
    [InlineData("<a></b>")]
    [InlineData("<el3/><el3/>")]
    [InlineData("text")]
    [InlineData("<el3/>text")]
    [InlineData("<!-- c --><el3/>")]
    [InlineData("")]
    [InlineData("<?xml version=\"1.0\"?><el3/>")]
    [InlineData("<!DOCTYPE el3><el3/>")]
    [InlineData("<el3 a='1' a='2'/>")]
    [InlineData("<el3>&lol;</el3>")]
    [InlineData("<p:el3/>")]
    public void What_is_not_one_element_is_no_fragment(string body) =>
        Assert.Equal("not-xml-frag", EditDocument.Put(XmlTree.Of(Elements), Selector("root/el3"), body, static b => b).Error?.Condition);

    private static string? Read(string text, string selector, params (string Prefix, string Namespace)[] bindings)
    {
        var tree = XmlTree.Of(text);
        var parsed = Selector(selector, bindings);
        if (parsed.FindElement(tree) is not { } element) return null;
        return parsed.Target == SelectorTarget.Attribute ? parsed.FindAttribute(element) is { } a ? text[a.ValueStart..a.End] : null : tree.TextOf(element);
    }

    private static NodeSelector Selector(string text, params (string Prefix, string Namespace)[] bindings)
    {
        var bound = bindings.ToDictionary(static b => b.Prefix, static b => b.Namespace);
        bound["xml"] = XmlTree.XmlNamespace;
        var ns = text.StartsWith("foo", StringComparison.Ordinal) ? "urn:test:default-namespace" : "";
        Assert.Equal(SelectorFault.None, new NodeSelectorParser(text, ns, bound).TryParse(out var selector));
        return selector!;
    }
}
