using Confab.Content.ResourceLists;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Session;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// Extension of a 1-1 session to a conference, as the Controlling Function of the new session sees it: OMA-IM 7.1.1.6, RFC 4579 5.10 (flow F10).
/// The list names the other party with the dialog that he is to leave for it; he is invited in its place, and leaves it himself.
/// </summary>
[Clause("OMA-IM", "7.1.1.6", "IMS-EXT-1", "IMS-EXT-2", "IMS-EXT-3", "IMS-EXT-4", "IMS-EXT-5", "IMS-EXT-6", "IMS-EXT-7", "IMS-EXT-8")]
internal sealed class ExtendSession(Focus focus, IReadOnlyList<ResourceEntry> invitees, EntryHeaders headers)
{
    private readonly Dictionary<string, ReplacedLeg> _legs = new(StringComparer.Ordinal);
    private int _pending;

    /// <summary>
    /// Invites all, those who are to leave another session with the dialog that they know it by. Who names a dialog that is not his, or not with
    /// that user, has him invited all the same, but as anybody else (IMS-EXT-5).
    /// </summary>
    public void InviteAll()
    {
        _pending = 1;
        foreach (var (address, replaces) in headers.Replaced)
        {
            _pending++;
            TranslateReplaces.Run(focus, replaces, focus.Originator, leg =>
            {
                if (leg?.Address == address) _legs[address] = leg;
                OneKnown();
            });
        }

        OneKnown();
    }

    /// <summary>
    /// A Replaces in the header of the INVITE itself, as the words of 7.1.1.6 step 8 have it (C-22): it counts for the entry that names the other
    /// party of that session. Tells whether there is one.
    /// </summary>
    [Clause("OMA-IM", "7.1.1.6", "IMS-EXT-8")]
    public static void Place(Focus focus, Replaces replaces, IReadOnlyList<ResourceEntry> invitees, EntryHeaders headers, Action<bool> done) =>
        TranslateReplaces.Run(focus, replaces, focus.Originator, leg =>
        {
            var isListed = leg is not null && invitees.Any(invitee => invitee.Uri == leg.Address);
            if (isListed) headers.Replaced[leg!.Address] = replaces;
            done(isListed);
        });

    // All at once, when all is known: else who refuses at once would be counted before the last is invited (C-50).
    private void OneKnown()
    {
        if (--_pending > 0 || focus.IsReleased) return;
        var history = AttachHistory.Compose(focus.Node, invitees);
        foreach (var invitee in invitees)
        {
            InviteParticipant.Run(
                focus, invitee.Uri, null, 70, history: history, isHidden: invitee.Anonymize, replaced: _legs.GetValueOrDefault(invitee.Uri), preference: headers.Preferences.GetValueOrDefault(invitee.Uri));
        }
    }
}
