using Confab.Content.Media;
using Confab.Content.Multipart;
using Confab.Content.ResourceLists;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.General;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.Controlling;

/// <summary>Ad-hoc group session through the conference factory: RFC 4579 5.4, RFC 5366 (flow F2).</summary>
[Clause("OMA-IM", "7.2.1", "IMS-FCTY-1", "IMS-FCTY-2", "IMS-FCTY-3", "IMS-FCTY-4", "IMS-FCTY-10")]
internal static class StartAdhocSession
{
    public static void Run(Conversation owner, IServerTransaction transaction, Originator originator)
    {
        var request = transaction.Request;
        var node = owner.Node;
        if (AnonymityAsked.In(request) && !AnonymityPolicy.AllowsAdHoc(node))
        {
            owner.Answer(transaction, StatusCode.Forbidden, reason: AnonymityPolicy.Reason);
            return;
        }

        if (!NegotiateMedia.TryRead(node, request, isGroup: true, out var offer, out var refusal)
            || !TryInvitees(node, offer, originator, out var invitees, out var headers, out refusal)
            || !TryReplaces(request, out var replaces, out refusal))
        {
            owner.Answer(transaction, refusal.Status, refusal.More, refusal.Reason);
            return;
        }

        var focus = new Focus(owner, SessionKind.AdHoc, originator.Address);
        var caller = new Participant(focus, originator.Address, originator.DisplayName, isCaller: true, AnonymityAsked.In(request) || headers.AsksPrivacy)
        {
            Offer = offer,
            AuthenticatedFlow = transaction.Flow,
        };
        if (!caller.Session.TakeOffer(transaction))
        {
            AcceptOriginator.GiveUp(caller);
            return;
        }

        if (replaces is null) Begin(caller, new ExtendSession(focus, invitees, headers), invitees, isExtension: headers.Replaced.Count > 0);
        else ExtendSession.Place(focus, replaces, invitees, headers, isListed =>
        {
            if (caller.Session.State != SessionState.Offered) return; // cancelled meanwhile
            if (isListed) Begin(caller, new ExtendSession(focus, invitees, headers), invitees, isExtension: true);
            else
            {
                caller.Session.Refuse(StatusCode.CallTransactionDoesNotExist);
                AcceptOriginator.GiveUp(caller);
            }
        });
    }

    /// <summary>What the 200 promises is stored first (D-15).</summary>
    private static void Begin(Participant caller, ExtendSession invitations, List<ResourceEntry> invitees, bool isExtension)
    {
        var focus = caller.Focus;
        ReleasePolicy.Begin(focus);
        focus.Record.Promise(
            RosterSnapshot.InOrder(
                focus.Roster,
                [
                    RosterSnapshot.Joined(focus.Roster, caller.Address, caller.DisplayName, caller.Alias),
                    .. invitees.Select(invitee => RosterSnapshot.InvitedBy(
                        focus.Roster, invitee.Uri, caller.IsAnonymous ? null : caller.Address, invitee.Anonymize ? focus.Roster.AliasOf(invitee.Uri) : null)),
                ]),

            // Nobody is taken out of another session before this one stands.
            status => AcceptOriginator.Run(caller, status, invitations.InviteAll, waitsForAck: isExtension));
        caller.Session.SayTryingSoon();
    }

    /// <summary>The Replaces of the INVITE itself.</summary>
    public static bool TryReplaces(SipRequest request, out Replaces? replaces, out Refusal refusal)
    {
        refusal = null!;
        if (Replaces.TryRead(request, out replaces, out var fault)) return true;
        refusal = new Refusal(fault.Status, fault.Reason);
        return false;
    }

    /// <summary>The distinct users of the list, the originator left out (IMS-FCTY-4); bounded by MAX-ADHOC-GROUP-SIZE (IMS-FCTY-3).</summary>
    private static bool TryInvitees(
        Node node, Offer offer, Originator originator, out List<ResourceEntry> invitees, out EntryHeaders headers, out Refusal refusal)
    {
        invitees = [];
        headers = new EntryHeaders();
        refusal = null!;
        var list = offer.Others.FirstOrDefault(IsList);
        if (list is null)
        {
            refusal = offer.Others.Count == 0
                ? new Refusal(StatusCode.BadRequest, "A recipient list is needed")
                : new Refusal(StatusCode.UnsupportedMediaType, "", static (ref SipWriter writer) => writer.Header(HeaderName.Accept, "application/sdp, multipart/mixed, application/resource-lists+xml"));
            return false;
        }

        if (!ResourceListReader.TryParse(list.Content, node.World.Limits.ListEntries, out var entries, out var fault))
        {
            refusal = new Refusal(StatusCode.BadRequest, fault.Reason);
            return false;
        }

        var places = new Dictionary<string, int>(StringComparer.Ordinal) { [originator.Address] = -1 };
        foreach (var entry in entries)
        {
            if (!NamedUser.TryRead(node, entry.Uri, out var address, out refusal))
            {
                // 416 would be of the Request-URI.
                if (refusal.Status == StatusCode.UnsupportedUriScheme) refusal = new Refusal(StatusCode.BadRequest, "A list entry is no SIP address");
                return false;
            }

            if (SipUri.TryParse(Text.Of(address), out var uri) && AnonymityAsked.Hides(uri))
            {
                refusal = new Refusal(StatusCode.Forbidden, "Nobody can be invited by an anonymous address");
                return false;
            }

            if (address != originator.Address) headers.Take(address, entry.Uri);
            if (places.TryAdd(address, invitees.Count)) invitees.Add(entry with { Uri = address });
            else if (places[address] is >= 0 and var place) invitees[place] = HistoryList.Merge(invitees[place], entry);
        }

        if (!AnonymityPolicy.AllowsAdHoc(node) && (headers.AsksPrivacy || invitees.Exists(static i => i.Anonymize))) refusal = new Refusal(StatusCode.Forbidden, AnonymityPolicy.Reason);
        else if (invitees.Count == 0) refusal = new Refusal(StatusCode.BadRequest, "The list names nobody else");
        else if (invitees.Count + 1 > node.Options.Session.MaxAdhocGroupSize) refusal = new Refusal(StatusCode.BusyHere, "", AddUsers.TooMany(node));
        return refusal is null;
    }

    private static bool IsList(BodyPart part) => ContentType.TryParse(part.ContentType, out var type, out _) && type.Is("application/resource-lists+xml");
}
