using Confab.Runtime;

namespace Confab.Server;

/// <summary>What an operator sets; the keys are those of <c>docs/configuration.md</c>.</summary>
public sealed class ServerOptions
{
    /// <summary>The domain served; also the digest realm.</summary>
    public string Domain { get; set; } = "example.com";

    /// <summary>Where the server keeps its data; made when missing.</summary>
    public string DataDirectory { get; set; } = "data";

    public SipOptions Sip { get; set; } = new();

    public MsrpOptions Msrp { get; set; } = new();

    public HttpOptions Http { get; set; } = new();

    public StorageOptions Storage { get; set; } = new();

    public SessionOptions Session { get; set; } = new();

    public Limits Limits { get; set; } = new();

    /// <summary>Accounts made or updated at the start, beside those in the store.</summary>
    public List<UserOptions> Users { get; set; } = [];
}

public sealed class SipOptions
{
    /// <summary><c>udp://HOST:PORT</c> or <c>tcp://HOST:PORT</c>; port 0 picks a free one.</summary>
    public List<string> Listen { get; set; } = ["udp://127.0.0.1:5060", "tcp://127.0.0.1:5060"];

    /// <summary>The conference factory URI; <c>sip:conference-factory@Domain</c> where it is not set.</summary>
    public string? ConferenceFactory { get; set; }

    /// <summary>The exploder URI; <c>sip:im-exploder@Domain</c> where it is not set.</summary>
    public string? Exploder { get; set; }

    /// <summary>Addresses or CIDR blocks whose P-Asserted-Identity is believed (RFC 3325).</summary>
    public List<string> TrustedPeers { get; set; } = [];

    /// <summary>
    /// Digest algorithms offered, <c>MD5</c> and <c>SHA-256</c>, in the order of the challenges. A client takes the strongest it knows or, as
    /// SIPp does, the first; <c>SHA-256</c> alone shuts out clients of RFC 3261.
    /// </summary>
    public List<string> DigestAlgorithms { get; set; } = ["MD5", "SHA-256"];

    /// <summary>HOST or HOST:PORT that peers are told where the listening address is not what they can reach.</summary>
    public string? Advertise { get; set; }

    /// <summary>HOST:PORT or a SIP URI: takes every request that is not for one of our own flows.</summary>
    public string? OutboundProxy { get; set; }
}

public sealed class MsrpOptions
{
    /// <summary><c>tcp://HOST:PORT</c>; port 0 picks a free one.</summary>
    public List<string> Listen { get; set; } = ["tcp://127.0.0.1:2855"];

    /// <summary>HOST or HOST:PORT written into our MSRP URIs where the listening address is not what peers can reach.</summary>
    public string? Advertise { get; set; }

    /// <summary>Largest MSRP message taken, in bytes; 413 above.</summary>
    public long MaxMessageSize { get; set; } = 10 * 1024 * 1024;
}

public sealed class HttpOptions
{
    /// <summary><c>http://HOST:PORT</c>; port 0 picks a free one; an empty list turns HTTP off.</summary>
    public List<string> Listen { get; set; } = ["http://127.0.0.1:8080"];
}

public sealed class StorageOptions
{
    /// <summary><c>Sqlite</c> (a file in DataDirectory) or <c>Memory</c> (nothing outlives the process).</summary>
    public string Provider { get; set; } = "Sqlite";
}

/// <summary>The operator variables of the release policy (OMA-IM 7.2.2.8) and the session limits.</summary>
public sealed class SessionOptions
{
    /// <summary>auto-release: a pre-defined session ends with its originator.</summary>
    public bool AutoRelease { get; set; }

    /// <summary>session max length in seconds; 0 is none.</summary>
    public int MaxLengthSeconds { get; set; }

    /// <summary>number-of-remaining-participants: 0 or 1.</summary>
    public int NumberOfRemainingParticipants { get; set; } = 1;

    /// <summary>
    /// MAX-ADHOC-GROUP-SIZE: participants of an ad-hoc session, its originator included; 2 to 10,000. A list of more than some 3,000 needs a
    /// larger <c>Limits:SipBodyBytes</c>.
    /// </summary>
    public int MaxAdhocGroupSize { get; set; } = 100;

    /// <summary>Whether an ad-hoc session ends with its originator (C-49).</summary>
    public bool ReleaseAdhocOnOriginatorLeave { get; set; } = true;

    /// <summary>Whether users may take part in ad-hoc sessions without being named; who asks for it is refused with 403 where they may not.</summary>
    public bool AllowAnonymityAdHoc { get; set; } = true;

    /// <summary>Whether a subscription to the conference state ends when its subscriber leaves; one who was removed always loses it.</summary>
    public bool TerminateSubscriptionOnLeave { get; set; } = true;

    /// <summary>
    /// Seconds between two notifications of changes to one subscriber, 0 to 3600: the first change is told at once, later ones are gathered for
    /// so long.
    /// </summary>
    public int MinNotifyIntervalSeconds { get; set; } = 5;

    /// <summary>Seconds from the loss of a leg to the departure of its participant (MSW-13).</summary>
    public int StaleLegSeconds { get; set; } = 120;
}

public sealed class UserOptions
{
    /// <summary>The IM Address, <c>sip:user@domain</c>.</summary>
    public string Address { get; set; } = "";

    public string Password { get; set; } = "";
}
