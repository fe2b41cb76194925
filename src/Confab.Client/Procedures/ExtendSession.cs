using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Session;

namespace Confab.Client.Procedures;

/// <summary>
/// OMA-IM 7.1.1.6 IM Client extends a 1-1 IM Session to a conference: an ad-hoc group with the other party, who leaves the 1-1 session for it, and
/// others. Until it stands, and where it does not come about, the 1-1 session is as it was. Flow F10.
/// </summary>
internal static class ExtendSession
{
    private const int OctetsOfReplaces = 200;

    [Clause("OMA-IM", "7.1.1.6", "IMC-EXT-1", "IMC-EXT-2", "IMC-EXT-3", "IMC-EXT-4", "IMC-EXT-5", "IMC-EXT-5a", "IMC-EXT-6", "IMC-EXT-7", "IMC-EXT-8", "IMC-EXT-8a", "IMC-EXT-9")]
    public static ImSession? Start(ImSession session, IReadOnlyCollection<string> addresses, TaskCompletionSource<SessionOutcome> answer)
    {
        var client = session.Client;
        var peer = PeerOf(session);
        List<string> invitees = peer is null ? [] : [peer, .. StartAdhocSession.WithoutDoubles(client, [peer, .. addresses])[1..]];
        if (Problem(session, invitees) is { } problem)
        {
            answer.TrySetResult(problem);
            return null;
        }

        // 1) an initial INVITE by 7.1.1.1; 2) to the conference factory; 3), 4) the list, its first entry the other party; 5) has been counted
        // 6) multipart/mixed; 7) an offer with a path of its own; 8) the dialog that he is to leave, in his entry; 9) sent
        var group = new ImSession(client, session.IsAnonymous) { IsGroup = true, Participants = invitees, Outcome = answer, Extends = session };
        session.Extension = group;
        List<string> entries = [$"{peer}?{DialogOf(session).ToUriHeader()}", .. invitees[1..]];
        StartSession.Begin(
            group,
            client.ConferenceFactory,
            RecipientList.SizeOf(invitees.Count) + OctetsOfReplaces,
            offer => RecipientList.Beside(client, "application/sdp", offer, entries),
            static (ref SipWriter writer) => writer.Header(HeaderName.Require, "recipient-list-invite"));
        return group;
    }

    /// <summary>The conference did not come about, or has ended: the 1-1 session, where it still stands, can be extended again.</summary>
    [Clause("OMA-IM", "7.1.1.6", "IMC-EXT-FAIL")]
    public static void Ended(ImSession group)
    {
        if (group.Extends is { } session && session.Extension == group) session.Extension = null;
    }

    /// <summary>
    /// A BYE in the 1-1 session: a normal release, of which the user hears that the talk goes on elsewhere (NOTE of 7.1.1.6).
    /// </summary>
    [Clause("OMA-IM", "7.1.1.6", "IMC-EXT-BYE")]
    public static bool Explains(ImSession session) => session.Extension is { State: ImSessionState.Established };

    /// <summary>The dialog as the other end sees it: to-tag is its own tag, from-tag ours (RFC 3891 6.1).</summary>
    private static Replaces DialogOf(ImSession session)
    {
        var dialog = session.Sip.Dialog!;
        return new Replaces(dialog.CallId, dialog.RemoteTag, dialog.LocalTag);
    }

    /// <summary>The other party as a list names him; null for one who is anonymous, or has no address that could be invited.</summary>
    private static string? PeerOf(ImSession session) =>
        SipUri.TryParse(Text.Of(session.Peer ?? ""), out var uri) && uri.Scheme == UriScheme.Sip && !uri.User.IsEmpty && !uri.Host.EqualsIgnoreCase("anonymous.invalid"u8)
            ? uri.AddressKey()
            : null;

    private static SessionOutcome? Problem(ImSession session, List<string> invitees)
    {
        var client = session.Client;
        if (session.State != ImSessionState.Established || session.IsGroup)
            return Failed(SessionFailure.NotOneToOne, session.IsGroup ? "This is a group already; add users to it." : "There is no 1-1 session that stands to be extended.");
        if (invitees.Count == 0) return Failed(SessionFailure.NotOneToOne, "The other party is anonymous: nobody knows whom to invite.");
        if (session.Extension is not null) return Failed(SessionFailure.AlreadyExtending, "This session is being extended already.");
        if (invitees.Count == 1) return Failed(SessionFailure.NobodyInvited, "Name at least one user beside the two of you.");
        if (invitees.Count > client.Options.MaxAdhocGroupSize)
        {
            return Failed(
                SessionFailure.MaxAdhocGroupSizeExceeded,
                $"An ad-hoc group has at most {client.Options.MaxAdhocGroupSize} invitees, these are {invitees.Count}. Nobody was invited, and the session goes on.");
        }

        return SimultaneousSessions.Problem(client);
    }

    private static SessionOutcome Failed(SessionFailure failure, string text) => new(null, failure, 0, text);
}
