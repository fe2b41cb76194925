// Writes a conference-info document piece by piece, in the order of the schema: RFC 4575 6. By hand, as the resource lists are: it never
// varies, one user is written at a time, and what is the same for all subscribers is written once, since their version stands in the head.
//
//   Head (entity, state, version) ── [Description] ── State ── BeginUsers ── User, User, ... ── EndUsers ── End
using System.Buffers;
using System.Globalization;

namespace Confab.Content.ConferenceInfo;

public static class ConferenceInfoWriter
{
    /// <summary>From the declaration to the end of the root's start tag.</summary>
    public static void Head(IBufferWriter<byte> output, string entity, ElementState state, uint version)
    {
        output.Write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\"\r\n    entity=\""u8);
        Escaped(output, entity);
        output.Text($"\" state=\"{ConferenceInfoNames.Of(state)}\" version=\"{version.ToString(CultureInfo.InvariantCulture)}\">\r\n");
    }

    public static void Description(IBufferWriter<byte> output, ConferenceDescription description)
    {
        output.Write("  <conference-description>"u8);
        Element(output, "subject", description.Subject);
        Element(output, "maximum-user-count", description.MaximumUserCount?.ToString(CultureInfo.InvariantCulture));
        output.Write("</conference-description>\r\n"u8);
    }

    /// <summary>conference-state: it has no state of its own, so it is always whole (RFC 4575 5.5).</summary>
    public static void State(IBufferWriter<byte> output, int userCount) =>
        output.Text($"  <conference-state><user-count>{userCount.ToString(CultureInfo.InvariantCulture)}</user-count><active>true</active></conference-state>\r\n");

    /// <summary>The state is said even where it is full: some take a missing one for the root's (C-60b).</summary>
    public static void BeginUsers(IBufferWriter<byte> output, ElementState state) => output.Text($"  <users state=\"{ConferenceInfoNames.Of(state)}\">\r\n");

    public static void User(IBufferWriter<byte> output, ConferenceUser user)
    {
        output.Write("    <user entity=\""u8);
        Escaped(output, user.Entity);
        output.Text($"\" state=\"{ConferenceInfoNames.Of(user.State)}\">");
        Element(output, "display-text", user.DisplayText);
        if (user.Roles is { Count: > 0 } roles)
        {
            output.Write("<roles>"u8);
            foreach (var role in roles) Element(output, "entry", role);
            output.Write("</roles>"u8);
        }

        foreach (var endpoint in user.Endpoints) Endpoint(output, endpoint);
        output.Write("</user>\r\n"u8);
    }

    public static void EndUsers(IBufferWriter<byte> output) => output.Write("  </users>\r\n"u8);

    public static void End(IBufferWriter<byte> output) => output.Write("</conference-info>\r\n"u8);

    static void Endpoint(IBufferWriter<byte> output, ConferenceEndpoint endpoint)
    {
        output.Write("\r\n      <endpoint entity=\""u8);
        Escaped(output, endpoint.Entity);
        output.Write(endpoint.State == ElementState.Full ? "\">"u8 : endpoint.State == ElementState.Partial ? "\" state=\"partial\">"u8 : "\" state=\"deleted\">"u8);
        Element(output, "status", endpoint.Status);
        Element(output, "joining-method", endpoint.JoiningMethod);
        Execution(output, "joining-info", endpoint.JoiningInfo);
        Element(output, "disconnection-method", endpoint.DisconnectionMethod);
        Execution(output, "disconnection-info", endpoint.DisconnectionInfo);
        foreach (var media in endpoint.Media)
        {
            output.Write("<media id=\""u8);
            Escaped(output, media.Id);
            output.Write("\">"u8);
            Element(output, "type", media.Type);
            Element(output, "status", media.Status);
            output.Write("</media>"u8);
        }

        output.Write("</endpoint>"u8);
    }

    static void Execution(IBufferWriter<byte> output, string name, Execution? execution)
    {
        if (execution is null) return;
        output.Text($"<{name}>");
        Element(output, "when", execution.When?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        Element(output, "by", execution.By);
        output.Text($"</{name}>");
    }

    static void Element(IBufferWriter<byte> output, string name, string? text)
    {
        if (text is null) return;
        output.Text($"<{name}>");
        Escaped(output, text);
        output.Text($"</{name}>");
    }

    /// <summary>What XML 1.0 cannot carry becomes U+FFFD.</summary>
    static void Escaped(IBufferWriter<byte> output, string text)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange('\u0020', '\ud7ff') < 0 && text.AsSpan().IndexOfAny("&<>\"") < 0)
        {
            output.Text(text);
            return;
        }

        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '&': output.Write("&amp;"u8); break;
                case '<': output.Write("&lt;"u8); break;
                case '>': output.Write("&gt;"u8); break;
                case '"': output.Write("&quot;"u8); break;
                case '\t' or '\n' or '\r': output.Text($"&#{rune.Value.ToString(CultureInfo.InvariantCulture)};"); break;
                case < 0x20 or 0xFFFE or 0xFFFF: output.Write("\ufffd"u8); break;
                default: output.Write(bytes[..rune.EncodeToUtf8(bytes)]); break;
            }
        }
    }
}
