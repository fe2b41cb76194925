// A MESSAGE from user to user:
//
//   taken ──first 2xx──► 200 or 202 as the recipient says
//     │  └─best refusal──► that
//     ├─ 3.5 s ──► 100, so that it is not repeated any more (RFC 4320 4.1)
//     └─ 30 s  ──► 480: a 408 is never sent (RFC 4320 4.2), and 2 s later the sender has given up
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Ports;
using Confab.Server.Procedures.Controlling;
using Confab.Server.Procedures.General;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.Pager;

/// <summary>
/// Pager mode, 1-1: RFC 3428 6 and 7. The sender is answered as the recipient answers, which is never before he has it: what nobody takes is refused
/// with 480, and nothing is kept for later.
/// </summary>
[Clause("RFC 3428", "7", "IMS-PGR-5")]
[Clause("RFC 4320", "4")]
internal sealed class RelayPage
{
    private static readonly TimeSpan s_sayTryingAfter = TimeSpan.FromMilliseconds(3500); // when Timer E of the sender is reset to T2
    private static readonly TimeSpan s_giveUpAfter = TimeSpan.FromSeconds(30);

    private readonly Conversation _owner;
    private readonly IServerTransaction _transaction;
    private readonly string _sender;
    private readonly string _recipient;
    private readonly Alarm _patience;
    private bool _saidTrying;

    private RelayPage(Conversation owner, IServerTransaction transaction, string sender, string recipient)
    {
        _owner = owner;
        _transaction = transaction;
        _sender = sender;
        _recipient = recipient;
        _patience = new Alarm(owner.Mailbox, OnSilence);
    }

    public static void Run(Conversation owner, IServerTransaction transaction, Originator sender)
    {
        var (node, request) = (owner.Node, transaction.Request);
        if (!node.Registrar.TryResolve(request.RequestUri, out var address, out var instance)
            || (node.OutboundProxy is null && !node.Directory.TryGetAccount(Account.UserOf(address), out _)))
        {
            owner.Answer(transaction, StatusCode.NotFound);
            return;
        }

        if (!PageContent.TryRead(node, request, sender, toSeveral: false, out var content, out var refusal))
        {
            owner.Answer(transaction, refusal.Status, refusal.More, refusal.Reason);
            return;
        }

        var page = Page.Of(node, request, sender, content);
        if (ReceivePage.RefusesExpired(owner, transaction, page) || ReceivePage.RefusesOneMore(owner, transaction, sender, 1)) return;
        var relay = new RelayPage(owner, transaction, sender.Address, address);
        relay._patience.Set(s_sayTryingAfter);
        if (!DeliverPage.Run(owner, page, address, instance, relay.OnAnswered)) relay.OnAnswered(StatusCode.TemporarilyUnavailable, null);
    }

    private void OnAnswered(int status, SipResponse? response)
    {
        _owner.Node.Pages.End(_sender, 1);
        _patience.Cancel();
        if (!_transaction.HasFinal) Answer(status, response);
    }

    private void Answer(int status, SipResponse? response)
    {
        if (status is >= 200 and < 300)
        {
            _owner.Answer(
                _transaction,
                status == StatusCode.Accepted ? status : StatusCode.Ok,
                (ref SipWriter writer) => HideIdentity.Assert(ref writer, _owner.Node, _transaction.Flow, _recipient, AnonymityAsked.In(response!)));
            return;
        }

        _owner.Answer(_transaction, status == StatusCode.RequestTimeout ? StatusCode.TemporarilyUnavailable : StartOneToOneSession.Relayed(status), (ref SipWriter writer) =>
        {
            if (response is null) return;
            writer.CopyHeaders(response, HeaderName.Accept); // 415 says what he takes (RFC 3261 21.4.13)
            writer.CopyHeaders(response, HeaderName.AcceptEncoding);
            if (!AnonymityAsked.In(response)) writer.CopyHeaders(response, HeaderName.Warning); // it names his host
        });
    }

    private void OnSilence()
    {
        if (_transaction.HasFinal) return;
        _owner.Answer(_transaction, _saidTrying ? StatusCode.TemporarilyUnavailable : StatusCode.Trying);
        if (!_saidTrying) _patience.Set(s_giveUpAfter - s_sayTryingAfter);
        _saidTrying = true;
    }
}
