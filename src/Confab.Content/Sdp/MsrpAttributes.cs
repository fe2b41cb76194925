// Between the attributes of an m-line and MsrpMedia (RFC 4975 8.1, 8.2, 8.6; RFC 4145 4; RFC 7701 8).
using System.Globalization;

namespace Confab.Content.Sdp;

static class MsrpAttributes
{
    public const string OverTcp = "TCP/MSRP";
    public const string OverTls = "TCP/TLS/MSRP";
    const int MaxUris = 16;
    const int MaxTypes = 64;

    public static bool IsAcceptable(MediaDescription line) =>
        line.Port != 0
        && line.Media.Equals("message", StringComparison.OrdinalIgnoreCase)
        && (line.Protocol.Equals(OverTcp, StringComparison.OrdinalIgnoreCase) || IsTls(line))
        && IsPath(Words(line.Attribute("path"), MaxUris + 1));

    public static MsrpMedia Read(SessionDescription description, MediaDescription line) => new()
    {
        Port = line.Port,
        Tls = IsTls(line),
        Path = Words(line.Attribute("path"), MaxUris),
        AcceptTypes = Words(line.Attribute("accept-types"), MaxTypes),
        AcceptWrappedTypes = Words(line.Attribute("accept-wrapped-types"), MaxTypes),
        MaxSize = Size(line.Attribute("max-size")),
        Setup = Role(line.Attribute("setup") ?? description.Attribute("setup")),
        Direction = Direction(line.Attributes) ?? Direction(description.Attributes) ?? MediaDirection.SendRecv,
        ChatRoom = line.Attribute("chatroom") is { } tokens ? Words(tokens, MaxTypes) : null,
    };

    public static IReadOnlyList<SdpAttribute> Write(MsrpMedia media)
    {
        var attributes = new List<SdpAttribute>(7);
        if (media.AcceptTypes.Count > 0) attributes.Add(new("accept-types", string.Join(' ', media.AcceptTypes)));
        if (media.AcceptWrappedTypes.Count > 0) attributes.Add(new("accept-wrapped-types", string.Join(' ', media.AcceptWrappedTypes)));
        if (media.MaxSize is { } size) attributes.Add(new("max-size", size.ToString(CultureInfo.InvariantCulture)));
        attributes.Add(new("path", string.Join(' ', media.Path)));
        if (media.Setup is { } role) attributes.Add(new("setup", NameOf(role)));
        if (media.Direction != MediaDirection.SendRecv) attributes.Add(new(NameOf(media.Direction)));
        if (media.ChatRoom is { } tokens) attributes.Add(new("chatroom", tokens.Count == 0 ? null : string.Join(' ', tokens)));
        return attributes;
    }

    static bool IsTls(MediaDescription line) => line.Protocol.Equals(OverTls, StringComparison.OrdinalIgnoreCase);

    static bool IsPath(string[] uris)
    {
        if (uris.Length is 0 or > MaxUris) return false;
        foreach (string uri in uris)
        {
            if (!uri.StartsWith("msrp://", StringComparison.OrdinalIgnoreCase) && !uri.StartsWith("msrps://", StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>At most so many words; further ones are left unread.</summary>
    static string[] Words(string? value, int most)
    {
        string[] words = value?.Split((char[])[' ', '\t'], most + 1, StringSplitOptions.RemoveEmptyEntries) ?? [];
        return words.Length > most ? words[..most] : words;
    }

    static long? Size(string? value) =>
        long.TryParse(value.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size : null;

    static SetupRole? Role(string? value) => value?.Trim().ToLowerInvariant() switch
    {
        "actpass" => SetupRole.ActPass,
        "active" => SetupRole.Active,
        "passive" => SetupRole.Passive,
        _ => null, // holdconn is not for MSRP (RFC 6135 4.2.1); unknown words are ignored (conflicts 4)
    };

    static MediaDirection? Direction(IReadOnlyList<SdpAttribute> attributes)
    {
        foreach (var attribute in attributes)
        {
            switch (attribute.Name.ToLowerInvariant())
            {
                case "sendrecv": return MediaDirection.SendRecv;
                case "sendonly": return MediaDirection.SendOnly;
                case "recvonly": return MediaDirection.RecvOnly;
                case "inactive": return MediaDirection.Inactive;
                default: continue;
            }
        }
        return null;
    }

    static string NameOf(SetupRole role) => role switch
    {
        SetupRole.Active => "active",
        SetupRole.Passive => "passive",
        _ => "actpass",
    };

    static string NameOf(MediaDirection direction) => direction switch
    {
        MediaDirection.SendOnly => "sendonly",
        MediaDirection.RecvOnly => "recvonly",
        MediaDirection.Inactive => "inactive",
        _ => "sendrecv",
    };
}
