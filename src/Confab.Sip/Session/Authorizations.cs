using Confab.Runtime;
using Confab.Sip.Authentication;
using Confab.Sip.Message;

namespace Confab.Sip.Session;

/// <summary>What one request has answered to its challenges. The next try carries all of it: the server and a proxy each ask for their own.</summary>
[Clause("RFC 3261", "22.3", "IMC-GEN-14")]
internal sealed class Authorizations(IUserAgent agent, SipMethod method, string uri)
{
    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);
    private HeadersWriter? _server;
    private HeadersWriter? _proxy;
    private int _tries;

    /// <summary>Whether the request is to be sent again; false when the challenge cannot be met, or was and is not to be.</summary>
    public bool Meets(SipResponse response)
    {
        if (_tries++ == Credentials.MostTries || agent.Credentials?.Answer(response, method, uri, _answered) is not { } answer) return false;
        if (response.Status == StatusCode.ProxyAuthenticationRequired) _proxy = answer;
        else _server = answer;
        return true;
    }

    public void Write(ref SipWriter writer)
    {
        _server?.Invoke(ref writer);
        _proxy?.Invoke(ref writer);
    }

    public static bool IsChallenge(SipResponse response) => response.Status is StatusCode.Unauthorized or StatusCode.ProxyAuthenticationRequired;
}
