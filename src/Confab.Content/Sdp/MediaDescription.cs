// One m= line with what follows it (RFC 4566 5.14).
namespace Confab.Content.Sdp;

/// <summary>A media line and its own connection address and attributes; port 0 says that it is refused or ended.</summary>
public sealed class MediaDescription
{
    public required string Media { get; init; }

    public required int Port { get; init; }

    /// <summary>For example <c>TCP/MSRP</c> or <c>RTP/AVP</c>.</summary>
    public required string Protocol { get; init; }

    public IReadOnlyList<string> Formats { get; init; } = [];

    public string? ConnectionAddress { get; init; }

    public IReadOnlyList<SdpAttribute> Attributes { get; init; } = [];

    /// <summary>The value of the first attribute of that name; empty when it has none, null when there is no such attribute.</summary>
    public string? Attribute(string name) => SdpAttribute.ValueOf(Attributes, name);

    /// <summary>The same line with port 0, as an answer refuses it (RFC 3264 6).</summary>
    public MediaDescription Refused() => new() { Media = Media, Port = 0, Protocol = Protocol, Formats = Formats };
}
