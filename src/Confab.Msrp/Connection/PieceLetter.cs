using System.Buffers;
using Confab.Runtime;

namespace Confab.Msrp;

/// <summary>A piece of a frame that waits for its session's mailbox, or for the session to learn who its peer is.</summary>
internal sealed class PieceLetter(MsrpTransport transport) : Letter
{
    private readonly MsrpTransport _transport = transport;
    private MsrpSession? _session;
    private MsrpConnection? _connection;
    private MsrpLayout _layout;
    private byte[] _bytes = [];
    private int _head;
    private int _body;

    public int Length => _head + _body;

    public static PieceLetter Of(MsrpTransport transport, MsrpSession session, MsrpConnection connection, in MsrpFrame frame)
    {
        var letter = transport.Rent();
        letter._session = session;
        letter._connection = connection;
        letter._layout = frame.Layout;
        letter._head = frame.RawHead.Length;
        letter._body = frame.Body.Length;
        letter._bytes = ArrayPool<byte>.Shared.Rent(letter.Length);
        frame.RawHead.CopyTo(letter._bytes);
        frame.Body.CopyTo(letter._bytes.AsSpan(letter._head));
        return letter;
    }

    /// <summary>Gives back what the letter holds without delivering it.</summary>
    public void Drop()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _session = null;
        _connection = null;
        _transport.Return(this);
    }

    protected override void Deliver()
    {
        try
        {
            _session!.OnFrame(_connection!, new MsrpFrame(_bytes.AsSpan(0, _head), _bytes.AsSpan(_head, _body), ref _layout));
        }
        finally
        {
            Drop();
        }
    }
}
