using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Transaction;

/// <summary>Who sent the request learns what became of it; called inside the owner's turn.</summary>
public interface IClientTransactionUser
{
    /// <summary>A response; every 2xx to an INVITE comes here, repeated ones too, since the user acknowledges each (RFC 3261 13.2.2.4).</summary>
    void OnResponse(SipResponse response, Flow flow);

    /// <summary>No final response will come: Timer B or F rang (<see cref="EndReason.TimedOut"/>), or the transport failed.</summary>
    void OnNoResponse(EndReason reason);
}

/// <summary>A request of ours that waits for its response.</summary>
internal interface IClientTransaction
{
    SipRequest Request { get; }

    void OnResponse(SipResponse response, Flow flow);

    /// <summary>Ends without a word to the user.</summary>
    void Gone();
}
