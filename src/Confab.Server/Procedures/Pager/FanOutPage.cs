using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.Pager;

/// <summary>
/// One message to many: 202 first, then a copy to each, some of them on their way at once (<see cref="Limits.PageCopiesAtOnce"/>). What they answer is
/// not told (RFC 5365 7). Where none of them can be reached there is no 202: nothing is kept for later.
/// </summary>
[Clause("RFC 5365", "7", "IMS-PGR-1")]
[Clause("RFC 3428", "7", "IMS-PGR-3", "IMS-PGR-5")]
internal sealed class FanOutPage
{
    private readonly Conversation _owner;
    private readonly Page _page;
    private readonly IReadOnlyList<string> _recipients;
    private readonly int _copies;
    private int _next;
    private int _underWay;
    private bool _isSending;

    private FanOutPage(Conversation owner, Page page, IReadOnlyList<string> recipients, int copies)
    {
        _owner = owner;
        _page = page;
        _recipients = recipients;
        _copies = copies;
    }

    /// <summary>Answers the sender, and sends the copies.</summary>
    /// <param name="owner">Whose transactions they are.</param>
    /// <param name="transaction">The sender's request.</param>
    /// <param name="page">The message.</param>
    /// <param name="recipients">Their addresses, each once.</param>
    public static void Run(Conversation owner, IServerTransaction transaction, Page page, IReadOnlyList<string> recipients)
    {
        var node = owner.Node;
        if (ReceivePage.RefusesExpired(owner, transaction, page)) return;
        IReadOnlyList<string> reachable = node.OutboundProxy is null ? [.. recipients.Where(r => node.Registrar.BindingsOf(r).Length > 0)] : recipients;
        if (reachable.Count == 0)
        {
            owner.Answer(transaction, StatusCode.TemporarilyUnavailable, reason: "Nobody of them can be reached");
            return;
        }

        var copies = Math.Min(reachable.Count, node.World.Limits.PageCopiesAtOnce);
        if (ReceivePage.RefusesOneMore(owner, transaction, page.Sender, copies)) return;
        owner.Hold();
        owner.Answer(transaction, StatusCode.Accepted);
        new FanOutPage(owner, page, reachable, copies).Send();
    }

    private void Send()
    {
        _isSending = true;
        while (_underWay < _copies && _next < _recipients.Count)
        {
            if (_page.IsExpired(_owner.Node.World.Time.GetUtcNow())) _next = _recipients.Count; // the rest waited too long
            else if (DeliverPage.Run(_owner, _page, _recipients[_next++], null, OnAnswered)) _underWay++;
        }

        _isSending = false;
        if (_underWay == 0) End();
    }

    private void OnAnswered(int status, SipResponse? response)
    {
        _underWay--;
        if (!_isSending) Send();
    }

    private void End()
    {
        _owner.Node.Pages.End(_page.Sender.Address, _copies);
        _owner.Release();
    }
}
