using System.Text;
using Confab.Content.Cpim;
using Confab.Content.Media;
using Confab.Content.Multipart;
using Confab.Server.Owners;
using Confab.Server.Procedures.Controlling;
using Confab.Server.Procedures.General;
using Confab.Server.Switch;
using Confab.Sip.Message;
using MediaType = Confab.Content.Media.ContentType;
using MessageText = Confab.Sip.Message.Text;

namespace Confab.Server.Procedures.Pager;

/// <summary>What a MESSAGE carries, unpacked and looked at.</summary>
/// <param name="ContentType">Its type, as it stands.</param>
/// <param name="Body">The message itself.</param>
/// <param name="Disposition">How it is meant; null where nothing says.</param>
internal sealed record PageContent(string ContentType, ReadOnlyMemory<byte> Body, string? Disposition = null)
{
    /// <summary>Parts of one multipart body, and how deep they stand in one another.</summary>
    public const int MostParts = 16;

    private const int DeepestPart = 4;

    /// <summary>
    /// The whole body as one message. Whom CPIM names as the sender is not believed (D-07): to one user it is put right, since who sends is proven;
    /// to several it is refused.
    /// </summary>
    public static bool TryRead(Node node, SipRequest request, Originator sender, bool toSeveral, out PageContent content, out Refusal refusal)
    {
        content = null!;
        if (!TryUnpack(node, request, out var type, out var body, out refusal)) return false;
        var disposition = request.TryGet(HeaderName.ContentDisposition, out var value) ? value.ToString() : null;
        return TryCheck(node, new PageContent(request.ContentType.ToString(), body, disposition), type, sender, AnonymityAsked.In(request), toSeveral, out content, out refusal);
    }

    /// <summary>The type and the unpacked body of a request that has them; 400, 413 or 415 otherwise.</summary>
    public static bool TryUnpack(Node node, SipRequest request, out MediaType type, out ReadOnlyMemory<byte> body, out Refusal refusal)
    {
        type = null!;
        refusal = null!;
        if (!BodyEncoding.TryDecode(request, node.World.Limits.SipBodyBytes, out body, out var packed)) refusal = NegotiateMedia.Unpackable(packed);
        else if (body.IsEmpty) refusal = new Refusal(StatusCode.BadRequest, "There is no message");
        else if (MediaType.TryParse(request.ContentType.ToString(), out var parsed, out var fault)) type = parsed;
        else refusal = new Refusal(StatusCode.BadRequest, fault.Reason);
        return refusal is null;
    }

    /// <summary>The same message, as it may be delivered in the name of its sender.</summary>
    public static bool TryCheck(
        Node node, PageContent read, MediaType type, Originator sender, bool isHidden, bool toSeveral, out PageContent content, out Refusal refusal)
    {
        content = read;
        refusal = null!;
        if (read.Body.Length > node.World.Limits.PageBytes) refusal = new Refusal(StatusCode.RequestEntityTooLarge, "Too long for pager mode");
        else if (!type.Is(AcceptList.Cpim))
        {
            var status = Judge(read.ContentType, read.Body, sender, isHidden, depth: 0);
            if (status != StatusCode.Ok) refusal = RefusalOf(status);
        }
        else if (!CpimView.TryParse(read.Body.Span, out var cpim, out var fault)) refusal = new Refusal(StatusCode.BadRequest, fault.Reason);
        else if (toSeveral && !Names(cpim.From, sender) && !IsAnonymous(cpim.From)) refusal = RefusalOf(StatusCode.Forbidden);
        else if (isHidden && IsReport(cpim) && !HideInReport.CanRun(cpim)) refusal = RefusalOf(StatusCode.BadRequest);
        else if (isHidden) content = read with { Body = Hide(read.Body.Span, cpim) };
        else if (!toSeveral && !Names(cpim.From, sender)) content = read with { Body = PutRight(read.Body.Span, cpim.FromUriRange, Encoding.UTF8.GetBytes(sender.Address)) };
        return refusal is null;
    }

    /// <summary>
    /// CPIM within multipart is delivered as it is, so it may name no other than its sender, and nobody where he hides; nor may it stand where we do not
    /// look.
    /// </summary>
    private static int Judge(string contentType, ReadOnlyMemory<byte> body, Originator sender, bool isHidden, int depth)
    {
        if (!MediaType.TryParse(contentType, out var type, out _)) return StatusCode.BadRequest;
        if (type.Is(AcceptList.Cpim))
        {
            if (!CpimView.TryParse(body.Span, out var cpim, out _)) return StatusCode.BadRequest;
            return IsAnonymous(cpim.From) || (!isHidden && Names(cpim.From, sender)) ? StatusCode.Ok : StatusCode.Forbidden;
        }

        if (type.Type != "multipart") return StatusCode.Ok;
        if (depth == DeepestPart || type.Parameter("boundary") is not { } boundary || !MultipartReader.TryParse(body, boundary, MostParts, out var parts, out _))
            return StatusCode.BadRequest;
        foreach (var part in parts)
        {
            var isPacked = part.ContentEncoding is { } encoding && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase);
            var status = isPacked ? StatusCode.UnsupportedMediaType : Judge(part.ContentType, part.Content, sender, isHidden, depth + 1);
            if (status != StatusCode.Ok) return status;
        }

        return StatusCode.Ok;
    }

    public static Refusal RefusalOf(int status) => status switch
    {
        StatusCode.Forbidden => new Refusal(status, "From is not the authenticated user"),
        StatusCode.UnsupportedMediaType => new Refusal(status, "", static (ref SipWriter writer) => writer.Header(HeaderName.AcceptEncoding, "identity")),
        _ => new Refusal(status, "The body cannot be read"),
    };

    /// <summary>Whether it names the sender, in any spelling.</summary>
    private static bool Names(ReadOnlySpan<byte> from, Originator sender)
    {
        if (!SipUri.TryParse(MessageText.Of(from), out var uri)) return false;
        var key = uri.AddressKey();
        return key == sender.Address || key == sender.TelAddress;
    }

    private static bool IsAnonymous(ReadOnlySpan<byte> from) => SipUri.TryParse(MessageText.Of(from), out var uri) && AnonymityAsked.Hides(uri);

    /// <summary>Of one who hides neither his name is told, nor in a disposition notification for whom it speaks (C-65a).</summary>
    private static byte[] Hide(ReadOnlySpan<byte> body, in CpimView cpim)
    {
        var (start, length) = cpim.FromRange.GetOffsetAndLength(body.Length);
        var rest = start + length;
        byte[] hidden = [.. body[..start], (byte)'<', .. Encoding.ASCII.GetBytes(HideIdentity.Uri), (byte)'>'];
        return IsReport(cpim) ? [.. hidden, .. body[rest..cpim.HeadersLength], .. HideInReport.Run(cpim, HideIdentity.Uri)] : [.. hidden, .. body[rest..]];
    }

    private static bool IsReport(in CpimView cpim) => MediaType.TryParse(Encoding.UTF8.GetString(cpim.ContentType), out var wrapped, out _) && wrapped.Is("message/imdn+xml");

    private static byte[] PutRight(ReadOnlySpan<byte> body, Range at, ReadOnlySpan<byte> by)
    {
        var (start, length) = at.GetOffsetAndLength(body.Length);
        return [.. body[..start], .. by, .. body[(start + length)..]];
    }
}
