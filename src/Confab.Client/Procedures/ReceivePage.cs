using System.Text;
using Confab.Content.Cpim;
using Confab.Content.IsComposing;
using Confab.Content.Media;
using Confab.Content.Multipart;
using Confab.Content.ResourceLists;
using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Pager;
using Confab.Sip.Transaction;

namespace Confab.Client.Procedures;

/// <summary>
/// A page came in: RFC 3428 7, RFC 5365 8. It is answered at once, without a body or a Contact. Who it is from is what the server asserts, whatever the
/// content says.
/// </summary>
[Clause("RFC 3428", "7", "IMC-PGR-8")]
[Clause("RFC 5365", "8", "IMC-PGR-9")]
internal static class ReceivePage
{
    private const int MostParts = 8;
    private const int DeepestPart = 3;
    private const string ListType = "application/resource-lists+xml";

    public static void Take(ImClient client, IServerTransaction transaction)
    {
        var request = transaction.Request;
        var now = client.World.Time.GetUtcNow();
        if (request.Body.IsEmpty) TerminatingGeneral.Refuse(client, transaction, StatusCode.BadRequest);
        else if (IsPacked(request)) TerminatingGeneral.Refuse(client, transaction, StatusCode.UnsupportedMediaType, static (ref SipWriter writer) => writer.Header(HeaderName.AcceptEncoding, "identity"));
        else if (PagerExpiry.IsExpired(request, now, now)) TerminatingGeneral.Refuse(client, transaction, StatusCode.TemporarilyUnavailable);
        else
        {
            var read = new Content(client);
            var status = read.Read(request.ContentType.ToString(), request.Body, depth: 0);
            if (status == StatusCode.Ok) client.Tell(Compose(client, request, read, now));
            TerminatingGeneral.Respond(client, transaction, status, status == StatusCode.UnsupportedMediaType ? Accepted(client) : null);
        }
    }

    private static PageReceived Compose(ImClient client, SipRequest request, Content read, DateTimeOffset now)
    {
        var sender = request.TryGetAddress(HeaderName.PAssertedIdentity, out var asserted) ? asserted : request.From;
        var isForUs = SipUri.SameAddress(request.To.Uri, client.Address);
        return new PageReceived(
            sender.UriText.ToString(),
            Names.Of(sender) is { Length: > 0 } name ? name : Names.Of(request.From),
            isForUs || !request.To.Uri.IsSipOrSips ? null : request.To.UriText.ToString(),
            read.Type,
            read.Bytes.ToArray(),
            read.Id.Length > 0 ? read.Id : request.CallId.ToString(),
            read.Time ?? PagerExpiry.SentAt(request, now),
            read.Recipients);
    }

    private static bool IsPacked(SipRequest request)
    {
        foreach (var encoding in request.Headers(HeaderName.ContentEncoding))
        {
            if (!encoding.EqualsIgnoreCase("identity"u8)) return true;
        }

        return false;
    }

    private static HeadersWriter Accepted(ImClient client) =>
        (ref SipWriter writer) => writer.Header(HeaderName.Accept, $"{string.Join(", ", client.Options.AcceptTypes)}, multipart/mixed");

    /// <summary>What is in the body: the message within multipart and CPIM, and who else got it.</summary>
    private sealed class Content(ImClient client)
    {
        public string Type { get; private set; } = "";

        public ReadOnlyMemory<byte> Bytes { get; private set; }

        public string Id { get; private set; } = "";

        public DateTimeOffset? Time { get; private set; }

        public IReadOnlyList<string> Recipients { get; private set; } = [];

        /// <summary>200, 400, or 415 for what is not taken.</summary>
        public int Read(string contentType, ReadOnlyMemory<byte> body, int depth)
        {
            if (!ContentType.TryParse(contentType, out var type, out _)) return StatusCode.BadRequest;
            if (type.Type == "multipart") return depth == DeepestPart ? StatusCode.UnsupportedMediaType : ReadParts(type, body, depth);
            if (!AcceptList.Matches(client.Options.AcceptTypes, contentType)) return StatusCode.UnsupportedMediaType;
            if (type.Is(AcceptList.Cpim)) return Unwrap(body);
            (Type, Bytes) = (contentType, body);
            return StatusCode.Ok;
        }

        /// <summary>The first part that can be shown; others beside it do no harm.</summary>
        private int ReadParts(ContentType type, ReadOnlyMemory<byte> body, int depth)
        {
            if (type.Parameter("boundary") is not { } boundary || !MultipartReader.TryParse(body, boundary, MostParts, out var parts, out _)) return StatusCode.BadRequest;
            var status = StatusCode.UnsupportedMediaType;
            foreach (var part in parts)
            {
                if (ContentType.TryParse(part.ContentType, out var inner, out _) && inner.Is(ListType)) TakeHistory(part);
                else if (status != StatusCode.Ok && part.ContentEncoding is null) status = Read(part.ContentType, part.Content, depth + 1);
            }

            return status;
        }

        private int Unwrap(ReadOnlyMemory<byte> body)
        {
            if (!CpimView.TryParse(body.Span, out var cpim, out _)) return StatusCode.BadRequest;
            var inner = Encoding.UTF8.GetString(cpim.ContentType);
            if (!ContentType.TryParse(inner, out var type, out _)) return StatusCode.BadRequest;
            var isTaken = AcceptList.Matches(client.Options.AcceptTypes, inner) || AcceptList.Matches(client.Options.AcceptWrappedTypes, inner);
            if (!isTaken || type.Is(ComposingStatus.ContentType)) return StatusCode.UnsupportedMediaType; // who types is told in sessions
            (Type, Bytes) = (inner, cpim.Content.ToArray());
            Time = ReceiveMessage.TimeOf(cpim.DateTime);
            if (cpim.TryHeader("urn:ietf:params:imdn"u8, "imdn"u8, "Message-ID"u8, out var id)) Id = Encoding.UTF8.GetString(id);
            return StatusCode.Ok;
        }

        /// <summary>What cannot be read is passed over: it is optional (RFC 5365 7.3).</summary>
        private void TakeHistory(BodyPart part)
        {
            if (part.ContentDisposition?.StartsWith("recipient-list-history", StringComparison.OrdinalIgnoreCase) == true
                && ResourceListReader.TryParse(part.Content, client.Options.MaxAdhocGroupSize, out var entries, out _))
                Recipients = [.. entries.Select(static entry => entry.Uri)];
        }
    }
}
