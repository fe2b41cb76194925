using System.Net;
using Confab.Msrp;
using Confab.Runtime;
using Confab.Server.Ports;
using Confab.Server.Procedures.General;
using Confab.Server.Registration;
using Confab.Server.Xdm;
using Confab.Sip.Message;
using Confab.Sip.Registration;
using Confab.Sip.Session;
using Confab.Sip.Transport;
using Microsoft.Extensions.Logging;

namespace Confab.Server.Owners;

/// <summary>What all owners of one server share: the ways in and out, the tables, the settings. Nothing in it changes after the start.</summary>
internal sealed class Node
{
    public required World World { get; init; }

    public required ServerOptions Options { get; init; }

    public required IDirectory Directory { get; init; }

    /// <summary>The sessions that stand, as the store has them.</summary>
    public required ISessionStore Sessions { get; init; }

    /// <summary>The one writer of the store.</summary>
    public required StoreLane Lane { get; init; }

    public required Registrar Registrar { get; init; }

    /// <summary>The documents of all users, group documents among them.</summary>
    public required Documents Documents { get; init; }

    /// <summary>The pre-defined groups of those documents.</summary>
    public required GroupTable Groups { get; init; }

    /// <summary>The same as a user may read them.</summary>
    public required ReadableDocuments Readable { get; init; }

    /// <summary>Who is told when they change.</summary>
    public required DocumentWatchers Watchers { get; init; }

    public required OriginatorVerification Verification { get; init; }

    public required ServerMetrics Metrics { get; init; }

    public required ILogger Log { get; init; }

    public required UserSessions UserSessions { get; init; }

    /// <summary>Messages in pager mode that are on their way.</summary>
    public required PagesUnderWay Pages { get; init; }

    public OwnerRouter Router { get; set; } = null!;

    public SipTransport Transport { get; set; } = null!;

    public MsrpTransport Msrp { get; set; } = null!;

    /// <summary>Where the MSRP listener is bound.</summary>
    public IPEndPoint MsrpListening { get; set; } = null!;

    /// <summary>The conference factory (RFC 4579 5.4).</summary>
    public required SipUri Factory { get; init; }

    /// <summary>Where an HTTP server answers for the documents; null while there is none.</summary>
    public Uri? HttpListening { get; set; }

    /// <summary>The exploder (RFC 5365 7).</summary>
    public required SipUri Exploder { get; init; }

    /// <summary>The proxy that takes what is not for a flow of ours; null where we are the registrar ourselves.</summary>
    public SipUri? OutboundProxy { get; init; }

    /// <summary>What we want of session timers (RFC 4028).</summary>
    public SessionTimerTerms TimerTerms => new((uint)Options.Session.TimerSeconds, (uint)Options.Session.MinTimerSeconds);

    /// <summary>Where the device is that a GRUU of ours means (RFC 5627 6.1); null for any other URI, and while the device is not registered.</summary>
    public Location? LocateDevice(SipUri uri)
    {
        if (OutboundProxy is not null || !Gruu.Is(uri) || !IsOurs(uri) || !Registrar.TryResolve(uri, out var address, out var instance)) return null;
        return Registrar.TargetsOf(address, instance) is [var target, ..] ? LocationOf(target) : null;
    }

    public bool IsOurs(in SipUri uri) => uri.Host.EqualsIgnoreCase(Domain);

    private byte[] Domain => field ??= System.Text.Encoding.UTF8.GetBytes(Options.Domain); // asked for with every request

    /// <summary>A Warning in the name of this server: why, for people (RFC 3261 20.43).</summary>
    public HeadersWriter Warning(int code, string text) =>
        (ref SipWriter writer) => writer.Warning(code, Domain, System.Text.Encoding.UTF8.GetBytes(text));

    public static Location LocationOf(Binding binding) => new(binding.Contact, binding.Flow, binding.Path);

    /// <summary>Host and port of our MSRP URIs towards a peer that we meet on this SIP flow.</summary>
    public (string Host, int Port) MsrpAddress(Flow? flow)
    {
        if (Options.Msrp.Advertise is { } name)
        {
            var colon = name.LastIndexOf(':');
            var hasPort = colon > name.LastIndexOf(']') && int.TryParse(name.AsSpan(colon + 1), out _);
            return hasPort
                ? (name[..colon], int.Parse(name.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture))
                : (name, MsrpListening.Port);
        }

        var isAny = IsAny(MsrpListening.Address);
        return (isAny ? HostTowards(flow) : MsrpListening.Address.ToString(), MsrpListening.Port);
    }

    /// <summary>The XCAP root towards a peer that we meet on this SIP flow, without a slash at its end.</summary>
    public string XcapRoot(Flow flow)
    {
        if (HttpListening is not { } http) return $"http://{Options.Domain}{XcapUri.Root}";
        var isAny = IPAddress.TryParse(http.DnsSafeHost, out var address) && IsAny(address);
        var host = isAny ? HostTowards(flow) : http.Host;
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{http.Scheme}://{(host.Contains(':', StringComparison.Ordinal) && host[0] != '[' ? $"[{host}]" : host)}:{http.Port}{XcapUri.Root}");
    }

    /// <summary>Which of this machine's addresses a peer can reach: the one of its own flow, where that tells one.</summary>
    private string HostTowards(Flow? flow)
    {
        if (flow is not null && !IsAny(flow.Local.Address)) return flow.Local.Address.ToString();
        if (Options.Sip.Advertise is { } name) return name.EndsWith(']') || !name.Contains(':', StringComparison.Ordinal) ? name : name[..name.LastIndexOf(':')];
        return (Transport.Listening.FirstOrDefault(static local => !IsAny(local.Address))?.Address ?? IPAddress.Loopback).ToString();
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
