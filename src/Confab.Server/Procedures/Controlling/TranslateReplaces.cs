using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;
using Confab.Sip.Session;

namespace Confab.Server.Procedures.Controlling;

/// <summary>The other party's leg of a 1-1 session, as its own client knows it.</summary>
/// <param name="Address">Whose leg it is.</param>
/// <param name="Replaces">Its dialog, as he sees it.</param>
/// <param name="Target">The Contact of his device.</param>
/// <param name="Flow">The flow over which that was heard last.</param>
internal sealed record ReplacedLeg(string Address, Replaces Replaces, string Target, Flow Flow);

/// <summary>
/// Finds the leg that an invitation with Replaces is to take the place of: RFC 3891 3. The inviter names the dialog that he has with us, and we
/// are a back-to-back user agent: his peer knows another one. The 1-1 session lives in a mailbox of its own, so it is asked by letter.
/// </summary>
[Clause("RFC 3891", "3", "IMS-EXT-3", "IMS-EXT-5")]
internal static class TranslateReplaces
{
    /// <summary>Asks; the answer comes as a letter of its own.</summary>
    /// <param name="asker">The session that he is to be invited to.</param>
    /// <param name="replaces">What the inviter says, never believed: the dialog must be his own.</param>
    /// <param name="inviter">His IM Address, as verified.</param>
    /// <param name="done">
    /// Told the other party's leg; null where the dialog is not of a 1-1 session of ours that stands, not of the inviter, or where his peer is
    /// not in it (any more).
    /// </param>
    public static void Run(Focus asker, Replaces replaces, string inviter, Action<ReplacedLeg?> done)
    {
        var owner = asker.Node.Router.Find(Text.Of(replaces.CallId));
        if (owner is null) asker.Owner.Mailbox.Post(() => done(null));
        else owner.Mailbox.Post(() =>
        {
            var leg = Find(owner.Focus, replaces, inviter);
            asker.Owner.Mailbox.Post(() => done(leg));
        });
    }

    private static ReplacedLeg? Find(Focus? focus, Replaces replaces, string inviter)
    {
        if (focus is not { IsReleased: false, IsGroup: false }) return null;
        var own = focus.Participants.FirstOrDefault(p => p.Address == inviter && Stands(p) && replaces.Means(p.Session.Dialog!));
        var other = own is null ? null : focus.Participants.FirstOrDefault(p => p != own && p.Address != inviter && Stands(p));
        if (other?.Session.Dialog is not { } dialog) return null;
        return new ReplacedLeg(
            other.Address, new Replaces(dialog.CallId, dialog.RemoteTag, dialog.LocalTag, replaces.EarlyOnly), dialog.RemoteTarget.ToString(), dialog.Flow);
    }

    private static bool Stands(Participant participant) => participant is { State: ParticipantState.Connected, Session.Dialog: not null };
}
