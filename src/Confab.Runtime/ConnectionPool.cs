using System.Net;

namespace Confab.Runtime;

/// <summary>
/// Outgoing connections by where they lead: one is used again while it is open, and those who ask for one that is being made wait for it.
/// </summary>
public sealed class ConnectionPool(INetwork network)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(IPEndPoint, Transport), StreamFlow> _open = [];
    private readonly Dictionary<(IPEndPoint, Transport), List<Action<StreamFlow?, EndReason>>> _pending = [];

    /// <summary>Calls back at once with an open connection, or on any thread when it is made or has failed.</summary>
    public void Reach(IPEndPoint remote, Transport transport, Func<StreamFlow, IStreamHandler> handler, Action<StreamFlow?, EndReason> reached)
    {
        StreamFlow? open;
        lock (_gate)
        {
            if (_open.TryGetValue((remote, transport), out open) && !open.IsOpen)
            {
                _open.Remove((remote, transport));
                open = null;
            }

            if (open is null)
            {
                if (_pending.TryGetValue((remote, transport), out var waiting))
                {
                    waiting.Add(reached);
                    return;
                }

                _pending.Add((remote, transport), [reached]);
            }
        }

        if (open is not null) reached(open, EndReason.None);
        else
        {
            network.Connect(
                remote,
                transport,
                flow =>
                {
                    var connected = new Pooled(handler(flow), () => Forget(remote, transport, flow));
                    Answer(remote, transport, flow, EndReason.None);
                    return connected;
                },
                reason => Answer(remote, transport, null, reason));
        }
    }

    private void Answer(IPEndPoint remote, Transport transport, StreamFlow? flow, EndReason reason)
    {
        List<Action<StreamFlow?, EndReason>>? waiting;
        lock (_gate)
        {
            _pending.Remove((remote, transport), out waiting);
            if (flow is not null) _open[(remote, transport)] = flow;
        }

        foreach (var reached in waiting ?? []) reached(flow, reason);
    }

    private void Forget(IPEndPoint remote, Transport transport, StreamFlow flow)
    {
        lock (_gate)
        {
            if (_open.GetValueOrDefault((remote, transport)) == flow) _open.Remove((remote, transport));
        }
    }

    private sealed class Pooled(IStreamHandler inner, Action forget) : IStreamHandler
    {
        public int OnReceived(ReadOnlySpan<byte> bytes) => inner.OnReceived(bytes);

        public void OnClosed(EndReason reason)
        {
            forget();
            inner.OnClosed(reason);
        }
    }
}
