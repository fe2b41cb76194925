using System.Net;
using System.Net.Sockets;
using Confab.Runtime;
using Confab.Sim;

namespace Confab.Tests.Runtime;

/// <summary>Real sockets on loopback with ports of the system's choice, on a clock that the test may advance.</summary>
internal sealed class Loopback : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly List<IDisposable> _open = [];

    public Loopback(Limits? limits = null)
    {
        Time = new VirtualTime();
        Log = new SimLog(Time);
        Network = new SocketNetwork(Time, Log.Of("loopback"), limits ?? new Limits());
    }

    public VirtualTime Time { get; }

    public SimLog Log { get; }

    public SocketNetwork Network { get; }

    /// <summary>Listens; each flow that comes is given what <paramref name="accept"/> returns.</summary>
    public IListener Listen(Func<StreamFlow, IStreamHandler> accept)
    {
        var listener = Network.Listen(new IPEndPoint(IPAddress.Loopback, 0), Transport.Tcp, accept);
        _open.Add(listener);
        return listener;
    }

    public IDatagramPort Bind(IDatagramHandler handler)
    {
        var port = Network.Bind(new IPEndPoint(IPAddress.Loopback, 0), handler);
        _open.Add(port);
        return port;
    }

    public Task<StreamFlow> Connect(IPEndPoint to, IStreamHandler handler)
    {
        var connected = new TaskCompletionSource<StreamFlow>(TaskCreationOptions.RunContinuationsAsynchronously);
        Network.Connect(to, Transport.Tcp, flow =>
        {
            connected.SetResult(flow);
            return handler;
        }, reason => connected.SetException(new IOException($"{reason}")));
        return connected.Task.WaitAsync(Patience);
    }

    /// <summary>A flow and its accepted other end.</summary>
    public async Task<(StreamFlow Near, StreamFlow Far)> Pair(IStreamHandler near, IStreamHandler far)
    {
        var accepted = new TaskCompletionSource<StreamFlow>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listener = Listen(flow =>
        {
            accepted.TrySetResult(flow);
            return far;
        });
        var flow = await Connect(listener.Local, near);
        return (flow, await accepted.Task.WaitAsync(Patience));
    }

    /// <summary>A bare socket, for a peer that does what a flow would not.</summary>
    public Socket Bare(IPEndPoint to)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = (int)Patience.TotalMilliseconds };
        _open.Add(socket);
        socket.Connect(to);
        return socket;
    }

    public void Dispose()
    {
        foreach (var open in _open) open.Dispose();
        Network.Dispose();
    }
}
