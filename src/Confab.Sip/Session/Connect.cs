using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Sip.Session;

/// <summary>Writes headers that depend on where the message goes.</summary>
public delegate void FlowHeadersWriter(ref SipWriter writer, Flow flow);

/// <summary>What an invitation says.</summary>
/// <param name="RequestUri">Where it goes.</param>
/// <param name="From">The inviter's URI.</param>
/// <param name="To">The invitee's URI.</param>
/// <param name="ContentType">Type of the body.</param>
/// <param name="Body">The offer, alone or in a multipart.</param>
/// <param name="More">Further headers.</param>
/// <param name="Flow">The connection it must take; null to find one.</param>
/// <param name="CallId">Its Call-ID where the owner must know it before anything is sent; null to make one.</param>
/// <param name="MaxForwards">Hops that it may still take: one less than the request that caused it, so that loops end.</param>
/// <param name="FromName">The inviter's display name; empty for none.</param>
/// <param name="Route">The proxies that lead to the invitee, as Route carries them (RFC 3327 5.4); empty for none.</param>
/// <param name="ByFlow">Headers that depend on the connection which it takes.</param>
public sealed record Invitation(
    string RequestUri,
    string From,
    string To,
    string ContentType,
    ReadOnlyMemory<byte> Body,
    HeadersWriter? More = null,
    Flow? Flow = null,
    string? CallId = null,
    int MaxForwards = 70,
    string FromName = "",
    string Route = "",
    FlowHeadersWriter? ByFlow = null)
    : InitialRequest(RequestUri, From, To, ContentType, Body, More, Flow, CallId, MaxForwards, FromName, Route, ByFlow);

/// <summary>Inviting: RFC 3261 13.2, the general rules of 8.1.1.</summary>
public sealed partial class SipSession : IClientTransactionUser
{
    private const int MostRaises = 3; // of the session interval, each for another proxy on the way (RFC 4028 7.3)

    private Invitation? _invitation;
    private SipRequest? _invite;
    private Flow? _inviteFlow;
    private Authorizations? _authorizations;
    private uint _number;
    private int _raises;

    /// <summary>Sends the INVITE; the user is told what becomes of it.</summary>
    [Clause("RFC 3261", "13.2.1", "IMC-GEN-1", "IMC-GEN-2")]
    public void Connect(Invitation invitation)
    {
        var ids = _agent.Transport.World.Ids;
        _invitation = invitation;
        State = SessionState.Calling;
        LocalTag = ids.Token(40);
        CallId = invitation.CallId ?? ids.Token(100);
        if (!new Location(invitation.RequestUri, invitation.Flow, invitation.Route).TryFirstHop(out var target) || !IsAddress(invitation.From) || !IsAddress(invitation.To))
        {
            GiveUp(StatusCode.BadRequest);
        }
        else if (invitation.Flow is { IsOpen: true } flow) SendInvite(flow);
        else _agent.Transport.Reach(_agent.OutboundProxy ?? target, invitation.Body.Length + 1000, Mailbox, found =>
        {
            if (State != SessionState.Calling) return;
            if (found is null) GiveUp(StatusCode.ServiceUnavailable);
            else SendInvite(found);
        });
    }

    void IClientTransactionUser.OnResponse(SipResponse response, Flow flow)
    {
        if (response.Status == StatusCode.Trying || (!response.IsFinal && State != SessionState.Calling)) OnAnyProvisional();
        else if (!response.IsFinal)
        {
            OnAnyProvisional();
            if (State == SessionState.Calling) _user.OnRinging(this, response);
        }
        else if (response.IsSuccess) TakeAcceptance(response, flow);
        else TakeRefusal(response);
    }

    void IClientTransactionUser.OnNoResponse(EndReason reason)
    {
        if (State == SessionState.Calling) GiveUp(reason == EndReason.TimedOut ? StatusCode.RequestTimeout : StatusCode.ServiceUnavailable);
    }

    private void SendInvite(Flow flow)
    {
        var bytes = ComposeInvite(flow);
        _invite = SipParser.ParseOwnRequest(bytes);
        _inviteFlow = flow;
        _provisional = false;
        _agent.Transactions.Send(bytes, flow, this);
    }

    private byte[] ComposeInvite(Flow flow) => _invitation!.Compose(_agent, flow, SipMethod.Invite, LocalTag, CallId, ++_number, (ref SipWriter writer) =>
    {
        writer.Header(HeaderName.Contact, _contact(flow));
        _authorizations?.Write(ref writer);
        Timer?.WriteRequest(ref writer);
    });

    private static bool IsAddress(string uri) => SipUri.TryParse(Text.Of(uri), out _);

    private void TakeRefusal(SipResponse response)
    {
        if (State != SessionState.Calling) return;
        if (!_cancelling && Authorizations.IsChallenge(response)
            && (_authorizations ??= new Authorizations(_agent, SipMethod.Invite, _invitation!.RequestUri)).Meets(response))
        {
            SendInvite(_inviteFlow!);
            return;
        }

        if (!_cancelling && Timer?.Raises(response) == true && ++_raises <= MostRaises)
        {
            SendInvite(_inviteFlow!);
            return;
        }

        if (GoOn(response)) return;
        State = SessionState.Ended;
        StopCancelling();
        _user.OnRefused(this, response.Status, response);
    }

    /// <summary>Ends now, and tells in a letter of its own: nobody hears of it inside the call in which he invites.</summary>
    private void GiveUp(int status)
    {
        State = SessionState.Ended;
        StopCancelling();
        Mailbox.Post(() => _user.OnRefused(this, status, null));
    }
}
