using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Transport;

/// <summary>SIP on a connection: messages framed by Content-Length (RFC 3261 18.3), keepalives answered (RFC 5626 3.5.1).</summary>
[Clause("RFC 3261", "18.3")]
internal sealed class SipStream(SipTransport transport, StreamFlow flow) : IStreamHandler
{
    private readonly Lock _gate = new();
    private HashSet<IFlowUser>? _users;
    private FrameProgress _progress;
    private bool _unframeable;
    private long _begunAt; // when what is there of an unfinished message began to come; zero between messages
    private long _heardAt = transport.World.Time.GetTimestamp();

    /// <summary>When the peer last sent something, keep-alives included.</summary>
    public long HeardAt => Volatile.Read(ref _heardAt);

    /// <summary>How long a message has been coming that is not whole yet; none between messages.</summary>
    public TimeSpan? HalfFor => Volatile.Read(ref _begunAt) is var begun and not 0 ? transport.World.Time.GetElapsedTime(begun) : null;

    public int OnReceived(ReadOnlySpan<byte> bytes)
    {
        Volatile.Write(ref _heardAt, transport.World.Time.GetTimestamp());
        if (_unframeable) return bytes.Length;
        var limits = transport.World.Limits;
        var rules = new FrameRules(limits.SipHeaderBytes, limits.SipBodyBytes);
        var taken = 0;
        while (taken < bytes.Length)
        {
            var result = SipFramer.Find(bytes[taken..], rules, ref _progress, out var consumed, out var length, out var fault);
            taken += consumed;
            switch (result)
            {
                case FrameResult.Message:
                    transport.OnMessage(bytes[(taken - length)..taken].ToArray(), flow);
                    break;
                case FrameResult.Ping:
                    flow.Send("\r\n"u8);
                    break;
                case FrameResult.Fault:
                    RefuseAndClose((length > 0 ? bytes[(taken - length)..taken] : bytes[taken..]).ToArray(), fault);
                    return bytes.Length;
                case FrameResult.NeedMore:
                    NoteRest(!"\r\n\r\n"u8.StartsWith(bytes[taken..]), taken > 0); // half a ping is no message
                    return taken;
            }
        }

        NoteRest(isHalf: false, isAnother: true);
        return taken;
    }

    public void OnClosed(EndReason reason)
    {
        transport.Forget(flow);
        HashSet<IFlowUser>? users;
        lock (_gate) (users, _users) = (_users, null);
        foreach (var user in users ?? []) user.OnFlowClosed();
        transport.Receiver.OnFlowClosed(flow);
    }

    public void Add(IFlowUser user)
    {
        lock (_gate) (_users ??= []).Add(user);
    }

    public void Remove(IFlowUser user)
    {
        lock (_gate) _users?.Remove(user);
    }

    /// <summary>Whether a message has begun to come, and whether it is another than the last time.</summary>
    private void NoteRest(bool isHalf, bool isAnother)
    {
        if (!isHalf) Volatile.Write(ref _begunAt, 0);
        else if (isAnother || _begunAt == 0)
        {
            Volatile.Write(ref _begunAt, Math.Max(1, transport.World.Time.GetTimestamp()));
            transport.WatchHalf();
        }
    }

    /// <summary>What cannot be framed is answered where its head can be read, and closes this connection alone.</summary>
    private void RefuseAndClose(byte[] head, Fault fault)
    {
        _unframeable = true;
        transport.TellUnframed(flow, fault.Reason);
        _ = SipParser.TryParse(head, transport.World.Limits.SipHeaderCount, out var message, out _);
        if (message is SipRequest request) transport.Refuse(request, flow, fault.Status, fault.Reason);
        flow.CloseWhenSent();
    }
}
