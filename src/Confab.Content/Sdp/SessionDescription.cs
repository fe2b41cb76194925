// A session description, offer or answer (RFC 4566; the exchange is RFC 3264).
using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Confab.Content.Sdp;

/// <summary>A session description with the lines that messaging needs; other lines are read over and not kept.</summary>
public sealed class SessionDescription
{
    public required Origin Origin { get; init; }

    public string SessionName { get; init; } = "-";

    /// <summary>The address of the session's c= line, without brackets.</summary>
    public string? ConnectionAddress { get; init; }

    public IReadOnlyList<SdpAttribute> Attributes { get; init; } = [];

    public IReadOnlyList<MediaDescription> Media { get; init; } = [];

    /// <summary>The value of the first session attribute of that name; empty when it has none, null when there is no such attribute.</summary>
    public string? Attribute(string name) => SdpAttribute.ValueOf(Attributes, name);

    public static bool TryParse(ReadOnlySpan<byte> body, [NotNullWhen(true)] out SessionDescription? description, out Fault fault) =>
        new SdpParser().TryParse(body, out description, out fault);

    /// <summary>
    /// The offer of one MSRP line; or, when <paramref name="offer"/> is given, the answer to it: the MSRP line in the
    /// place of the one that <see cref="MsrpMedia.TryFrom"/> takes, every other line refused with port 0, in order (RFC 3264 6).
    /// </summary>
    /// <param name="host">Host of the last path URI; an IPv6 address with or without brackets.</param>
    public static SessionDescription ForMsrp(
        string userName, ulong sessionId, ulong version, string host, MsrpMedia media, SessionDescription? offer = null)
    {
        string address = host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
        return new SessionDescription
        {
            Origin = new Origin(userName, sessionId, version, address),
            ConnectionAddress = address,
            Media = offer is null ? [media.ToMediaDescription()] : AnswerTo(offer, media),
        };
    }

    public void WriteTo(IBufferWriter<byte> output) => SdpWriter.Write(output, this);

    public byte[] ToBytes()
    {
        var output = new ArrayBufferWriter<byte>(512);
        WriteTo(output);
        return output.WrittenSpan.ToArray();
    }

    static MediaDescription[] AnswerTo(SessionDescription offer, MsrpMedia media)
    {
        int taken = MsrpMedia.IndexIn(offer);
        var answer = new MediaDescription[offer.Media.Count];
        for (int i = 0; i < answer.Length; i++)
        {
            answer[i] = i == taken ? media.ToMediaDescription() : offer.Media[i].Refused();
        }
        return answer;
    }
}
