using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Client.Procedures;

/// <summary>
/// OMA-IM 7.1.1.5 IM Client modifies an IM Session, from either side: by re-INVITE alone, never by UPDATE (C-19). The path and its connection stay
/// as they are; what can change is who sends (hold, RFC 3264 8.4) and which types are taken. Flow F11.
/// </summary>
[Clause("OMA-IM", "7.1.1.5", "IMC-MOD-1", "IMC-MOD-2", "IMC-MOD-3", "IMC-MOD-4", "IMC-MOD-5", "IMC-MOD-OLD1", "IMC-MOD-OLD2")]
[Clause("RFC 3261", "14.2")]
internal static class ModifySession
{
    /// <summary>A re-INVITE with the whole description, its version raised. Refused, the session is as it was.</summary>
    /// <param name="session">The session.</param>
    /// <param name="hold">Whether messages are to be held back; null: as it is.</param>
    /// <param name="wrappedTypes">What is taken inside of CPIM from now on; null: as it is.</param>
    /// <param name="answer">Told what came of it.</param>
    public static void Start(ImSession session, bool? hold, IReadOnlyList<string>? wrappedTypes, TaskCompletionSource<ModifyOutcome> answer)
    {
        if (session is not { State: ImSessionState.Established, Leg: { } leg })
        {
            answer.TrySetResult(new ModifyOutcome(false, 0, "The session does not stand."));
            return;
        }

        var proposal = leg.Propose(hold, wrappedTypes);
        session.Sip.Modify("application/sdp", proposal.Sdp, (status, response) =>
        {
            if (response is not { IsSuccess: true })
            {
                answer.TrySetResult(new ModifyOutcome(false, status, response is null ? Unheard(status) : TerminatingGeneral.TextOf(response)));
                return;
            }

            if (session.State != ImSessionState.Established) return;
            if (leg.TakeAnswer(proposal, response.Body.Span) is { } problem)
            {
                // The other side has changed to something that nobody can use.
                answer.TrySetResult(new ModifyOutcome(false, StatusCode.NotAcceptableHere, problem));
                session.Sip.Bye();
                session.End(SessionEnd.Failed, SessionFailure.Media, StatusCode.NotAcceptableHere, problem);
                return;
            }

            TakeTarget(session, response);
            session.Client.Tell(new Modified(session));
            answer.TrySetResult(new ModifyOutcome(true, status, ""));
        });
    }

    /// <summary>A re-INVITE of the peer. What cannot be taken is refused with 488, and the session goes on as it was.</summary>
    public static void Receive(ImSession session, IServerTransaction transaction)
    {
        var (invite, leg) = (transaction.Request, session.Leg!);
        if (invite.Body.IsEmpty)
        {
            session.Sip.AcceptModify("application/sdp", leg.LocalSdp); // our offer; the answer comes in the ACK
            TakeTarget(session, invite);
            return;
        }

        var content = InvitationContent.Of(invite, session.Client.World.Limits.ListEntries);
        var isNews = false;
        var problem = content is null || session.State != ImSessionState.Established
            ? "No session description that could be answered"
            : leg.TakeChange(content.Offer.Span, out isNews);
        if (problem is not null)
        {
            var (host, text) = (session.Client.Address.Host, System.Text.Encoding.UTF8.GetBytes(problem));
            session.Sip.RefuseModify(StatusCode.NotAcceptableHere, (ref SipWriter writer) => writer.Warning(305, host.Span, text));
            return;
        }

        session.Sip.AcceptModify("application/sdp", leg.AnswerChange());
        TakeTarget(session, invite);
        if (isNews) session.Client.Tell(new Modified(session));
    }

    /// <summary>The answer to our offer, where the re-INVITE had none; one that cannot be used changes nothing.</summary>
    public static void Confirmed(ImSession session, SipRequest ack)
    {
        if (session.State == ImSessionState.Established && session.Leg!.TakeChange(ack.Body.Span, out var isNews) is null && isNews) session.Client.Tell(new Modified(session));
    }

    /// <summary>A target refresh moves the identity too (C-14); a focus where none was before makes a group of the session (RFC 4579 5.5).</summary>
    private static void TakeTarget(ImSession session, SipMessage message)
    {
        if (!message.TryGetAddress(HeaderName.Contact, out var contact)) return;
        session.Identity = contact.UriText.ToString();
        if (session.IsFocus || !contact.HasParameter("isfocus"u8)) return;
        session.IsFocus = session.IsGroup = true;
        SubscribeToConference.Start(session);
    }

    private static string Unheard(int status) => status switch
    {
        StatusCode.RequestTimeout => "The other side does not answer; the session is over.",
        StatusCode.RequestPending => "The session is being changed already.",
        StatusCode.RequestTerminated => "The session ended meanwhile.",
        _ => "There is no way to the other side.",
    };
}
