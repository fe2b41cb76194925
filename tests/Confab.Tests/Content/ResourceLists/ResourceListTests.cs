using System.Buffers;
using Confab.Content.ResourceLists;
using Xunit;

namespace Confab.Tests.Content.ResourceLists;

public sealed class ResourceListTests
{
    const string Ns = "xmlns='urn:ietf:params:xml:ns:resource-lists' xmlns:cp='urn:ietf:params:xml:ns:copycontrol'";

    [Fact]
    public void The_list_of_F2_is_read()
    {
        ResourceEntry[] expected = [new("sip:bob@example.com", Copy: CopyControl.To), new("sip:carol@example.net", Copy: CopyControl.To)];
        Assert.Equal(expected, Parse(Samples.ListOfF2));
        Assert.Equal(expected, Parse(Samples.BareLf(Samples.ListOfF2)));
        Assert.Equal(expected, Parse([.. "\ufeff"u8, .. Samples.ListOfF2]));
    }

    [Fact]
    public void The_list_of_F2_is_written_byte_for_byte() =>
        Assert.Equal(
            Samples.Text(Samples.ListOfF2),
            Write(new("sip:bob@example.com", Copy: CopyControl.To), new("sip:carol@example.net", Copy: CopyControl.To)));

    [Fact]
    public void Copy_control_anonymity_and_count_are_read_in_either_namespace()
    {
        ResourceEntry[] expected =
        [
            new("sip:bill@example.com", Copy: CopyControl.To),
            new("sip:randy@example.net", Copy: CopyControl.Cc, Anonymize: true),
            new("sip:ted@example.net", Copy: CopyControl.Bcc),
            new(ResourceEntry.AnonymousUri, Copy: CopyControl.To, Count: 2),
            new("sip:x@y"),
            new("sip:z@y"),
        ];
        const string List = """
            <entry uri=" sip:bill@example.com " cp:copyControl="TO"/>
            <entry uri="sip:randy@example.net" cp:copyControl="cc" cp:anonymize="1"/>
            <entry uri="sip:ted@example.net" cp:copyControl="bcc" cp:anonymize="false"/>
            <entry uri="sip:anonymous@anonymous.invalid" cp:copyControl="to" cp:count="2"/>
            <entry uri="sip:x@y" cp:copyControl="odd" cp:anonymize="odd" cp:count="-1"/>
            <entry uri="sip:z@y" copyControl="to"/>
            """;
        Assert.Equal(expected, Parse($"<resource-lists {Ns}><list>{List}</list></resource-lists>"));
        Assert.Equal(expected, Parse($"<resource-lists {Ns.Replace("copycontrol", "copyControl", StringComparison.Ordinal)}><list>{List}</list></resource-lists>"));
    }

    [Fact]
    public void Nested_lists_are_flattened_and_references_and_extensions_are_passed_over()
    {
        var entries = Parse($"""
            <rl:resource-lists xmlns:rl='urn:ietf:params:xml:ns:resource-lists' xmlns:e='urn:e'>
              <?pi x?><!-- c -->
              <rl:list name='a'>
                <rl:display-name xml:lang='en'>Friends</rl:display-name>
                <rl:entry uri='sip:1@x'><rl:display-name> One &amp; only </rl:display-name><e:more><rl:entry uri='sip:no@x'/></e:more></rl:entry>
                <rl:entry-ref ref='resource-lists/users/a'/>
                <rl:external anchor='http://x/'><rl:display-name>E</rl:display-name></rl:external>
                <e:list><rl:entry uri='sip:no@x'/></e:list>
                <rl:list><rl:list><rl:entry uri='sip:2@x'><rl:display-name/></rl:entry></rl:list><rl:entry uri='sip:3@x'></rl:entry></rl:list>
              </rl:list>
              <rl:list><rl:entry uri='sip:1@x'/></rl:list>
            </rl:resource-lists>
            """);
        Assert.Equal([new("sip:1@x", "One & only"), new("sip:2@x"), new("sip:3@x"), new("sip:1@x")], entries);
    }

    [Fact]
    public void A_list_without_a_namespace_or_without_entries_is_read()
    {
        Assert.Equal([new("sip:a@b")], Parse("<resource-lists><list><entry uri='sip:a@b'/></list></resource-lists>"));
        Assert.Empty(Parse($"<resource-lists {Ns}/>"));
    }

    [Fact]
    public void What_is_written_reads_the_same()
    {
        ResourceEntry[] entries =
        [
            new("sip:a@b;x=\"<&>'\"", "A \"<&>\" é 😀", CopyControl.Cc, Anonymize: true, Count: 3),
            new("tel:+1\t2", Copy: CopyControl.Bcc),
        ];
        string written = Write(entries);
        Assert.Contains("<display-name>A &quot;&lt;&amp;&gt;&quot; é 😀</display-name></entry>\r\n", written, StringComparison.Ordinal);
        Assert.Equal(entries, Parse(written));
        Assert.Equal([new ResourceEntry("sip:\ufffd\ufffd\ufffd")], Parse(Write(new ResourceEntry("sip:\u0001\ud800\uffff"))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not xml")]
    [InlineData("<resource-lists>")]
    [InlineData("<resource-lists><list></resource-lists>")]
    [InlineData("<list><entry uri='sip:a@b'/></list>")]
    [InlineData("<resource-lists xmlns='urn:other'/>")]
    [InlineData("<resource-lists><list><entry/></list></resource-lists>")]
    [InlineData("<resource-lists><list><entry uri=' '/></list></resource-lists>")]
    [InlineData("<resource-lists/><resource-lists/>")]
    [InlineData("<resource-lists>&nope;</resource-lists>")]
    [InlineData("<resource-lists>&#0;</resource-lists>")]
    [InlineData("<resource-lists><list><entry uri='a:b'><display-name><b/></display-name></entry></list></resource-lists>")]
    [InlineData("<!DOCTYPE r [<!ENTITY a 'b'>]><resource-lists>&a;</resource-lists>")]
    [InlineData("<!DOCTYPE resource-lists SYSTEM 'file:///etc/passwd'><resource-lists/>")]
    public void Malformed_and_dangerous_documents_are_faults(string xml) => Assert.False(Accepts(Samples.Bytes(xml), 8));

    [Fact]
    public void Other_encodings_than_UTF_8_are_faults()
    {
        Assert.False(Accepts([.. "<resource-lists><list name='"u8, 0xE9, .. "'/></resource-lists>"u8], 8));
        Assert.False(Accepts(System.Text.Encoding.Unicode.GetBytes("<resource-lists/>"), 8));
    }

    [Fact]
    public void Entries_depth_and_bytes_are_bounded()
    {
        Assert.True(Accepts(Samples.ListOfF2, 2));
        Assert.False(Accepts(Samples.ListOfF2, 1));
        Assert.True(Accepts(Nested(31), 8));
        Assert.False(Accepts(Nested(33), 8));
        Assert.True(Accepts(Padded(4 * 1024 * 1024), 8));
        Assert.False(Accepts(Padded(4 * 1024 * 1024 + 1), 8));
    }

    [Fact]
    public void A_fault_says_where()
    {
        Assert.False(ResourceListReader.TryParse(Samples.Bytes("<resource-lists>\n<list>\n<entry/></list></resource-lists>"), 8, out _, out var fault));
        Assert.Equal(("entry without uri", "RFC 4826 3"), (fault.Reason, fault.Clause));
        Assert.InRange(fault.Offset, 24, 40);
    }

    [Fact]
    public void Mutated_lists_never_throw_and_what_is_read_can_be_written_and_read_again()
    {
        int accepted = 0;
        foreach (byte[] input in Mutation.Of(Samples.ListOfF2, seed: 5))
        {
            if (!ResourceListReader.TryParse(input, 8, out var entries, out _)) continue;
            accepted++;
            Assert.Equal(entries, Parse(Write([.. entries])));
        }
        Assert.InRange(accepted, 1, Mutation.Inputs - 1);
    }

    static byte[] Nested(int lists) => Samples.Bytes(
        "<resource-lists>" + string.Concat(Enumerable.Repeat("<list>", lists)) + string.Concat(Enumerable.Repeat("</list>", lists)) + "</resource-lists>");

    static byte[] Padded(int length) => Samples.Bytes("<resource-lists>" + new string(' ', length - 33) + "</resource-lists>");

    static bool Accepts(byte[] xml, int maxEntries) => ResourceListReader.TryParse(xml, maxEntries, out _, out _);

    static string Write(params ResourceEntry[] entries)
    {
        var output = new ArrayBufferWriter<byte>();
        ResourceListWriter.Write(output, entries);
        return Samples.Text(output.WrittenSpan);
    }

    static IReadOnlyList<ResourceEntry> Parse(string xml) => Parse(Samples.Bytes(xml));

    static IReadOnlyList<ResourceEntry> Parse(byte[] xml)
    {
        Assert.True(ResourceListReader.TryParse(xml, 100, out var entries, out var fault), fault.Reason);
        return entries;
    }
}
