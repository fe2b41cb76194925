using System.Buffers;
using System.Buffers.Binary;
using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Transport;

namespace Confab.Sip.Transaction;

/// <summary>
/// Requests other than INVITE that have had their final response over UDP, for as long as they may be repeated: the state Completed of RFC 3261
/// 17.2.2 and its Timer J. Nothing but the response is needed in it, so that the transaction and its owner may end before.
/// </summary>
[Clause("RFC 3261", "17.2.2")]
internal sealed class AnsweredRequests(World world) : IDisposable
{
    private const byte OfBranch = 0;
    private const byte OfCopies = 1;

    private readonly ShortMemory _memory = new(world.Time, TimerValues.Default.Patience, world.Limits.AnsweredBytes);

    /// <summary>How many are remembered; one that another way could bring again counts twice.</summary>
    public int Count => _memory.Count;

    /// <summary>Whether a request may be taken whose answer is to be remembered.</summary>
    public bool HasRoom => _memory.HasRoom;

    public void Dispose() => _memory.Dispose();

    /// <summary>Remembers the answer to a request from now on.</summary>
    /// <param name="key">What its repetitions have too.</param>
    /// <param name="copies">What a copy by another way has too; none where such a one is to be answered anew.</param>
    /// <param name="response">The final response, whole.</param>
    public void Add(in ServerKey key, RequestIdentity? copies, ReadOnlySpan<byte> response)
    {
        _memory.Remember(Write(key), response);
        if (copies is { } identity) _memory.Remember(Write(identity), default);
    }

    /// <summary>The response to a request that is repeated; null where it is none.</summary>
    public byte[]? Find(in ServerKey key) => _memory.Recall(Write(key));

    /// <summary>Whether the same request has come by another way, and was taken.</summary>
    public bool IsCopy(in RequestIdentity identity) => _memory.Recall(Write(identity)) is not null;

    private static ReadOnlySpan<byte> Write(in ServerKey key)
    {
        var writer = Begin(OfBranch, (byte)key.Method, key.Port);
        Append(writer, key.Host);
        writer.Write(key.Branch.Span);
        return writer.WrittenSpan;
    }

    private static ReadOnlySpan<byte> Write(in RequestIdentity identity)
    {
        var writer = Begin(OfCopies, 0, (int)identity.CSeq);
        Append(writer, identity.FromTag);
        Append(writer, identity.Method);
        writer.Write(identity.CallId.Span);
        return writer.WrittenSpan;
    }

    private static ArrayBufferWriter<byte> Begin(byte kind, byte method, int number)
    {
        var writer = Scratch.Take();
        var head = writer.GetSpan(6);
        (head[0], head[1]) = (kind, method);
        BinaryPrimitives.WriteInt32LittleEndian(head[2..], number);
        writer.Advance(6);
        return writer;
    }

    private static void Append(ArrayBufferWriter<byte> writer, Text text)
    {
        BinaryPrimitives.WriteInt32LittleEndian(writer.GetSpan(4), text.Length);
        writer.Advance(4);
        writer.Write(text.Span);
    }
}
