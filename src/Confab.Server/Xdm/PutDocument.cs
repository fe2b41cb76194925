// PUT and DELETE of a document or of what is in it: from the present version to the next one, in the mailbox of the documents.
using System.Text;
using Confab.Runtime;
using Confab.Server.Ports;
using Confab.Sip.Message;

namespace Confab.Server.Xdm;

/// <summary>Plans a change: the next version and the answer that holds once it is stored.</summary>
[Clause("RFC 4825", "8.2")]
internal sealed class PutDocument(Documents documents, IDirectory directory, ServerOptions options, Limits limits)
{
    private readonly string[] _ours = [.. ServerAddresses(options)];

    /// <summary>415 where the body is not of the type that its place asks for (8.2.2).</summary>
    [Clause("RFC 4825", "8.2.2")]
    public static XcapResponse? CheckType(XcapRequest request, NodeSelector? selector, ApplicationUsage usage)
    {
        var expected = selector?.Target switch
        {
            null => usage.MimeType,
            SelectorTarget.Attribute => ReadNode.AttributeType,
            _ => ReadNode.ElementType,
        };
        var given = (request.ContentType ?? "").Split(';')[0].Trim();
        return given.Equals(expected, StringComparison.OrdinalIgnoreCase) ? null : XcapResponse.Of(415, $"The Content-Type is to be {expected}.");
    }

    /// <summary>The next version, or the present one where nothing is to change; and the answer.</summary>
    public (Document? After, XcapResponse Answer) Plan(
        XcapRequest request, XcapUri uri, DocumentId id, NodeSelector? selector, ApplicationUsage usage, Document? before)
    {
        (Document?, XcapResponse) Refuse(XcapResponse answer) => (before, answer);

        if (before is null)
        {
            if (request.Method == "DELETE") return Refuse(XcapResponse.Of(404, "There is no such document."));
            if (!directory.TryGetAccount(Account.UserOf(id.Xui), out _)) return Refuse(XcapResponse.Of(404, "There is no such user any more."));
            if (selector is not null) return Refuse(XcapResponse.Conflict(XcapError.NoParent(null)));
        }

        if (Preconditions.Check(request, before) > 0)
            return Refuse(XcapResponse.Of(412, "The document is another version than the request says.") with { ETag = before?.ETag });
        if (request.Method == "DELETE" && selector is null) return (null, new XcapResponse(200));

        // 8.2.1 to 8.2.4, 8.4
        string text;
        var isCreated = before is null;
        var body = DocumentCheck.TextOf(request.Body.Span);
        if (body is null) return Refuse(XcapResponse.Conflict(XcapError.NotUtf8()));
        if (selector is null)
        {
            if (DocumentCheck.WellFormed(body, limits.DocumentDepth) is { } malformed) return Refuse(XcapResponse.Conflict(malformed));
            text = body;
        }
        else
        {
            var tree = XmlTree.Of(Encoding.UTF8.GetString(before!.Content.Span));
            var edited = request.Method == "DELETE" ? EditDocument.Delete(tree, selector) : EditDocument.Put(tree, selector, body, uri.Prefix);
            if (edited.Error is { } conflict) return Refuse(XcapResponse.Conflict(conflict));
            if (edited.Text is null) return Refuse(XcapResponse.Of(404, "The node selector selects nothing, or more than one node."));
            (text, isCreated) = (edited.Text, edited.IsCreated);
        }

        // 8.2.5
        var content = Encoding.UTF8.GetBytes(text);
        if (content.Length > limits.DocumentBytes) return Refuse(XcapServer.TooLarge(limits.DocumentBytes));
        if (DocumentCheck.Valid(text, usage, limits.DocumentDepth) is { } invalid) return Refuse(XcapResponse.Conflict(invalid));
        var after = XmlTree.Of(text);
        if (!after.Root.Is(usage.DefaultNamespace, usage.RootName))
            return Refuse(XcapResponse.Conflict(XcapError.SchemaInvalid($"The root element is to be {usage.RootName} of {usage.DefaultNamespace}.")));
        if (usage.Check(after, new UsageScope(id, options.Domain, u => IsTaken(u, id))) is { } failed) return Refuse(XcapResponse.Conflict(failed));
        if (before is null && documents.Of(id.Xui).Count() >= limits.DocumentsPerUser)
            return Refuse(XcapResponse.Conflict(XcapError.TooMany(FormattableString.Invariant($"A user has at most {limits.DocumentsPerUser} documents; delete one."))));

        if (before is not null && before.Content.Span.SequenceEqual(content)) return (before, new XcapResponse(200) { ETag = before.ETag });
        var next = documents.NewVersion(id, content, usage.UrisOf(after));
        return (next, new XcapResponse(isCreated ? 201 : 200) { ETag = next.ETag });
    }

    /// <summary>A URI that means something already: another document's, a user, or the server itself.</summary>
    private bool IsTaken(string uri, DocumentId id) =>
        (documents.OwnerOf(uri) is { } owner && owner != id)
        || (directory.TryGetAccount(Account.UserOf(uri), out var account) && account.Address == uri)
        || _ours.Contains(uri);

    private static IEnumerable<string> ServerAddresses(ServerOptions options)
    {
        foreach (var uri in (string[])[options.Sip.ConferenceFactory ?? $"sip:conference-factory@{options.Domain}", options.Sip.Exploder ?? $"sip:im-exploder@{options.Domain}"])
        {
            if (SipUri.TryParse(Sip.Message.Text.Of(uri), out var parsed)) yield return parsed.AddressKey();
        }
    }
}
