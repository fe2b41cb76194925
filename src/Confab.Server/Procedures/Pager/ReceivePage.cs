using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.General;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.Pager;

/// <summary>A message in pager mode whose sender is proven: to a user, to the exploder, or to a pre-defined group (flow F15).</summary>
[Clause("RFC 3428", "7", "IMS-GEN-10", "IMS-PGR-5")]
internal static class ReceivePage
{
    public static void Run(Conversation owner, IServerTransaction transaction, Originator sender)
    {
        var request = transaction.Request;
        var kind = RequestKinds.Of(owner.Node, request.RequestUri);
        if (kind is not (RequestKind.User or RequestKind.Exploder or RequestKind.Group)) owner.Answer(transaction, StatusCode.NotFound);
        else if (request.MaxForwards == 0) owner.Answer(transaction, StatusCode.TooManyHops);
        else if (kind == RequestKind.User) RelayPage.Run(owner, transaction, sender);
        else if (kind == RequestKind.Exploder) ExplodePage.Run(owner, transaction, sender);
        else if (owner.Node.Groups.Find(request.RequestUri) is { } group) PageGroup.Run(owner, transaction, sender, group);
        else owner.Answer(transaction, StatusCode.NotFound);
    }

    /// <summary>Whether it has been refused as one that nobody is to get any more; a 4xx says that it was not delivered (RFC 3428 7).</summary>
    public static bool RefusesExpired(Conversation owner, IServerTransaction transaction, Page page)
    {
        if (!page.IsExpired(page.At)) return false;
        owner.Answer(transaction, StatusCode.TemporarilyUnavailable, reason: "The message has expired");
        return true;
    }

    /// <summary>Whether it has been refused since the sender, or all together, have as many on their way as there may be.</summary>
    public static bool RefusesOneMore(Conversation owner, IServerTransaction transaction, Originator sender, int copies)
    {
        if (owner.Node.Pages.TryBegin(sender.Address, copies)) return false;
        owner.Answer(transaction, StatusCode.ServiceUnavailable, TryLater, "Too many messages under way");
        return true;
    }

    private static void TryLater(ref SipWriter writer) => writer.Header(HeaderName.RetryAfter, 5);
}
