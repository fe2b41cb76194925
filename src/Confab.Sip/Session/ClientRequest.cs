using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Sip.Session;

/// <summary>A request that is no INVITE: sent once more with credentials when it is challenged, then its final status is told.</summary>
[Clause("RFC 3261", "22.2", "IMC-GEN-14")]
public sealed class ClientRequest : IClientTransactionUser
{
    private readonly IUserAgent _agent;
    private readonly Flow _flow;
    private readonly SipMethod _method;
    private readonly string _uri;
    private readonly Func<HeadersWriter?, byte[]> _build;
    private readonly Action<int, SipResponse?> _done;
    private Authorizations? _authorizations;

    private ClientRequest(IUserAgent agent, Flow flow, SipMethod method, string uri, Func<HeadersWriter?, byte[]> build, Action<int, SipResponse?> done)
    {
        _agent = agent;
        _flow = flow;
        _method = method;
        _uri = uri;
        _build = build;
        _done = done;
    }

    /// <summary>Sends the request in a transaction of its own.</summary>
    /// <param name="agent">Whose request it is.</param>
    /// <param name="flow">Where it goes.</param>
    /// <param name="method">Its method.</param>
    /// <param name="uri">Its Request-URI.</param>
    /// <param name="build">Composes it anew, each time with the next CSeq number; credentials go in where they are given.</param>
    /// <param name="done">Called once with the final status: 408 when none came, 503 when it could not be sent; then without a response.</param>
    public static void Send(
        IUserAgent agent, Flow flow, SipMethod method, string uri, Func<HeadersWriter?, byte[]> build, Action<int, SipResponse?> done) =>
        agent.Transactions.Send(build(null), flow, new ClientRequest(agent, flow, method, uri, build, done));

    public void OnResponse(SipResponse response, Flow flow)
    {
        if (!response.IsFinal) return;
        if (Authorizations.IsChallenge(response) && (_authorizations ??= new Authorizations(_agent, _method, _uri)).Meets(response))
        {
            _agent.Transactions.Send(_build(_authorizations.Write), _flow, this);
            return;
        }

        _done(response.Status, response);
    }

    public void OnNoResponse(EndReason reason) =>
        _done(reason == EndReason.TimedOut ? StatusCode.RequestTimeout : StatusCode.ServiceUnavailable, null);
}
