using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Confab.Sip.Transaction;

namespace Confab.Sip.Pager;

/// <summary>
/// One MESSAGE on its way: RFC 3428 4. It begins no dialog and has no Contact. A challenge is met where the agent has credentials; what they were
/// asked for before is said at once.
/// </summary>
[Clause("RFC 3428", "4", "IMC-PGR-1", "IMC-PGR-2")]
[Clause("RFC 3428", "8", "IMC-PGR-3")]
public sealed class PagerRequest : IClientTransactionUser
{
    private const int OctetsOfHeaders = 800;

    private readonly IUserAgent _agent;
    private readonly PagerMessage _message;
    private readonly Action<int, SipResponse?> _done;
    private readonly string _tag;
    private Flow _flow = null!;
    private Authorizations? _authorizations;
    private uint _number;

    private PagerRequest(IUserAgent agent, PagerMessage message, Action<int, SipResponse?> done)
    {
        _agent = agent;
        _message = message;
        _done = done;
        _tag = agent.Transport.World.Ids.Token(40);
        CallId = message.CallId ?? agent.Transport.World.Ids.Token(100);
    }

    public string CallId { get; }

    /// <summary>Sends it.</summary>
    /// <param name="agent">Whose request it is.</param>
    /// <param name="message">What it says.</param>
    /// <param name="done">
    /// Called once with the final status, never inside this call. Without a response: 408 when none came, 503 when it could not be sent, 400 for an
    /// address that is none, 513 where it is longer than it may be; then nothing was delivered.
    /// </param>
    public static PagerRequest Send(IUserAgent agent, PagerMessage message, Action<int, SipResponse?> done)
    {
        var sending = new PagerRequest(agent, message, done);
        if (!new Location(message.RequestUri, message.Flow, message.Route).TryFirstHop(out var target)) sending.GiveUp(StatusCode.BadRequest);
        else if (message.Flow is { IsOpen: true } flow) sending.Send(flow);
        else agent.Transport.Reach(agent.OutboundProxy ?? target, message.Body.Length + OctetsOfHeaders, agent.Transactions.Mailbox, found =>
        {
            if (found is null) sending.GiveUp(StatusCode.ServiceUnavailable);
            else sending.Send(found);
        });
        return sending;
    }

    void IClientTransactionUser.OnResponse(SipResponse response, Flow flow)
    {
        if (!response.IsFinal) return;
        if (Authorizations.IsChallenge(response) && (_authorizations ??= new Authorizations(_agent, SipMethod.Message, _message.RequestUri)).Meets(response)) Send(_flow);
        else _done(response.Status, response);
    }

    void IClientTransactionUser.OnNoResponse(EndReason reason) =>
        _done(reason == EndReason.TimedOut ? StatusCode.RequestTimeout : StatusCode.ServiceUnavailable, null);

    private void Send(Flow flow)
    {
        _flow = flow;
        var bytes = Compose(flow);
        if (bytes.Length > _message.MostOctets) GiveUp(StatusCode.MessageTooLarge);
        else _agent.Transactions.Send(bytes, flow, this);
    }

    private byte[] Compose(Flow flow) => _message.Compose(_agent, flow, SipMethod.Message, _tag, CallId, ++_number, (ref SipWriter writer) =>
    {
        if (_authorizations is not null) _authorizations.Write(ref writer);
        else _agent.Credentials?.Anticipate(SipMethod.Message, _message.RequestUri)?.Invoke(ref writer);
    });

    /// <summary>In a letter of its own: nobody hears of it inside the call in which he sends.</summary>
    private void GiveUp(int status) => _agent.Transactions.Mailbox.Post(() => _done(status, null));
}
