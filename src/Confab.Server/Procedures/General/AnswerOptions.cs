using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.General;

/// <summary>OPTIONS: what the server can do; answered without a challenge (D-13).</summary>
[Clause("RFC 3261", "11.2")]
internal static class AnswerOptions
{
    public static void Run(Conversation owner, IServerTransaction transaction)
    {
        if (RequestKinds.Of(owner.Node, transaction.Request.RequestUri) == RequestKind.Unknown && transaction.Request.ToTag.IsEmpty)
        {
            owner.Answer(transaction, StatusCode.NotFound);
            return;
        }

        owner.Answer(transaction, StatusCode.Ok, static (ref SipWriter writer) => writer.Header(HeaderName.Accept, "application/sdp, multipart/mixed, application/resource-lists+xml"));
    }
}
