// Writes a session description (RFC 4566 9): v o s [c] t a*, then each m [c] a*; CRLF after every line.
using System.Buffers;
using System.Globalization;

namespace Confab.Content.Sdp;

static class SdpWriter
{
    public static void Write(IBufferWriter<byte> output, SessionDescription description)
    {
        output.Write("v=0\r\n"u8);
        WriteOrigin(output, description.Origin);
        output.Write("s="u8);
        output.LineText(description.SessionName.Length == 0 ? "-" : description.SessionName);
        output.Write("\r\n"u8);
        WriteConnection(output, description.ConnectionAddress);
        output.Write("t=0 0\r\n"u8);
        WriteAttributes(output, description.Attributes);
        foreach (var media in description.Media) WriteMedia(output, media);
    }

    static void WriteOrigin(IBufferWriter<byte> output, Origin origin)
    {
        output.Write("o="u8);
        output.Word(origin.UserName);
        output.Text(string.Create(CultureInfo.InvariantCulture, $" {origin.SessionId} {origin.Version} "));
        WriteAddress(output, origin.Address);
    }

    static void WriteConnection(IBufferWriter<byte> output, string? address)
    {
        if (address is null) return;
        output.Write("c="u8);
        WriteAddress(output, address);
    }

    static void WriteAddress(IBufferWriter<byte> output, string address)
    {
        output.Write(address.Contains(':', StringComparison.Ordinal) ? "IN IP6 "u8 : "IN IP4 "u8);
        output.Word(address);
        output.Write("\r\n"u8);
    }

    static void WriteMedia(IBufferWriter<byte> output, MediaDescription media)
    {
        output.Write("m="u8);
        output.Word(media.Media);
        output.Text(string.Create(CultureInfo.InvariantCulture, $" {media.Port} "));
        output.Word(media.Protocol);
        if (media.Formats.Count == 0) output.Write(" *"u8);
        foreach (string format in media.Formats)
        {
            output.Write(" "u8);
            output.Word(format);
        }
        output.Write("\r\n"u8);
        WriteConnection(output, media.ConnectionAddress);
        WriteAttributes(output, media.Attributes);
    }

    static void WriteAttributes(IBufferWriter<byte> output, IReadOnlyList<SdpAttribute> attributes)
    {
        foreach (var attribute in attributes)
        {
            output.Write("a="u8);
            output.Word(attribute.Name);
            if (!string.IsNullOrEmpty(attribute.Value))
            {
                output.Write(":"u8);
                output.LineText(attribute.Value);
            }
            output.Write("\r\n"u8);
        }
    }
}
