using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Tests.Server.Registration;

/// <summary>A request that waits for its answer; the registrar answers through its owner, so nothing is sent here.</summary>
internal sealed class StubTransaction(SipRequest request, Flow flow) : IServerTransaction
{
    public SipRequest Request => request;

    public Flow Flow => flow;

    public bool HasFinal => false;

    public void Respond(int status, byte[] response) => throw new InvalidOperationException("The owner answers");

    void IServerTransaction.OnRequest(SipRequest request, Flow flow) => throw new InvalidOperationException("Nothing is repeated here");
}
