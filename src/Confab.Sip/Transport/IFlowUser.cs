namespace Confab.Sip.Transport;

/// <summary>Who waits for something to come over a connection learns that it is lost, on any thread (RFC 3261 17.1.4).</summary>
internal interface IFlowUser
{
    void OnFlowClosed();
}
