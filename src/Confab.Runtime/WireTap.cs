using System.Net;

namespace Confab.Runtime;

/// <summary>One message on the wire, whole, as the tap saw it.</summary>
public readonly record struct WireRecord(DateTimeOffset Time, string Protocol, bool Outgoing, EndPoint Local, EndPoint Remote, ReadOnlyMemory<byte> Bytes);

/// <summary>Shows every SIP and MSRP message that passes, in and out. Off until someone listens; then each message is copied for it.</summary>
public sealed class WireTap(TimeProvider time)
{
    public event Action<WireRecord>? Seen;

    public bool IsOn => Seen is not null;

    public void Record(string protocol, bool outgoing, Flow flow, ReadOnlySpan<byte> bytes) =>
        Seen?.Invoke(new WireRecord(time.GetUtcNow(), protocol, outgoing, flow.Local, flow.Remote, bytes.ToArray()));
}
