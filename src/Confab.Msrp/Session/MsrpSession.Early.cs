// What a peer sends before its SDP answer has come this far: SIP and MSRP take different ways, and the faster one may win.
using Confab.Runtime;

namespace Confab.Msrp;

public sealed partial class MsrpSession
{
    private List<PieceLetter>? _early;
    private int _earlyBytes;
    private MsrpConnection? _earlyFrom;

    /// <summary>The peer may connect before its SDP answer has come this far: what it sends waits for that, and it is not read on.</summary>
    private void KeepEarly(MsrpConnection connection, in MsrpFrame frame)
    {
        if (_earlyFrom is { Flow.IsOpen: false }) DropEarly();
        if (_earlyFrom is null)
        {
            _earlyFrom = connection;
            connection.Pause();
        }

        if (connection != _earlyFrom || _earlyBytes > World.Limits.UnboundLegBytes)
        {
            Refuse(connection, frame, MsrpStatus.AlreadyBound);
            return;
        }

        var letter = PieceLetter.Of(_transport, this, connection, frame);
        _earlyBytes += letter.Length;
        (_early ??= []).Add(letter);
    }

    private void DeliverEarly()
    {
        if (_earlyFrom is not { } connection) return;
        foreach (var letter in _early!) Owner.Post(letter);
        Owner.Post(connection.Resume);
        ForgetEarly();
    }

    private void DropEarly()
    {
        if (_earlyFrom is not { } connection) return;
        foreach (var letter in _early!) letter.Drop();
        connection.Resume();
        connection.CloseIfUnused();
        ForgetEarly();
    }

    private void ForgetEarly()
    {
        _earlyFrom = null;
        _early = null;
        _earlyBytes = 0;
    }
}
