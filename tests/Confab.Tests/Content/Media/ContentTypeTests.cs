using Confab.Content.Media;
using Xunit;

namespace Confab.Tests.Content.Media;

public sealed class ContentTypeTests
{
    [Fact]
    public void Type_and_subtype_are_lower_case_and_parameters_are_unquoted()
    {
        var type = Parse("Multipart/MIXED;Boundary=\"bnd-f2\"");
        Assert.Equal("multipart", type.Type);
        Assert.Equal("mixed", type.SubType);
        Assert.Equal("bnd-f2", type.Parameter("boundary"));
        Assert.True(type.Is("multipart/mixed"));
        Assert.True(type.Is("MULTIPART/Mixed; x=y"));
        Assert.False(type.Is("multipart/mix"));
        Assert.False(type.Is("mixed"));
        Assert.Null(type.Parameter("charset"));
    }

    [Theory]
    [InlineData("text/plain; charset=utf-8", "charset", "utf-8")]
    [InlineData(" text / plain ;; charset = \"a\\\"b;c\" ;", "charset", "a\"b;c")]
    [InlineData("text/plain;boundary=a/b:c;x=1", "boundary", "a/b:c")]
    [InlineData("text/plain;\r\n charset=utf-8", "charset", "utf-8")]
    [InlineData("text/plain;flag", "flag", "")]
    [InlineData("text/plain;a=1;A=2", "a", "1")]
    public void Liberal_forms_are_read(string text, string name, string value) => Assert.Equal(value, Parse(text).Parameter(name));

    [Theory]
    [InlineData("")]
    [InlineData("text")]
    [InlineData("text/")]
    [InlineData("/plain")]
    [InlineData("te xt/plain")]
    [InlineData("text/plain charset=x")]
    [InlineData("text/plain;=x")]
    [InlineData("text/plain;a=\"open")]
    [InlineData("text/plain;a=\"open\\")]
    public void Malformed_types_are_faults(string text)
    {
        Assert.False(ContentType.TryParse(text, out var type, out var fault));
        Assert.Null(type);
        Assert.Equal("RFC 2045 5.1", fault.Clause);
    }

    [Fact]
    public void What_is_written_reads_the_same()
    {
        Assert.Equal("text/plain; charset=utf-8", Parse("Text/Plain;charset=\"utf-8\"").ToString());
        Assert.Equal("text/plain", Parse("text/plain").ToString());
        Assert.Equal("a b\"\\", Parse(Parse("x/y;z=\"a b\\\"\\\\\"").ToString()).Parameter("z"));
    }

    [Fact]
    public void Length_and_number_of_parameters_are_bounded()
    {
        string many = "text/plain" + string.Concat(Enumerable.Repeat(";a=b", 32));
        Assert.True(ContentType.TryParse(many, out _, out _));
        Assert.False(ContentType.TryParse(many + ";a=b", out _, out _));
        Assert.True(ContentType.TryParse("a/" + new string('b', 4094), out _, out _));
        Assert.False(ContentType.TryParse("a/" + new string('b', 4095), out _, out _));
    }

    [Fact]
    public void Mutated_types_never_throw()
    {
        int accepted = 0;
        foreach (byte[] input in Mutation.Of("multipart/mixed; boundary=\"bnd\\\"f2\"; charset=utf-8"u8.ToArray(), seed: 1))
        {
            if (!ContentType.TryParse(Samples.Text(input), out var type, out _)) continue;
            accepted++;
            Assert.True(ContentType.TryParse(type.ToString(), out _, out _));
        }
        Assert.InRange(accepted, 1, Mutation.Inputs - 1);
    }

    static ContentType Parse(string text)
    {
        Assert.True(ContentType.TryParse(text, out var type, out var fault), fault.Reason);
        return type;
    }
}
