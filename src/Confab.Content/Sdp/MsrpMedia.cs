// The MSRP media line, typed: m=message <port> TCP/MSRP * with its attributes (RFC 4975 8, RFC 6135 4.2, RFC 7701 8).
using System.Diagnostics.CodeAnalysis;

namespace Confab.Content.Sdp;

/// <summary>What one side says about its end of an MSRP session.</summary>
public sealed record MsrpMedia
{
    /// <summary>The port of the last path URI; 9 when this side only opens connections (RFC 6135 4.2.2).</summary>
    public required int Port { get; init; }

    public bool Tls { get; init; }

    /// <summary>The URIs of a=path in order: the first is the next hop, the last the endpoint.</summary>
    public required IReadOnlyList<string> Path { get; init; }

    /// <summary>Empty when the peer said nothing. Must not be empty in what is sent: without a common type the offer is refused.</summary>
    public IReadOnlyList<string> AcceptTypes { get; init; } = [];

    /// <summary>Types accepted only inside a container; empty when the attribute is absent.</summary>
    public IReadOnlyList<string> AcceptWrappedTypes { get; init; } = [];

    /// <summary>Largest whole message in bytes that this side wishes to receive; null when it does not say.</summary>
    public long? MaxSize { get; init; }

    /// <summary>Null when absent or not one of the three; then the offerer opens the connection (RFC 4975 8.5).</summary>
    public SetupRole? Setup { get; init; }

    public MediaDirection Direction { get; init; }

    /// <summary>What a=chatroom names, such as <c>nickname</c> and <c>private-messages</c>; null when it is absent (RFC 7701 8).</summary>
    public IReadOnlyList<string>? ChatRoom { get; init; }

    /// <summary>Takes the first message line over MSRP that is not disabled and has a usable path.</summary>
    public static bool TryFrom(SessionDescription description, [NotNullWhen(true)] out MsrpMedia? media, out Fault fault)
    {
        int index = IndexIn(description);
        if (index < 0)
        {
            media = null;
            fault = new Fault("no acceptable message media", "RFC 4975 8.1", 0);
            return false;
        }
        media = MsrpAttributes.Read(description, description.Media[index]);
        fault = default;
        return true;
    }

    public MediaDescription ToMediaDescription() => new()
    {
        Media = "message",
        Port = Port,
        Protocol = Tls ? MsrpAttributes.OverTls : MsrpAttributes.OverTcp,
        Formats = ["*"],
        Attributes = MsrpAttributes.Write(this),
    };

    internal static int IndexIn(SessionDescription description)
    {
        for (int i = 0; i < description.Media.Count; i++)
        {
            if (MsrpAttributes.IsAcceptable(description.Media[i])) return i;
        }
        return -1;
    }
}
