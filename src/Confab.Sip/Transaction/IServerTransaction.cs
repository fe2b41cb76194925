using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Transaction;

/// <summary>A request of a peer that waits for its answer.</summary>
public interface IServerTransaction
{
    SipRequest Request { get; }

    Flow Flow { get; }

    /// <summary>Whether a final response has been sent.</summary>
    bool HasFinal { get; }

    /// <summary>Whether the final response was no 2xx: what comes again with the same CSeq then is another try, and no second copy.</summary>
    internal bool WasRefused => false;

    /// <summary>What the table finds it by.</summary>
    internal ServerKey Key => ServerKey.Of(Request, Request.Method);

    /// <summary>What a copy of the request that came by another way has too.</summary>
    internal RequestIdentity Identity => RequestIdentity.Of(Request);

    /// <summary>Sends a response, whole; it is repeated as the state machine asks. A second final response is dropped.</summary>
    void Respond(int status, byte[] response);

    /// <summary>The same request came again, or its ACK did.</summary>
    internal void OnRequest(SipRequest request, Flow flow);
}
