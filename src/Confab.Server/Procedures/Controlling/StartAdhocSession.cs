using Confab.Content.Media;
using Confab.Content.Multipart;
using Confab.Content.ResourceLists;
using Confab.Content.Sdp;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.General;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Confab.Sip.Transaction;

namespace Confab.Server.Procedures.Controlling;

/// <summary>Ad-hoc group session through the conference factory: RFC 4579 5.4, RFC 5366 (flow F2).</summary>
[Clause("OMA-IM", "7.2.1", "IMS-FCTY-1", "IMS-FCTY-2", "IMS-FCTY-3", "IMS-FCTY-4", "IMS-FCTY-7", "IMS-FCTY-10")]
internal static class StartAdhocSession
{
    public static void Run(Conversation owner, IServerTransaction transaction, Originator originator)
    {
        var request = transaction.Request;
        var node = owner.Node;
        if (AnonymityPolicy.Refuses(node, SessionKind.AdHoc, request))
        {
            owner.Answer(transaction, StatusCode.Forbidden, reason: AnonymityPolicy.Reason);
            return;
        }

        if (!NegotiateMedia.TryRead(node, request, isGroup: true, out var offer, out var refusal)
            || !TryInvitees(node, offer, originator, out var invitees, out refusal))
        {
            owner.Answer(transaction, refusal.Status, refusal.More, refusal.Reason);
            return;
        }

        var focus = new Focus(owner, SessionKind.AdHoc, originator.Address);
        var caller = new Participant(focus, originator.Address, originator.DisplayName, isCaller: true, AnonymityAsked.In(request))
        {
            Offer = offer,
            AuthenticatedFlow = transaction.Flow,
        };
        if (!caller.Session.TakeOffer(transaction))
        {
            focus.Remove(caller);
            ReleaseSession.Run(focus);
            return;
        }

        ReleasePolicy.Begin(focus);
        focus.Record.Promise(
            [
                RosterSnapshot.Joined(focus.Roster, caller.Address, caller.DisplayName, caller.Alias),
                .. invitees.Select((invitee, i) => RosterSnapshot.InvitedBy(
                    focus.Roster, invitee.Uri, caller.IsAnonymous ? null : caller.Address, invitee.Anonymize ? focus.Roster.AliasOf(invitee.Uri) : null) with { Place = i + 1 }),
            ],
            status => Accept(caller, offer, invitees, status));
        caller.Session.SayTryingSoon();
    }

    /// <summary>The session is stored; or it is not, and there is none.</summary>
    private static void Accept(Participant caller, Offer offer, List<ResourceEntry> invitees, int stored)
    {
        var focus = caller.Focus;
        if (caller.Session.State != SessionState.Offered) return; // cancelled meanwhile
        if (stored != StatusCode.Ok)
        {
            caller.Session.Refuse(stored, SessionRecord.HeadersOf(stored));
            focus.Remove(caller);
            ReleaseSession.Run(focus);
            return;
        }

        // The 200 says that the session is there, not who comes (IMS-FCTY-7).
        caller.State = ParticipantState.Connected;
        focus.Roster.Join(caller.Address, caller.DisplayName, JoiningMethod.DialedIn, caller.Alias);
        if (offer.Media is { } media)
        {
            var answer = NegotiateMedia.ComposeAnswer(caller, offer, null);
            NegotiateMedia.StartLeg(caller, media, weConnect: media.Setup == SetupRole.Passive);
            caller.Session.Accept("application/sdp", answer);
            InviteAll();
        }
        else
        {
            // Who comes would be heard by all but him, so they are asked once his answer is there.
            caller.WhenAnswered = InviteAll;
            caller.Session.Accept("application/sdp", NegotiateMedia.ComposeLateOffer(caller, null));
        }

        ReleasePolicy.Start(focus);

        void InviteAll()
        {
            var history = AttachHistory.Compose(focus.Node, invitees);
            foreach (var invitee in invitees) InviteParticipant.Run(focus, invitee.Uri, null, 70, history: history, isHidden: invitee.Anonymize);
        }
    }

    /// <summary>The distinct users of the list, the originator left out (IMS-FCTY-4); bounded by MAX-ADHOC-GROUP-SIZE (IMS-FCTY-3).</summary>
    private static bool TryInvitees(Node node, Offer offer, Originator originator, out List<ResourceEntry> invitees, out Refusal refusal)
    {
        invitees = [];
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

            if (places.TryAdd(address, invitees.Count)) invitees.Add(entry with { Uri = address });
            else if (places[address] is >= 0 and var place) invitees[place] = HistoryList.Merge(invitees[place], entry);
        }

        if (!AnonymityPolicy.Allows(node, SessionKind.AdHoc) && invitees.Exists(static i => i.Anonymize)) refusal = new Refusal(StatusCode.Forbidden, AnonymityPolicy.Reason);
        else if (invitees.Count == 0) refusal = new Refusal(StatusCode.BadRequest, "The list names nobody else");
        else if (invitees.Count + 1 > node.Options.Session.MaxAdhocGroupSize) refusal = new Refusal(StatusCode.BusyHere, "", AddUsers.TooMany(node));
        return refusal is null;
    }

    private static bool IsList(BodyPart part) => ContentType.TryParse(part.ContentType, out var type, out _) && type.Is("application/resource-lists+xml");
}
