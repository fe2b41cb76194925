using System.Diagnostics.CodeAnalysis;
using Confab.Content.Media;
using Confab.Content.Multipart;
using Confab.Content.Sdp;
using Confab.Msrp;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;

namespace Confab.Server.Procedures.Controlling;

/// <summary>What an INVITE's body carries.</summary>
/// <param name="Sdp">The session description.</param>
/// <param name="Media">Its MSRP line.</param>
/// <param name="Others">The other parts of a multipart body.</param>
internal sealed record Offer(SessionDescription Sdp, MsrpMedia Media, IReadOnlyList<BodyPart> Others);

/// <summary>Why an INVITE's body is refused.</summary>
/// <param name="Status">The SIP status.</param>
/// <param name="Reason">For the log and the reason phrase.</param>
/// <param name="More">Headers that go with the status.</param>
internal sealed record Refusal(int Status, string Reason, HeadersWriter? More = null);

/// <summary>
/// MSRP offers and answers of the focus: RFC 4975 8, RFC 6135 4.2, RFC 3264. The focus is the endpoint of every leg; in a group it takes
/// CPIM alone, since the room must know the sender (C-65).
/// </summary>
[Clause("RFC 4975", "8", "IMS-1TO1-3", "IMS-FCTY-5")]
internal static class NegotiateMedia
{
    private const int MostParts = 16;

    private static readonly string[] s_groupTypes = [AcceptList.Cpim];
    private static readonly string[] s_anyTypes = [AcceptList.Cpim, "*"];
    private static readonly string[] s_anyWrapped = ["*"];

    /// <summary>What works in our rooms beyond talking to all: private messages (D-07), and no nicknames (RFC 7701 8).</summary>
    private static readonly string[] s_chatRoom = ["private-messages"];

    /// <summary>The offer of an INVITE; or the status that it is refused with.</summary>
    public static bool TryRead(Node node, SipRequest invite, bool isGroup, out Offer offer, out Refusal refusal)
    {
        offer = null!;
        if (!TryParts(node, invite, out var sdpBytes, out var others, out refusal)) return false;
        if (!SessionDescription.TryParse(sdpBytes.Span, out var sdp, out var fault))
        {
            refusal = new Refusal(StatusCode.BadRequest, fault.Reason);
            return false;
        }

        if (!MsrpMedia.TryFrom(sdp, out var media, out fault) || !IsUsable(media) || (isGroup && !Takes(media, s_groupTypes)))
        {
            refusal = new Refusal(StatusCode.NotAcceptableHere, "No acceptable MSRP media", Incompatible(node));
            return false;
        }

        offer = new Offer(sdp, media, others);
        return true;
    }

    /// <summary>The answer of an invitee; false for one that no message could be sent by.</summary>
    public static bool TryReadAnswer(Participant invitee, SipResponse response, [NotNullWhen(true)] out MsrpMedia? media)
    {
        media = null;
        var offered = invitee.Focus.IsGroup ? s_groupTypes : StartOneToOneSession.Caller(invitee.Focus)?.Offer!.Media.AcceptTypes ?? [];
        return BodyEncoding.TryDecode(response, invitee.Focus.Node.World.Limits.SipBodyBytes, out var body, out _)
            && SessionDescription.TryParse(body.Span, out var sdp, out _) && MsrpMedia.TryFrom(sdp, out media, out _) && IsUsable(media) && Takes(media, offered);
    }

    /// <summary>An MSRP leg of this participant, as a peer on this SIP flow reaches it.</summary>
    public static MsrpSession Open(Participant participant, Flow? flow)
    {
        var (host, port) = participant.Focus.Node.MsrpAddress(flow);
        return participant.Focus.Node.Msrp.Open(participant.Focus.Owner.Mailbox, participant, host, port);
    }

    /// <summary>Our offer to an invitee: <c>actpass</c>, so that a client behind a NAT connects (C-64).</summary>
    public static byte[] ComposeOffer(Participant invitee, MsrpSession leg, Flow? flow, MsrpMedia? callersOffer)
    {
        var media = Ours(invitee, leg, flow, SetupRole.ActPass) with
        {
            AcceptTypes = invitee.Focus.IsGroup ? s_groupTypes : callersOffer is { AcceptTypes.Count: > 0 } ? callersOffer.AcceptTypes : s_anyTypes,
            AcceptWrappedTypes = invitee.Focus.IsGroup ? s_anyWrapped : callersOffer?.AcceptWrappedTypes ?? [],
        };
        return Compose(invitee.Focus.Node, media, null, flow);
    }

    /// <summary>Our answer to a caller: the types chosen from his offer; his setup role decides who connects.</summary>
    /// <param name="caller">Whose offer it was.</param>
    /// <param name="offer">That offer.</param>
    /// <param name="others">In 1-1 what the other party can take; null in a group.</param>
    public static byte[] ComposeAnswer(Participant caller, Offer offer, MsrpMedia? others)
    {
        var flow = caller.Session.Offer!.Flow;
        var offered = offer.Media.AcceptTypes.Count > 0 ? offer.Media.AcceptTypes : s_anyTypes;
        var own = caller.Focus.IsGroup ? s_groupTypes : others is { AcceptTypes.Count: > 0 } ? others.AcceptTypes : s_anyTypes;
        var ownWrapped = others is { AcceptWrappedTypes.Count: > 0 } ? others.AcceptWrappedTypes : s_anyWrapped;
        var media = Ours(caller, caller.Msrp ??= Open(caller, flow), flow, offer.Media.Setup == SetupRole.Passive ? SetupRole.Active : SetupRole.Passive) with
        {
            AcceptTypes = AcceptList.Intersect(offered, own),
            AcceptWrappedTypes = AcceptList.Intersect(offer.Media.AcceptWrappedTypes, ownWrapped),
        };
        return caller.LocalSdp = Compose(caller.Focus.Node, media, offer.Sdp, flow);
    }

    /// <summary>Starts the MSRP leg once both descriptions are known (RFC 6135 4.2.2): who is not active waits to be bound (MSW-11).</summary>
    public static void StartLeg(Participant participant, MsrpMedia remote, bool weConnect)
    {
        participant.Remote = remote;
        participant.Msrp!.SetRemote(remote.Path, remote.MaxSize);
        if (weConnect) participant.Msrp.Connect();
        else participant.Msrp.ListenForPeer();
    }

    /// <summary>Warning 305, incompatible media format (RFC 3261 20.43).</summary>
    public static HeadersWriter Incompatible(Node node) => (ref SipWriter writer) =>
        writer.Warning(305, System.Text.Encoding.UTF8.GetBytes(node.Options.Domain), "MSRP with message/cpim over TCP is needed"u8);

    private static bool IsUsable(MsrpMedia media) => !media.Tls && media.Path.All(static uri => MsrpUri.TryParse(uri, out _));

    /// <summary>Whether the two have a type in common; who says nothing takes any.</summary>
    private static bool Takes(MsrpMedia media, IReadOnlyList<string> types) =>
        media.AcceptTypes.Count == 0 || types.Count == 0 || AcceptList.Intersect(types, media.AcceptTypes).Count > 0;

    private static bool TryParts(Node node, SipRequest invite, out ReadOnlyMemory<byte> sdp, out IReadOnlyList<BodyPart> others, out Refusal refusal)
    {
        sdp = default;
        others = [];
        refusal = null!;
        if (invite.Body.IsEmpty)
        {
            refusal = new Refusal(StatusCode.NotAcceptableHere, "An offer is needed");
            return false;
        }

        if (!BodyEncoding.TryDecode(invite, node.World.Limits.SipBodyBytes, out var body, out var packed))
        {
            refusal = Unpackable(packed);
            return false;
        }

        if (!ContentType.TryParse(invite.ContentType.ToString(), out var type, out var fault))
        {
            refusal = new Refusal(StatusCode.BadRequest, fault.Reason);
            return false;
        }

        if (type.Is("application/sdp"))
        {
            sdp = body;
            return true;
        }

        if (!type.Is("multipart/mixed") || type.Parameter("boundary") is not { } boundary)
        {
            refusal = new Refusal(StatusCode.UnsupportedMediaType, "", static (ref SipWriter writer) => writer.Header(HeaderName.Accept, "application/sdp, multipart/mixed"));
            return false;
        }

        if (!MultipartReader.TryParse(body, boundary, MostParts, out var parts, out fault))
        {
            refusal = new Refusal(StatusCode.BadRequest, fault.Reason);
            return false;
        }

        if (!TryUnpack(node, ref parts, out refusal)) return false;
        var described = parts.FirstOrDefault(static part => ContentType.TryParse(part.ContentType, out var t, out _) && t.Is("application/sdp"));
        if (described is null)
        {
            refusal = new Refusal(StatusCode.NotAcceptableHere, "An offer is needed");
            return false;
        }

        sdp = described.Content;
        others = [.. parts.Where(part => part != described)];
        return true;
    }

    private static bool TryUnpack(Node node, ref IReadOnlyList<BodyPart> parts, out Refusal refusal)
    {
        refusal = null!;
        if (parts.All(static p => p.ContentEncoding is null)) return true;
        var room = node.World.Limits.SipBodyBytes; // for all parts together
        var unpacked = new List<BodyPart>(parts.Count);
        foreach (var part in parts)
        {
            if (!BodyEncoding.TryDecode(part.Content, part.ContentEncoding ?? "", room, out var content, out var fault))
            {
                refusal = Unpackable(fault);
                return false;
            }

            room -= Math.Min(room, content.Length);
            unpacked.Add(part with { Content = content });
        }

        parts = unpacked;
        return true;
    }

    /// <summary>RFC 3261 8.2.3: 415 says which encodings are taken.</summary>
    private static Refusal Unpackable(Confab.Sip.Message.Fault fault) => new(
        fault.Status,
        fault.Reason,
        fault.Status == StatusCode.UnsupportedMediaType ? static (ref SipWriter writer) => writer.Header(HeaderName.AcceptEncoding, BodyEncoding.Accepted) : null);

    private static MsrpMedia Ours(Participant participant, MsrpSession leg, Flow? flow, SetupRole setup)
    {
        var node = participant.Focus.Node;
        return new MsrpMedia
        {
            Port = node.MsrpAddress(flow).Port,
            Path = [leg.LocalUri],
            MaxSize = node.Options.Msrp.MaxMessageSize,
            Setup = setup,
            ChatRoom = participant.Focus.IsGroup ? s_chatRoom : null,
        };
    }

    private static byte[] Compose(Node node, MsrpMedia media, SessionDescription? offer, Flow? flow)
    {
        var sdp = SessionDescription.ForMsrp("imserv", node.World.Ids.Number(), 1, node.MsrpAddress(flow).Host, media, offer);
        return sdp.ToBytes();
    }
}
