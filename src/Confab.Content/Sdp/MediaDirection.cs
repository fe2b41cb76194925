// Which way messages flow, seen from the describer (RFC 4566 6, RFC 3264 5.1).
namespace Confab.Content.Sdp;

public enum MediaDirection
{
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}
