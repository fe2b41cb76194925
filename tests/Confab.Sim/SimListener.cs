using System.Net;
using Confab.Runtime;

namespace Confab.Sim;

/// <summary>A host's port that takes connections.</summary>
internal sealed class SimListener(SimHost host, IPEndPoint local, Transport transport, Func<StreamFlow, IStreamHandler> accept) : IListener
{
    public SimHost Host => host;

    public IPEndPoint Local => local;

    public Transport Transport => transport;

    public Func<StreamFlow, IStreamHandler> Accept => accept;

    public void Dispose() => host.Forget(this);
}
