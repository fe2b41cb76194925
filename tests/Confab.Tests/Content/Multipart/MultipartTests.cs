using System.Buffers;
using Confab.Content.Multipart;
using Xunit;

namespace Confab.Tests.Content.Multipart;

public sealed class MultipartTests
{
    [Fact]
    public void The_body_of_F2_is_read()
    {
        Assert.Equal(738, Samples.MultipartOfF2.Length);
        var parts = Parse(Samples.MultipartOfF2, "bnd-f2");
        Assert.Equal(2, parts.Count);
        Assert.Equal(("application/sdp", null, null), (parts[0].ContentType, parts[0].ContentDisposition, parts[0].ContentId));
        Assert.Equal(("application/resource-lists+xml", "recipient-list"), (parts[1].ContentType, parts[1].ContentDisposition));
        Assert.Equal(Samples.OfferOfF2, parts[0].Content.ToArray());
        Assert.Equal(Samples.ListOfF2, parts[1].Content.ToArray());
    }

    [Fact]
    public void The_body_of_F2_is_written_byte_for_byte()
    {
        var output = new ArrayBufferWriter<byte>();
        MultipartWriter.Write(output, "bnd-f2",
        [
            new BodyPart("application/sdp", null, null, Samples.OfferOfF2),
            new BodyPart("application/resource-lists+xml", "recipient-list", null, Samples.ListOfF2),
        ]);
        Assert.Equal(Samples.Text(Samples.MultipartOfF2), Samples.Text(output.WrittenSpan));
    }

    [Fact]
    public void The_content_id_loses_its_brackets_and_gets_them_back()
    {
        var parts = Parse(Samples.Wire("--b\r\ncontent-id : <x@y>\r\ncontent-type: a/b;\r\n\tc=d\r\n\r\nz\r\n--b--"), "b");
        Assert.Equal(("a/b; c=d", "x@y"), (parts[0].ContentType, parts[0].ContentId));
        var output = new ArrayBufferWriter<byte>();
        MultipartWriter.Write(output, "b", parts);
        Assert.Equal("--b\r\nContent-Type: a/b; c=d\r\nContent-ID: <x@y>\r\n\r\nz\r\n--b--\r\n", Samples.Text(output.WrittenSpan));
    }

    [Theory]
    [InlineData("preamble --b\r\n--b  \t\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b-- \r\nepilogue\r\n--b\r\n\r\nthree", "one|two")]
    [InlineData("--b\n\none\n--b\n\ntwo\n--b--\n", "one|two")]
    [InlineData("--b\r\n\r\none\r\n--b\r\n\r\ntwo", "one|two")]
    [InlineData("--b\r\n\r\none\r\n--b\r\n", "one")]
    [InlineData("--b\r\n\r\none\r\n--bc\r\n\r\n--b x\r\n--b-\r\n\r\n--b--", "one\r\n--bc\r\n\r\n--b x\r\n--b-\r\n")]
    [InlineData("--b\r\n\r\n--c\r\n\r\none\r\n--c--\r\n\r\n--b--", "--c\r\n\r\none\r\n--c--\r\n")]
    [InlineData("--b\r\n--b\r\n\r\n\r\n--b--", "|")]
    [InlineData("--b\r\nContent-Type: a/b\r\n--b--", "")]
    [InlineData("--b\r\n\r\nx\r\n----b\r\n--b--", "x\r\n----b")]
    public void Delimiters_are_whole_lines_and_everything_else_is_content(string body, string contents) =>
        Assert.Equal(contents, string.Join('|', Parse(Samples.Bytes(body), "b").Select(part => Samples.Text(part.Content.Span))));

    [Theory]
    [InlineData("", "b")]
    [InlineData("--c\r\n\r\nx\r\n--c--", "b")]
    [InlineData("--b--", "b")]
    [InlineData("--b\r\n", "b")]
    [InlineData("--b\r\nnot a header\r\n\r\nx\r\n--b--", "b")]
    [InlineData("--b\r\nX: \0\r\n\r\nx\r\n--b--", "b")]
    [InlineData("--b\r\n\r\nx\r\n--b--", "")]
    [InlineData("--b \r\n\r\nx\r\n--b --", "b ")]
    [InlineData("--b\u00e9\r\n\r\nx\r\n", "b\u00e9")]
    public void Malformed_bodies_are_faults(string body, string boundary)
    {
        Assert.False(MultipartReader.TryParse(Samples.Bytes(body), boundary, 8, out var parts, out var fault));
        Assert.Empty(parts);
        Assert.NotEmpty(fault.Reason);
    }

    [Fact]
    public void Parts_headers_and_the_boundary_are_bounded()
    {
        Assert.True(Accepts(Samples.MultipartOfF2, "bnd-f2", 2));
        Assert.False(Accepts(Samples.MultipartOfF2, "bnd-f2", 1));
        foreach (int length in (int[])[70, 71])
        {
            string boundary = new('x', length);
            Assert.Equal(length == 70, Accepts(Samples.Bytes($"--{boundary}\r\n\r\nx\r\n--{boundary}--"), boundary, 1));
        }
        string lines = string.Concat(Enumerable.Repeat("X: y\r\n", 64));
        Assert.True(Accepts(Samples.Bytes($"--b\r\n{lines}\r\nx\r\n--b--"), "b", 1));
        Assert.False(Accepts(Samples.Bytes($"--b\r\n{lines}X: y\r\n\r\nx\r\n--b--"), "b", 1));
        Assert.True(Accepts(Samples.Bytes($"--b\r\nX: {new string('y', 8192 - 5)}\r\n\r\nx\r\n--b--"), "b", 1));
        Assert.False(Accepts(Samples.Bytes($"--b\r\nX: {new string('y', 8192 - 4)}\r\n\r\nx\r\n--b--"), "b", 1));
    }

    [Fact]
    public void Misuse_of_the_writer_throws_and_header_values_stay_in_their_line()
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.Throws<ArgumentException>(() => MultipartWriter.Write(output, "b\r\n", [new BodyPart("a/b", null, null, default)]));
        Assert.Throws<ArgumentException>(() => MultipartWriter.Write(output, "b", []));
        MultipartWriter.Write(output, "b", [new BodyPart("a/b\r\nX: y", "c\nd", "e f", default)]);
        Assert.Equal("--b\r\nContent-Type: a/b  X: y\r\nContent-Disposition: c d\r\nContent-ID: <e-f>\r\n\r\n\r\n--b--\r\n", Samples.Text(output.WrittenSpan));
    }

    [Fact]
    public void Mutated_bodies_never_throw_and_content_lies_within_the_body()
    {
        int accepted = 0;
        foreach (byte[] input in Mutation.Of(Samples.MultipartOfF2, seed: 4))
        {
            if (!MultipartReader.TryParse(input, "bnd-f2", 8, out var parts, out _)) continue;
            accepted++;
            Assert.InRange(parts.Count, 1, 8);
            Assert.True(parts.Sum(part => part.Content.Length) < input.Length);
        }
        Assert.InRange(accepted, 1, Mutation.Inputs - 1);
    }

    static bool Accepts(byte[] body, string boundary, int maxParts) => MultipartReader.TryParse(body, boundary, maxParts, out _, out _);

    static IReadOnlyList<BodyPart> Parse(byte[] body, string boundary)
    {
        Assert.True(MultipartReader.TryParse(body, boundary, 8, out var parts, out var fault), fault.Reason);
        return parts;
    }
}
