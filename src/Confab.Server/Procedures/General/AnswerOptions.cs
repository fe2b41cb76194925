using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.General;

/// <summary>OPTIONS: what the server can do, and whether a session is a group's; answered without a challenge (D-13).</summary>
[Clause("RFC 3261", "11.2", "IMS-GEN-9")]
internal static class AnswerOptions
{
    public static void Run(Conversation owner, IServerTransaction transaction)
    {
        var request = transaction.Request;
        if (RequestKinds.Of(owner.Node, request.RequestUri) == RequestKind.Unknown && request.ToTag.IsEmpty)
        {
            owner.AnswerOnce(transaction, StatusCode.NotFound);
            return;
        }

        var contact = owner.Node.Router.Find(request.RequestUri)?.Contact(transaction.Flow);
        HeadersWriter tell = (ref SipWriter writer) =>
        {
            if (contact is not null) writer.Header(HeaderName.Contact, contact);
            writer.Header(HeaderName.Accept, "application/sdp, multipart/mixed, application/resource-lists+xml, text/plain, message/cpim");
            writer.Header(HeaderName.AcceptEncoding, BodyEncoding.Accepted);
        };
        if (request.ToTag.IsEmpty) owner.AnswerOnce(transaction, StatusCode.Ok, tell);
        else owner.Answer(transaction, StatusCode.Ok, tell);
    }
}
