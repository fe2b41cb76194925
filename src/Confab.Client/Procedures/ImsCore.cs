using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Client.Procedures;

/// <summary>What an IMS core told of itself and of the user when he registered, and what requests say for it. On plain SIP it writes nothing.</summary>
[Clause("RFC 3608", "6.1", "IMC-GEN-9", "COM-IMS-1", "COM-IMS-3", "IMC-MOD-IMS", "IMC-MOD-OLD-IMS", "IMC-EXT-IMS", "IMC-ADD-IMS", "IMC-REM-IMS", "IMC-REJOIN-IMS", "IMC-LEAVE-IMS", "IMC-REL-IMS", "IMC-TERM-IMS", "IMC-INV-IMS")]
internal sealed class ImsCore(ImClient client)
{
    public const string NotRegistered = "You are not registered: the core takes nothing before that.";

    private const int MostRoutes = 16; // proxies that one request is led through: more is a loop, or a core that is broken
    private const int MostIdentities = 64;

    private readonly ImsProfile? _profile = client.Options.Ims;
    private string[] _serviceRoute = [];
    private string[] _associated = [];

    public bool IsOn => _profile is not null;

    /// <summary>The public identities of the user, the default one first (RFC 7315 4.1); none where nothing was told.</summary>
    public IReadOnlyList<string> Associated => _associated;

    /// <summary>Takes the 200 of a REGISTER: what it says replaces what an earlier one said.</summary>
    /// <returns>Null, or why nothing can be sent through this core.</returns>
    public string? Learn(SipResponse response)
    {
        if (!IsOn) return null;
        var route = new List<string>();
        foreach (var value in response.Headers(HeaderName.ServiceRoute))
        {
            if (route.Count == MostRoutes) return $"The server wants requests to take more than {MostRoutes} proxies (Service-Route).";
            if (!NameAddr.TryParse(value, out var proxy) || !proxy.Uri.IsSipOrSips) return "The Service-Route of the server cannot be read.";
            route.Add(value.ToString());
        }

        var associated = new List<string>();
        foreach (var value in response.Headers(HeaderName.PAssociatedUri))
        {
            if (associated.Count < MostIdentities && NameAddr.TryParse(value, out var identity)) associated.Add(identity.UriText.ToString());
        }

        (_serviceRoute, _associated) = ([.. route], [.. associated]);
        return null;
    }

    /// <summary>The registration is over (RFC 3608 6.1).</summary>
    public void Forget() => (_serviceRoute, _associated) = ([], []);

    /// <summary>What an initial request takes: the proxy, then the Service-Route in its order; empty on plain SIP.</summary>
    public string Route => IsOn ? string.Join(", ", [$"<{client.Server.Text};lr>", .. _serviceRoute]) : "";

    public void WriteRoute(ref SipWriter writer)
    {
        if (IsOn) writer.Header(HeaderName.Route, Route);
    }

    /// <summary>Whom the user wishes to be asserted as: himself, where the core says that he is one of those (TS 24.229 5.1.2A.1.1).</summary>
    public string PreferredIdentity => _associated.Length == 0 || _associated.Any(identity => ImAddress.AreSame(identity, client.Options.Address))
        ? client.Options.Address
        : _associated[0];

    /// <summary>Where the user is connected, with all but ACK and CANCEL (RFC 7315 5.7).</summary>
    public void WriteAccess(ref SipWriter writer, SipMethod method)
    {
        if (_profile?.AccessNetworkInfo is { } access && method is not (SipMethod.Ack or SipMethod.Cancel)) writer.Header(HeaderName.PAccessNetworkInfo, access);
    }

    /// <summary>REGISTER: Path may be recorded for us (RFC 3327 5.1), and before any challenge the core learns who asks (TS 24.229 5.1.1.2.3).</summary>
    public void WriteRegister(ref SipWriter writer, string registrar, bool isChallenged)
    {
        if (!IsOn) return;
        writer.Header(HeaderName.Supported, "path");
        if (isChallenged) WriteAccess(ref writer, SipMethod.Register);
        else
        {
            writer.Header(
                HeaderName.Authorization, $"Digest username=\"{client.Credentials.User}\", realm=\"{client.Address.Host}\", nonce=\"\", uri=\"{registrar}\", response=\"\"");
        }
    }
}
