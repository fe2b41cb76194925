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
/// <param name="Sdp">The session description; null where the inviter leaves the offer to us (RFC 3261 13.2.1).</param>
/// <param name="Media">Its MSRP line; null without a description.</param>
/// <param name="Others">The other parts of a multipart body, or the body where it is no description.</param>
internal sealed record Offer(SessionDescription? Sdp, MsrpMedia? Media, IReadOnlyList<BodyPart> Others);

/// <summary>Why an INVITE's body is refused.</summary>
/// <param name="Status">The SIP status.</param>
/// <param name="Reason">For the log and the reason phrase.</param>
/// <param name="More">Headers that go with the status.</param>
internal sealed record Refusal(int Status, string Reason, HeadersWriter? More = null);

/// <summary>
/// MSRP offers and answers of the focus: RFC 4975 8, RFC 6135 4.2, RFC 3264. The focus is the endpoint of every leg; in a group it takes
/// CPIM alone, since the room must know the sender (C-65).
/// </summary>
[Clause("RFC 4975", "8", "IMS-1TO1-3", "IMS-FCTY-5", "IMP-4")]
internal static class NegotiateMedia
{
    private const int MostParts = 16;

    private static readonly string[] s_groupTypes = [AcceptList.Cpim];
    private static readonly string[] s_anyTypes = [AcceptList.Cpim, "*"];
    private static readonly string[] s_anyWrapped = ["*"];

    /// <summary>What works in our rooms beyond talking to all, where the rules of a group do not forbid it: private messages (D-07). No nicknames (RFC 7701 8).</summary>
    private static readonly string[] s_chatRoom = ["private-messages"];

    /// <summary>The offer of an INVITE; or the status that it is refused with.</summary>
    public static bool TryRead(Node node, SipRequest invite, bool isGroup, out Offer offer, out Refusal refusal)
    {
        offer = null!;
        if (!TryParts(node, invite, isGroup, out var sdpBytes, out var others, out refusal)) return false;
        if (sdpBytes is not { } bytes)
        {
            offer = new Offer(null, null, others);
            return true;
        }

        if (!SessionDescription.TryParse(bytes.Span, out var sdp, out var fault))
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

    /// <summary>The answer to our offer, in the 2xx of an invitee or the ACK of a caller; false for one that no message could be sent by.</summary>
    public static bool TryReadAnswer(Participant invitee, SipMessage message, [NotNullWhen(true)] out MsrpMedia? media)
    {
        media = null;
        var offered = invitee.Focus.IsGroup ? s_groupTypes : StartOneToOneSession.Caller(invitee.Focus)?.Offer!.Media?.AcceptTypes ?? [];
        return BodyEncoding.TryDecode(message, invitee.Focus.Node.World.Limits.SipBodyBytes, out var body, out _)
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
        if (invitee.Focus.IsLargeMessage) media = media with { Direction = MediaDirection.SendOnly };
        return Compose(invitee.Focus.Node, media, null, flow);
    }

    /// <summary>Our offer in the 200 to an INVITE that had none (RFC 3261 13.2.1); its answer comes in the ACK.</summary>
    /// <param name="caller">Who left it to us.</param>
    /// <param name="others">In 1-1 what the other party can take; null in a group.</param>
    public static byte[] ComposeLateOffer(Participant caller, MsrpMedia? others)
    {
        var flow = caller.Session.Offer!.Flow;
        return caller.LocalSdp = ComposeOffer(caller, caller.Msrp ??= Open(caller, flow), flow, others);
    }

    /// <summary>
    /// What we say in a re-INVITE's 200: our description of this leg again, its version raised where anything in it is new (RFC 3264 8). It has the
    /// media lines of the offer that it answers, the types chosen from it where they are others than before, its direction the other way round,
    /// and says who connects as it was agreed: an answer cannot leave that open (RFC 4145 4.1).
    /// </summary>
    /// <param name="participant">Whose leg it is.</param>
    /// <param name="sdp">His offer.</param>
    /// <param name="offered">Its MSRP line.</param>
    /// <param name="others">In 1-1 what the other party can take; null in a group.</param>
    [Clause("RFC 3264", "6.1", "IMC-MOD-2")]
    public static byte[] ComposeAgain(Participant participant, SessionDescription sdp, MsrpMedia offered, MsrpMedia? others)
    {
        if (!SessionDescription.TryParse(participant.LocalSdp, out var known, out _) || !MsrpMedia.TryFrom(known, out var media, out _)) return participant.LocalSdp;
        if (media.Setup == SetupRole.ActPass) media = media with { Setup = participant.Remote?.Setup == SetupRole.Active ? SetupRole.Passive : SetupRole.Active };
        media = media with { Direction = Reversed(offered.Direction) };
        if (participant.Remote is { } before && !IsSame(before.AcceptTypes, offered.AcceptTypes)) media = media with { AcceptTypes = Chosen(participant, offered, others) };
        if (participant.Remote is { } wrapped && !IsSame(wrapped.AcceptWrappedTypes, offered.AcceptWrappedTypes))
            media = media with { AcceptWrappedTypes = ChosenWrapped(offered, others) };
        var origin = known.Origin;
        var again = SessionDescription.ForMsrp(origin.UserName, origin.SessionId, origin.Version, origin.Address, media, sdp).ToBytes();
        if (again.AsSpan().SequenceEqual(participant.LocalSdp)) return again;
        return participant.LocalSdp = SessionDescription.ForMsrp(origin.UserName, origin.SessionId, origin.Version + 1, origin.Address, media, sdp).ToBytes();
    }

    /// <summary>Whether the two lists say the same; the order of types is of no matter to us.</summary>
    private static bool IsSame(IReadOnlyList<string> one, IReadOnlyList<string> other) => one.SequenceEqual(other, StringComparer.OrdinalIgnoreCase);

    /// <summary>The direction as the other end says it (RFC 3264 6.1).</summary>
    private static MediaDirection Reversed(MediaDirection direction) => direction switch
    {
        MediaDirection.SendOnly => MediaDirection.RecvOnly,
        MediaDirection.RecvOnly => MediaDirection.SendOnly,
        _ => direction,
    };

    /// <summary>Our answer to a caller: the types chosen from his offer; his setup role decides who connects.</summary>
    /// <param name="caller">Whose offer it was.</param>
    /// <param name="offer">That offer.</param>
    /// <param name="others">In 1-1 what the other party can take; null in a group.</param>
    public static byte[] ComposeAnswer(Participant caller, Offer offer, MsrpMedia? others)
    {
        var flow = caller.Session.Offer!.Flow;
        var theirs = offer.Media!;
        var media = Ours(caller, caller.Msrp ??= Open(caller, flow), flow, theirs.Setup == SetupRole.Passive ? SetupRole.Active : SetupRole.Passive) with
        {
            AcceptTypes = Chosen(caller, theirs, others),
            AcceptWrappedTypes = ChosenWrapped(theirs, others),
            Direction = Reversed(theirs.Direction),
        };
        return caller.LocalSdp = Compose(caller.Focus.Node, media, offer.Sdp, flow);
    }

    /// <summary>Of the types that he offers those that are taken: CPIM in a group, in 1-1 what the other party takes (RFC 4975 8.6).</summary>
    public static IReadOnlyList<string> Chosen(Participant participant, MsrpMedia theirs, MsrpMedia? others)
    {
        var own = participant.Focus.IsGroup ? s_groupTypes : others is { AcceptTypes.Count: > 0 } ? others.AcceptTypes : s_anyTypes;
        return AcceptList.Intersect(theirs.AcceptTypes.Count > 0 ? theirs.AcceptTypes : s_anyTypes, own);
    }

    private static IReadOnlyList<string> ChosenWrapped(MsrpMedia theirs, MsrpMedia? others) =>
        AcceptList.Intersect(theirs.AcceptWrappedTypes, others is { AcceptWrappedTypes.Count: > 0 } ? others.AcceptWrappedTypes : s_anyWrapped);

    /// <summary>Starts the MSRP leg once both descriptions are known (RFC 6135 4.2.2): who is not active waits to be bound (MSW-11).</summary>
    public static void StartLeg(Participant participant, MsrpMedia remote, bool weConnect)
    {
        participant.Remote = remote;
        participant.Msrp!.SetRemote(remote.Path, remote.MaxSize);
        if (weConnect) participant.Msrp.Connect();
        else participant.Msrp.ListenForPeer();
    }

    /// <summary>Warning 305, incompatible media format (RFC 3261 20.43).</summary>
    public static HeadersWriter Incompatible(Node node) => node.Warning(305, "MSRP with message/cpim over TCP is needed");

    private static bool IsUsable(MsrpMedia media) => !media.Tls && media.Path.All(static path => MsrpUri.TryParse(path, out var uri) && !uri.IsSecure); // TLS is not offered

    /// <summary>Whether the two have a type in common; who says nothing takes any.</summary>
    private static bool Takes(MsrpMedia media, IReadOnlyList<string> types) =>
        media.AcceptTypes.Count == 0 || types.Count == 0 || AcceptList.Intersect(types, media.AcceptTypes).Count > 0;

    private static bool TryParts(Node node, SipRequest invite, bool isGroup, out ReadOnlyMemory<byte>? sdp, out IReadOnlyList<BodyPart> others, out Refusal refusal)
    {
        sdp = null;
        others = [];
        refusal = null!;
        if (invite.Body.IsEmpty) return true;

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

        if (isGroup && type.Is("application/resource-lists+xml"))
        {
            others = [new BodyPart(invite.ContentType.ToString(), null, null, body)];
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
        sdp = described?.Content;
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
    public static Refusal Unpackable(Confab.Sip.Message.Fault fault) => new(
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
            ChatRoom = !participant.Focus.IsGroup ? null : participant.Focus.MayWhisper(participant) ? s_chatRoom : [],
        };
    }

    private static byte[] Compose(Node node, MsrpMedia media, SessionDescription? offer, Flow? flow)
    {
        var sdp = SessionDescription.ForMsrp("imserv", node.World.Ids.Number(), 1, node.MsrpAddress(flow).Host, media, offer);
        return sdp.ToBytes();
    }
}
