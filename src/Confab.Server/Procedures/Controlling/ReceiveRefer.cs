using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.General;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.Controlling;

/// <summary>A REFER to a session, whose sender is proven.</summary>
/// <param name="Owner">Whose mailbox it is in.</param>
/// <param name="Focus">The session: that of the dialog, or of the Request-URI (C-07); null where there is none (any more).</param>
/// <param name="Leg">In whose dialog it came; null outside of all.</param>
/// <param name="Transaction">The REFER itself.</param>
/// <param name="Sender">His IM Address. Target-Dialog (RFC 4538) proves nothing beyond it, and is not looked at.</param>
/// <param name="Refer">What it asks for.</param>
/// <param name="Targets">Whom it means.</param>
internal sealed record ReferReceived(
    Conversation Owner, Focus? Focus, Participant? Leg, IServerTransaction Transaction, string Sender, Refer Refer, ReferTargets Targets)
{
    // As he was when it came: he may be gone when what it asks for has been stored.
    private readonly string? _entity = (Leg ?? Focus?.Present(Sender))?.Entity ?? Focus?.Roster.OfUser(Sender)?.Entity;

    /// <summary>Whether nobody is to learn who sent it: he takes or took part anonymously, or asks for it with this request.</summary>
    public bool IsHidden => AnonymityAsked.In(Transaction.Request) || (_entity is not null && _entity != Sender);

    /// <summary>Whether an address or alias is the sender's own.</summary>
    public bool NamesSender(string entity) => entity == Sender || entity == _entity;

    public void Refuse(int status, HeadersWriter? more = null, string reason = "") => Owner.Answer(Transaction, status, more, reason);
}

/// <summary>REFER: reads it, and picks the procedure by the method that it names (RFC 3515 2.4.2, RFC 4579 5.5, 5.11).</summary>
[Clause("RFC 3515", "2.4.2", "IMS-ADD-2", "IMS-ADD-3", "IMS-RBYE-0", "IMS-RBYE-2")]
internal static class ReceiveRefer
{
    public static void Run(Conversation owner, Focus? focus, Participant? leg, IServerTransaction transaction, string sender)
    {
        if (!Refer.TryRead(transaction.Request, out var refer, out var fault))
        {
            owner.Answer(transaction, fault.Status, reason: fault.Reason);
            return;
        }

        if (!ReadReferTargets.TryRead(owner.Node, transaction.Request, refer, out var targets, out var refusal))
        {
            owner.Answer(transaction, refusal.Status, refusal.More, refusal.Reason);
            return;
        }

        var received = new ReferReceived(owner, focus is { IsReleased: false } ? focus : null, leg, transaction, sender, refer, targets);
        if (targets.Method == SipMethod.Bye) RemoveUsers.Run(received);
        else AddUsers.Run(received);
    }
}
