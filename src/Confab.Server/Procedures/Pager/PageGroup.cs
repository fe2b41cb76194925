using Confab.Content.Cpim;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.Controlling;
using Confab.Server.Procedures.General;
using Confab.Server.Switch;
using Confab.Server.Xdm;
using Confab.Sip.Message;
using Confab.Sip.Transaction;
using MessageText = Confab.Sip.Message.Text;

namespace Confab.Server.Procedures.Pager;

/// <summary>
/// A message to a pre-defined group, without a session: to its other members, whoever of them may take part (flow F15). To of the copies is the group.
/// </summary>
[Clause("RFC 3428", "7", "IMS-PGR-3")]
[Clause("RFC 3325", "7", "IMS-PGR-4", "COM-PRIV-4", "COM-PRIV-5")]
internal static class PageGroup
{
    public static void Run(Conversation owner, IServerTransaction transaction, Originator sender, Group group)
    {
        var (node, request) = (owner.Node, transaction.Request);
        var isHidden = AnonymityAsked.In(request);
        var user = GroupUser.Of(sender, isHidden);
        var actions = group.ActionsOf(user, node.World.Time.GetUtcNow());

        // Authorised as a member who may take part, and without his name only where the group allows that.
        if (!group.IsMember(user) || !actions.HasFlag(GroupActions.Join)) owner.Answer(transaction, StatusCode.Forbidden);
        else if (isHidden && !actions.HasFlag(GroupActions.Anonymity)) owner.Answer(transaction, StatusCode.Forbidden, reason: AnonymityPolicy.Reason);
        else if (!PageContent.TryRead(node, request, sender, toSeveral: true, out var content, out var refusal)
            || !TryRecipients(node, group, user, actions, content, out var recipients, out refusal))
            owner.Answer(transaction, refusal.Status, refusal.More, refusal.Reason);
        else FanOutPage.Run(owner, transaction, Page.Of(node, request, sender, content, group.Identity), recipients);
    }

    /// <summary>All others, or the one whom CPIM names, where private messages are allowed (D-07).</summary>
    private static bool TryRecipients(
        Node node, Group group, in GroupUser sender, GroupActions actions, PageContent content, out List<string> recipients, out Refusal refusal)
    {
        recipients = [];
        refusal = null!;
        var (now, self) = (node.World.Time.GetUtcNow(), sender);
        var others = group.Members.Where(m => !self.Is(m.Address) && group.Allows(new GroupUser(m.Address), GroupActions.Join, now)).Select(static m => m.Address);
        if (Addressee(group, content, out var count) is not { } addressee) recipients.AddRange(others);
        else if (count > 1 || !actions.HasFlag(GroupActions.PrivateMessage)) refusal = new Refusal(StatusCode.Forbidden, "Private messages are not allowed");
        else if (others.Contains(addressee)) recipients.Add(addressee);
        else refusal = new Refusal(StatusCode.NotFound, "No such member");
        return refusal is null;
    }

    /// <summary>Whom CPIM is to, where that is not the group; null for all.</summary>
    private static string? Addressee(Group group, PageContent content, out int count)
    {
        count = 0;
        if (!CpimCheck.IsCpim(System.Text.Encoding.UTF8.GetBytes(content.ContentType)) || !CpimView.TryParse(content.Body.Span, out var cpim, out _)) return null;
        count = cpim.ToCount;
        if (count == 0 || !SipUri.TryParse(MessageText.Of(cpim.To), out var to)) return count == 0 ? null : "";
        return count == 1 && (AnonymityAsked.Hides(to) || to.AddressKey() == group.Identity) ? null : to.AddressKey();
    }
}
