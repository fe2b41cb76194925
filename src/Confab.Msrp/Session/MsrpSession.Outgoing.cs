// The endpoint's way of sending: whole messages, followed until their outcome is known (RFC 4975 7.1.1).
using Confab.Runtime;

namespace Confab.Msrp;

public sealed partial class MsrpSession
{
    private readonly Outbox _outbox;

    /// <summary>Messages given to <see cref="Send"/> whose outcome is not known.</summary>
    public int UnsettledCount => _outbox.Count;

    /// <summary>Sends a message, in chunks when it is long, in turn with others; <c>OnSent</c> tells what became of it.</summary>
    [Clause("RFC 4975", "7.1.1", "IMC-SDP-9")]
    public SendStatus Send(OutgoingMessage message)
    {
        if (_paths.Length == 0 || _state >= State.Lost) return SendStatus.Closed;
        if (message.Length > RemoteMaxSize) return SendStatus.TooLarge;
        return _outbox.Add(message);
    }

    /// <summary>Gives a message up: no more of it is sent, and the peer is told with '#' when it has a part. Its outcome is "unconfirmed".</summary>
    public void Abort(OutgoingMessage message) => _outbox.Abort(message);

    /// <summary>The source of a message that had nothing has something again, or knows that there will be nothing more.</summary>
    public void Continue(OutgoingMessage message) => _outbox.Continue(message);

    /// <summary>The connection that a message may be written to now; null while there is none.</summary>
    internal StreamFlow? Writable => _state == State.Bound ? _connection?.Flow : null;

    internal MsrpOptions Options => _transport.Options;

    internal World Runtime => World;

    internal SendStatus WriteChunk(ulong id, ReadOnlySpan<byte> fields, ReadOnlySpan<byte> body, bool hasBody, char continuation) => Write(
        new RequestFrame { Id = id, Method = "SEND"u8, Paths = _paths, Fields = fields, Body = body, HasBody = hasBody, Continuation = (byte)continuation },
        hasBody ? Reserve : 0);

    internal void Tell(OutgoingMessage message, MsrpStatus status) => _handler.OnSent(this, message, status);

    internal void TellProgress(OutgoingMessage message) => _handler.OnProgress(this, message, message.Written - message.UnansweredBytes);

    internal string NewMessageIdText() => World.Ids.Token(80);
}
