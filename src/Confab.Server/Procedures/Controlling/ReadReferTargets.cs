using Confab.Content.Media;
using Confab.Content.Multipart;
using Confab.Content.ResourceLists;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;
using Confab.Sip.Session;

namespace Confab.Server.Procedures.Controlling;

/// <summary>Whom a REFER means.</summary>
/// <param name="Addresses">Their addresses, each once, in the order in which they were named; at least one.</param>
/// <param name="Method">INVITE or BYE.</param>
/// <param name="IsList">Whether they stood in a list: nobody is told by NOTIFY what becomes of them (RFC 5368 5).</param>
internal sealed record ReferTargets(IReadOnlyList<string> Addresses, SipMethod Method, bool IsList);

/// <summary>
/// From the Refer-To to the users: the one it names, or those of the list that its <c>cid:</c> points at (RFC 5368 4, 7; RFC 2392 2). The list is the
/// body, or a part of it; nested lists are flattened. What cannot be done for one is done for none.
/// </summary>
[Clause("RFC 5368", "4", "IMS-ADD-3", "IMS-ADD-8")]
internal static class ReadReferTargets
{
    private const int MostParts = 16;
    private const string ListType = "application/resource-lists+xml";

    /// <summary>Reads them; or gives the refusal: 400, 403, 413, 415 or 416.</summary>
    public static bool TryRead(Node node, SipRequest request, Refer refer, out ReferTargets targets, out Refusal refusal)
    {
        targets = null!;
        List<string> uris = [refer.Target];
        var methods = new HashSet<SipMethod> { refer.Method };
        if (refer.IsList && !TryList(node, request, refer, out uris, methods, out refusal)) return false;
        var addresses = new List<string>();
        if (!TryAddresses(node, uris, addresses, out refusal)) return false;
        var method = methods.First();
        if (methods.Count > 1 || method is not (SipMethod.Invite or SipMethod.Bye))
        {
            refusal = new Refusal(StatusCode.Forbidden, "A user is referred to by INVITE or BYE");
            return false;
        }

        targets = new ReferTargets(addresses, method, refer.IsList);
        return true;
    }

    private static bool TryAddresses(Node node, List<string> uris, List<string> addresses, out Refusal refusal)
    {
        refusal = null!;
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var uri in uris)
        {
            if (!NamedUser.TryRead(node, uri, out var address, out refusal)) return false;
            if (known.Add(address)) addresses.Add(address);
        }

        return true;
    }

    private static bool TryList(Node node, SipRequest request, Refer refer, out List<string> uris, HashSet<SipMethod> methods, out Refusal refusal)
    {
        uris = [];
        if (!TryBody(node, request, refer.Target, out var list, out refusal)) return false;
        if (!ResourceListReader.TryParse(list, node.World.Limits.ListEntries, out var entries, out var fault))
        {
            refusal = new Refusal(StatusCode.BadRequest, fault.Reason);
            return false;
        }

        if (entries.Count == 0)
        {
            refusal = new Refusal(StatusCode.BadRequest, "The list is empty");
            return false;
        }

        // A method behind the cid is that of all who do not say another.
        methods.Clear();
        foreach (var entry in entries)
        {
            uris.Add(entry.Uri);
            var method = SipUri.TryParse(Text.Of(entry.Uri), out var uri) ? Refer.MethodOf(uri) : SipMethod.Invite;
            methods.Add(method == SipMethod.Invite ? refer.Method : method);
        }

        return true;
    }

    /// <summary>The list whose Content-ID is meant; the body itself, or a part of it.</summary>
    private static bool TryBody(Node node, SipRequest request, string contentId, out ReadOnlyMemory<byte> list, out Refusal refusal)
    {
        list = default;
        refusal = null!;
        if (!BodyEncoding.TryDecode(request, node.World.Limits.SipBodyBytes, out var body, out var packed))
        {
            refusal = NegotiateMedia.Unpackable(packed);
            return false;
        }

        if (body.IsEmpty || !ContentType.TryParse(request.ContentType.ToString(), out var type, out _)) return Missing(out refusal);
        var name = request.TryGet("Content-ID"u8, out var id) ? id.ToString().Trim(' ', '<', '>') : "";
        if (type.Type == "multipart")
        {
            if (type.Parameter("boundary") is not { } boundary || !MultipartReader.TryParse(body, boundary, MostParts, out var parts, out _)) return Missing(out refusal);
            if (parts.FirstOrDefault(p => p.ContentId == contentId) is not { } part || !ContentType.TryParse(part.ContentType, out type, out _)) return Missing(out refusal);
            if (!BodyEncoding.TryDecode(part.Content, part.ContentEncoding ?? "", node.World.Limits.SipBodyBytes, out body, out packed))
            {
                refusal = NegotiateMedia.Unpackable(packed);
                return false;
            }
        }
        else if (name != contentId) return Missing(out refusal);

        list = body;
        if (type.Is(ListType)) return true;
        refusal = new Refusal(StatusCode.UnsupportedMediaType, "", static (ref SipWriter writer) => writer.Header(HeaderName.Accept, ListType));
        return false;
    }

    private static bool Missing(out Refusal refusal)
    {
        refusal = new Refusal(StatusCode.BadRequest, "Refer-To points at no part of the body");
        return false;
    }
}
