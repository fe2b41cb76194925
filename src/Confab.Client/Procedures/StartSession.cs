using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Session;

namespace Confab.Client.Procedures;

/// <summary>What the ways to start a session have in common: the offer goes out, the answer comes in.</summary>
[Clause("OMA-IM", "7.1.1.1", "IMC-GEN-10", "IMC-GEN-11", "IMC-GEN-12")]
internal static class StartSession
{
    /// <summary>Sends the INVITE as soon as the way to the server is known: only then can the offer name our address.</summary>
    /// <param name="session">The session, not sent yet.</param>
    /// <param name="target">Request-URI and To.</param>
    /// <param name="size">About how large the body is.</param>
    /// <param name="body">Makes the body around the offer.</param>
    /// <param name="more">Further headers.</param>
    /// <param name="largeType">Of a large message the type; null for a session.</param>
    public static void Begin(ImSession session, string target, int size, Func<byte[], (string ContentType, ReadOnlyMemory<byte> Body)> body, HeadersWriter? more = null, string? largeType = null)
    {
        var client = session.Client;
        client.Sessions.Add(session);
        session.State = ImSessionState.Calling;
        client.Tell(new Calling(session, Alerting: false));
        if (client.Ims.IsOn && !client.Registration.IsRegistered)
        {
            // A core knows no route for who is not registered (COM-IMS-1).
            session.End(SessionEnd.Failed, SessionFailure.NotRegistered, 0, ImsCore.NotRegistered);
            return;
        }

        client.ReachServer(size + 1000, flow =>
        {
            if (session.State != ImSessionState.Calling) return; // given up meanwhile
            if (flow is null)
            {
                session.End(SessionEnd.Failed, SessionFailure.Unreachable, StatusCode.ServiceUnavailable, $"There is no way to the server {client.Options.Server}.");
                return;
            }

            session.Leg = client.Media.Open(session, flow);
            var (contentType, content) = body(session.Leg.Offer(largeType));
            var from = General.From(session);
            session.Sip.Connect(new Invitation(
                target,
                from.Uri,
                target,
                contentType,
                content,
                (ref SipWriter writer) =>
                {
                    General.WriteIdentity(ref writer, session);
                    more?.Invoke(ref writer);
                },
                flow,
                FromName: from.Name,
                Route: client.Ims.Route));
        });
    }

    public static void Ringing(ImSession session)
    {
        if (session.State != ImSessionState.Calling) return;
        session.State = ImSessionState.Ringing;
        session.Client.Tell(new Calling(session, Alerting: true));
    }

    /// <summary>200: the ACK has been sent. Allow and Contact are kept (IMC-1TO1-2, IMC-ADHOC-5), the media are started.</summary>
    [Clause("OMA-IM", "7.1.1.2", "IMC-1TO1-2", "IMC-EXT-200")]
    public static void Answered(ImSession session, SipResponse response)
    {
        TerminatingGeneral.StorePeer(session, response);
        session.StoreAsserted(response);
        if (!session.IsGroup && response.TryGetAddress(HeaderName.PAssertedIdentity, out var asserted)) session.PeerName = Names.Of(asserted);
        if (session.Leg!.TakeAnswer(response.Body.Span, response.ContentType.ToString()) is { } problem)
        {
            session.Sip.Bye();
            session.End(SessionEnd.Failed, SessionFailure.Media, StatusCode.NotAcceptableHere, problem);
            return;
        }

        session.Leg.Start();
        Establish(session);
    }

    public static void Establish(ImSession session)
    {
        session.State = ImSessionState.Established;
        session.WasEstablished = true;
        if (session.IsRejoin) RejoinSession.Established(session);
        session.Client.Tell(new Established(session));
        session.Outcome?.TrySetResult(new SessionOutcome(session, SessionFailure.None, StatusCode.Ok, ""));
        session.WhenEstablished?.Invoke();
        SubscribeToConference.Start(session);
    }

    /// <summary>A 302 to a focus is followed (IMC-GEN-11, RFC 4579 5.4); any other redirection is for the user to see.</summary>
    public static bool Follows(int status, in NameAddr contact) => status == StatusCode.MovedTemporarily && contact.HasParameter("isfocus"u8);

    /// <summary>The INVITE came to nothing. Its code and text are told, and no action is taken on either (C-68).</summary>
    [Clause("OMA-IM", "7.1.1.1", "IMC-GEN-10", "IMC-GRP-3")]
    public static void Refused(ImSession session, int status, SipResponse? response)
    {
        var text = response is null ? Unheard(session, status) : session.IsPredefined ? JoinGroupSession.TextOf(response) : TerminatingGeneral.TextOf(response);
        if (session.IsRejoin && response is not null) RejoinSession.Refused(session, status);
        if (session.State == ImSessionState.Leaving) session.End(SessionEnd.Left, SessionFailure.GivenUp, status, text);
        else if (response is null) session.End(SessionEnd.Failed, SessionFailure.Unreachable, status, text);
        else session.End(IsDeclined(status) ? SessionEnd.Declined : SessionEnd.Failed, SessionFailure.Refused, status, text);
        if (session.Sip.State == SessionState.Ended) session.Forget();
    }

    // 486 may as well come from a full group, 480 and 404 from the server: only these two say that a person refused.
    private static bool IsDeclined(int status) => status is StatusCode.Decline or StatusCode.BusyEverywhere;

    private static string Unheard(ImSession session, int status) => status switch
    {
        StatusCode.RequestTimeout => $"The server {session.Client.Options.Server} does not answer.",
        StatusCode.RequestTerminated => "Given up.",
        _ => $"There is no way to the server {session.Client.Options.Server}.",
    };
}
