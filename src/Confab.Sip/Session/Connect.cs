using Confab.Runtime;
using Confab.Sip.Authentication;
using Confab.Sip.Message;
using Confab.Sip.Transaction;
using Confab.Sip.Transport;

namespace Confab.Sip.Session;

/// <summary>What an invitation says.</summary>
/// <param name="RequestUri">Where it goes.</param>
/// <param name="From">The inviter's URI.</param>
/// <param name="To">The invitee's URI.</param>
/// <param name="ContentType">Type of the body.</param>
/// <param name="Body">The offer, alone or in a multipart.</param>
/// <param name="More">Further headers.</param>
/// <param name="Flow">The connection it must take; null to find one.</param>
/// <param name="FromName">The inviter's display name; empty for none.</param>
public sealed record Invitation(
    string RequestUri, string From, string To, string ContentType, byte[] Body, HeadersWriter? More = null, Flow? Flow = null, string FromName = "");

/// <summary>Inviting: RFC 3261 13.2, the general rules of 8.1.1.</summary>
public sealed partial class SipSession : IClientTransactionUser
{
    private Invitation? _invitation;
    private SipRequest? _invite;
    private Flow? _inviteFlow;
    private HeadersWriter? _credentials;
    private uint _number;
    private int _challenges;

    /// <summary>Sends the INVITE; the user is told what becomes of it.</summary>
    [Clause("RFC 3261", "13.2.1", "IMC-GEN-1", "IMC-GEN-2")]
    public void Connect(Invitation invitation)
    {
        var ids = _agent.Transport.World.Ids;
        _invitation = invitation;
        State = SessionState.Calling;
        LocalTag = ids.Token(40);
        CallId = ids.Token(100);
        if (invitation.Flow is { IsOpen: true } flow)
        {
            SendInvite(flow);
            return;
        }

        if (!TryNextHop(invitation, out var next)) GiveUp(StatusCode.BadRequest);
        else _agent.Transport.Reach(next, invitation.Body.Length + 1000, Mailbox, found =>
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

    private bool TryNextHop(Invitation invitation, out SipUri next)
    {
        if (_agent.OutboundProxy is { } proxy)
        {
            next = proxy;
            return true;
        }

        return SipUri.TryParse(Text.Of(invitation.RequestUri), out next) && next.IsSipOrSips;
    }

    private void SendInvite(Flow flow)
    {
        var bytes = ComposeInvite(flow);
        _invite = SipParser.ParseOwnRequest(bytes);
        _inviteFlow = flow;
        _provisional = false;
        _agent.Transactions.Send(bytes, flow, this);
    }

    private byte[] ComposeInvite(Flow flow)
    {
        var invitation = _invitation!;
        var transport = _agent.Transport;
        var output = Scratch.Take();
        var writer = new SipWriter(output);
        writer.Request(SipMethod.Invite, Text.Of(invitation.RequestUri));
        writer.Header(HeaderName.Via, transport.Via(flow, transport.NewBranch()));
        writer.Header(HeaderName.MaxForwards, 70);
        if (_agent.OutboundProxy is { } proxy && invitation.Flow is null) writer.Header(HeaderName.Route, $"<{proxy.Text};lr>");
        writer.Address(HeaderName.From, invitation.From, LocalTag, invitation.FromName);
        writer.Address(HeaderName.To, invitation.To, "");
        writer.Header(HeaderName.CallId, CallId);
        writer.CSeq(++_number, SipMethod.Invite);
        writer.Header(HeaderName.Contact, _contact(flow));
        _credentials?.Invoke(ref writer);
        _agent.WriteRequestHeaders(ref writer, SipMethod.Invite);
        invitation.More?.Invoke(ref writer);
        writer.Body(System.Text.Encoding.ASCII.GetBytes(invitation.ContentType), invitation.Body);
        return output.WrittenSpan.ToArray();
    }

    private void TakeRefusal(SipResponse response)
    {
        if (State != SessionState.Calling) return;
        if (_cancelling == false && _challenges++ < Credentials.MostTries && _agent.Credentials?.Answer(response, SipMethod.Invite, _invitation!.RequestUri) is { } credentials)
        {
            _credentials = credentials;
            SendInvite(_inviteFlow!);
            return;
        }

        State = SessionState.Ended;
        StopCancelling();
        _user.OnRefused(this, response.Status, response);
    }

    private void GiveUp(int status)
    {
        State = SessionState.Ended;
        StopCancelling();
        _user.OnRefused(this, status, null);
    }
}
