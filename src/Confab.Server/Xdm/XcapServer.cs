// The XCAP server (RFC 4825 8), whatever HTTP server is before it.
//
//   URI (400, 404) ──► who (401, 403) ──► usage and user there (404), his tree (403) ──► selector (400, 404) ──► GET, PUT, DELETE, or 405
using Confab.Runtime;
using Confab.Server.Ports;
using Confab.Server.Procedures.General;
using Microsoft.Extensions.Logging;

namespace Confab.Server.Xdm;

/// <summary>Answers requests for documents and what is in them. Any thread may call.</summary>
[Clause("RFC 4825", "8", "XDM-1", "XDM-2")]
public sealed partial class XcapServer
{
    private const string All = "GET, HEAD, PUT, DELETE";
    private const string ReadOnly = "GET, HEAD";

    private static readonly TimeSpan s_mostWait = TimeSpan.FromSeconds(30);

    private readonly World _world;
    private readonly Documents _documents;
    private readonly ReadableDocuments _readable;
    private readonly XcapAccess _access;
    private readonly PutDocument _put;
    private readonly ILogger _log;

    internal XcapServer(World world, Documents documents, ReadableDocuments readable, IDirectory directory, DigestVerification digest, ServerOptions options, string? operatorToken)
    {
        _world = world;
        _documents = documents;
        _readable = readable;
        _access = new XcapAccess(digest, options.Domain, operatorToken);
        _put = new PutDocument(documents, directory, options, world.Limits);
        _log = world.Loggers.CreateLogger("Confab.Server.Xdm");
    }

    internal ApplicationUsages Usages => _readable.Usages;

    /// <summary>Largest body that is looked at, in bytes.</summary>
    public int MostBytes => _world.Limits.DocumentBytes;

    /// <summary>The answer to a body that is longer, sent without reading it.</summary>
    public static XcapResponse TooLarge(int most) => XcapResponse.Of(413, FormattableString.Invariant($"A document has at most {most} bytes."));

    /// <summary>Answers one request; what it says of a change is stored.</summary>
    public async Task<XcapResponse> HandleAsync(XcapRequest request)
    {
        if (!XcapUri.TryParse(request.Target, out var uri)) return XcapResponse.Of(400, "The URI has a broken escape.");
        if (_access.Verify(request, out var user) is { } refused) return Log(request, user, refused);
        var response = uri is null ? NotFound("No document can be there.") : await AnswerAsync(request, uri, user!).ConfigureAwait(false);
        return Log(request, user, response);
    }

    private static XcapResponse NotFound(string text) => XcapResponse.Of(404, text);

    private Task<XcapResponse> AnswerAsync(XcapRequest request, XcapUri uri, XcapUser user)
    {
        if (Usages.Find(uri.Auid) is not { } usage) return Task.FromResult(NotFound($"There is no application usage {uri.Auid} here."));
        if (!uri.IsGlobal)
        {
            if (_readable.AddressOf(uri.Xui) is not { } home) return Task.FromResult(NotFound("There is no such user."));
            if (home != user.Address && !user.IsOperator) return Task.FromResult(XcapResponse.Of(403, "Only its owner may look into a home directory."));
            uri = uri with { Xui = home };
        }

        NodeSelector? selector = null;
        if (uri.NodeSelector is not null)
        {
            if (!NamespaceBindings.TryParse(uri.Query, out var bindings)) return Task.FromResult(XcapResponse.Of(400, "The query is to be xmlns(prefix=namespace) expressions."));
            switch (new NodeSelectorParser(uri.NodeSelector, usage.DefaultNamespace, bindings).TryParse(out selector))
            {
                case SelectorFault.UnboundPrefix: return Task.FromResult(XcapResponse.Of(400, "A prefix of the node selector is not bound by xmlns() in the query."));
                case SelectorFault.Extension: return Task.FromResult(NotFound("The node selector has a step that is not known here."));
            }
        }

        return request.Method switch
        {
            "GET" or "HEAD" => Task.FromResult(Get(request, uri, selector, usage, user)),
            "PUT" or "DELETE" when selector?.Target == SelectorTarget.Namespaces =>
                Task.FromResult(XcapResponse.NotAllowed(ReadOnly, "Namespace bindings can only be read.")),
            "PUT" or "DELETE" when uri.IsGlobal => Task.FromResult(XcapResponse.Of(403, "The global tree can only be read.")),
            "PUT" or "DELETE" when !usage.IsWritable => Task.FromResult(XcapResponse.NotAllowed(ReadOnly, "The server makes this document.")),
            "PUT" or "DELETE" => ChangeAsync(request, uri, selector, usage),
            _ => Task.FromResult(XcapResponse.NotAllowed(uri.IsGlobal || !usage.IsWritable || selector?.Target == SelectorTarget.Namespaces ? ReadOnly : All, "XCAP has no such method.")),
        };
    }

    [Clause("RFC 4825", "8.3")]
    private XcapResponse Get(XcapRequest request, XcapUri uri, NodeSelector? selector, ApplicationUsage usage, XcapUser user)
    {
        if (_readable.Find(uri, usage, request.Origin + XcapUri.Root) is not { } document) return NotFound("There is no such document.");
        if (!user.IsOperator && !ReadableDocuments.IsAllowed(uri, usage, document, user.Address)) return XcapResponse.Of(403, "Only those in the group may read its document.");
        if (Preconditions.Check(request, document) is var status and > 0)
            return status == 304 ? new XcapResponse(304) { ETag = document.ETag } : XcapResponse.Of(status, "The document is another version.") with { ETag = document.ETag };
        if (selector is null)
        {
            var location = uri.IsGlobal && document.Id.Xui.Length > 0 ? $"{XcapUri.Root}/{document.Id.Selector}" : null;
            return new XcapResponse(200) { ETag = document.ETag, ContentType = usage.MimeType, Body = document.Content, ContentLocation = location };
        }

        var read = ReadNode.Of(document, selector);
        return read is null ? NotFound("The node selector selects nothing, or more than one node.") : read with { ETag = document.ETag };
    }

    private async Task<XcapResponse> ChangeAsync(XcapRequest request, XcapUri uri, NodeSelector? selector, ApplicationUsage usage)
    {
        // 8.2.1: XCAP has no way to make a subdirectory, so there is none.
        if (uri.Path is not [var name])
            return request.Method == "PUT" ? XcapResponse.Conflict(XcapError.NoParent(null)) : NotFound("There is no such document.");
        var id = new DocumentId(uri.Auid, uri.Xui, name);
        if (request.Method == "PUT" && PutDocument.CheckType(request, selector, usage) is { } wrong) return wrong;
        var answer = new TaskCompletionSource<XcapResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        XcapResponse? planned = null;
        _documents.Change(
            id,
            before =>
            {
                var (after, response) = _put.Plan(request, uri, id, selector, usage, before);
                planned = response;
                return after;
            },
            outcome => answer.SetResult(outcome switch
            {
                DocumentOutcome.Done or DocumentOutcome.Unchanged => planned!,
                DocumentOutcome.Busy => XcapResponse.Of(503, "Too many changes at once.") with { RetryAfter = 5 },
                _ => XcapResponse.Of(500, "The document could not be stored."),
            }));
        try
        {
            return await answer.Task.WaitAsync(s_mostWait, _world.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return XcapResponse.Of(503, "The store does not answer; whether the change was made is not known.") with { RetryAfter = 5 };
        }
    }

    private XcapResponse Log(XcapRequest request, XcapUser? user, XcapResponse response)
    {
        if (!_log.IsEnabled(LogLevel.Debug)) return response;
        var path = Path(request.Target);
        var who = user is null ? "someone" : user.IsOperator ? "the operator" : user.Address;
        LogAnswered(request.Method, path, who, response.Status);
        return response;
    }

    /// <summary>Without the node selector, which may hold what people wrote.</summary>
    private static string Path(string target) => target.Split("~~", 2)[0] is { Length: > 300 } longer ? longer[..300] : target.Split("~~", 2)[0];

    [LoggerMessage(EventId = 700, Level = LogLevel.Debug, Message = "{Method} {Path} of {User} is answered {Status}")]
    private partial void LogAnswered(string method, string path, string user, int status);
}
