// The active side (RFC 4975 5.4, 6.2; RFC 6135 4.2.2): opens the connection and at once sends a SEND without a body, which binds it.
using System.Net;
using Confab.Runtime;

namespace Confab.Msrp;

public sealed partial class MsrpSession
{
    private static readonly TimeSpan s_answerWithin = TimeSpan.FromSeconds(30); // 7.1.1

    private uint _attempt;  // tells what comes from an attempt that was given up
    private ulong _bindId;  // transaction of the SEND that binds, until it is answered

    /// <summary>
    /// Connects to the first hop of the peer's path, resolving its name, trying its addresses in their order; ends as unreachable when
    /// none answers.
    /// </summary>
    [Clause("RFC 4975", "6.2", "IMC-SDP-7")]
    public void Connect()
    {
        StartAnew(State.Connecting);
        if (_state != State.Connecting) return;
        var attempt = ++_attempt;
        if (_remote.Length == 0 || _remote[0].Port <= 0 || !_remote[0].Transport.Equals("tcp", StringComparison.OrdinalIgnoreCase))
        {
            Owner.Post(() => Fail(attempt));
            return;
        }

        World.Network.Resolve(_remote[0].Host.Trim('[', ']'), addresses => Owner.Post(() => TryNext(attempt, addresses, 0)));
    }

    private void TryNext(uint attempt, IReadOnlyList<IPAddress> addresses, int next)
    {
        if (attempt != _attempt || _state != State.Connecting) return;
        if (next == addresses.Count)
        {
            Fail(attempt);
            return;
        }

        World.Network.Connect(
            new IPEndPoint(addresses[next], _remote[0].Port),
            _remote[0].IsSecure ? Transport.Tls : Transport.Tcp,
            flow =>
            {
                var connection = new MsrpConnection(_transport, flow);
                Owner.Post(() => OnOpened(attempt, connection));
                return connection;
            },
            _ => Owner.Post(() => TryNext(attempt, addresses, next + 1)));
    }

    private void OnOpened(uint attempt, MsrpConnection connection)
    {
        var isOurs = connection == _connection; // the peer's first SEND came in before this
        if (!isOurs && (attempt != _attempt || _state != State.Connecting))
        {
            connection.CloseIfUnused(); // given up, or the peer was faster
            return;
        }

        if (!isOurs && !connection.Attach(this))
        {
            Lose(EndReason.ConnectionLost);
            return;
        }

        SendBinding(connection);
        if (!isOurs) OnConnected(connection);
        if (_connection == connection) _bindAlarm.Set(s_answerWithin);
    }

    /// <summary>
    /// Asks the peer whether it is there still: a SEND without content, as binds; ends as timed out when it is not answered in 30 seconds.
    /// </summary>
    public void Probe()
    {
        if (_state == State.Bound && _bindId == 0) SendBinding(_connection!);
    }

    private void SendBinding(MsrpConnection connection)
    {
        _bindId = World.Ids.Unique();
        var fields = Fields.Shared.Start(NewMessageId(), ByteRange.Empty);
        connection.Send(new RequestFrame { Id = _bindId, Method = "SEND"u8, Paths = _paths, Fields = fields.Written, Continuation = (byte)'$' });
        if (_connection == connection) _bindAlarm.Set(s_answerWithin);
    }

    private void Fail(uint attempt)
    {
        if (attempt == _attempt && _state == State.Connecting) Lose(EndReason.Unreachable);
    }

    /// <summary>The answer to the SEND that binds: any but "no such session" means that the peer has it.</summary>
    private void OnBindAnswered(MsrpStatus status)
    {
        _bindId = 0;
        _bindAlarm.Cancel();
        if (status == MsrpStatus.TimedOut) Lose(EndReason.TimedOut);
        else if (status is not (MsrpStatus.NoSuchSession or MsrpStatus.AlreadyBound)) _handler.OnAlive(this);
    }

    private byte[] NewMessageId() => System.Text.Encoding.ASCII.GetBytes(World.Ids.Token(80));
}
