using Confab.Content.Media;
using Confab.Content.Sdp;
using Confab.Msrp;
using Confab.Runtime;

namespace Confab.Client.Media;

/// <summary>Offer and answer: RFC 4975 8, RFC 6135 4.2 (who connects). What stands against an offer or answer comes back in words.</summary>
[Clause("RFC 4975", "8", "IMC-SDP-1..6", "IMC-INV-3a", "IMC-INV-3b")]
internal sealed partial class MessageLeg
{
    private readonly uint _origin = session.Client.World.Ids.Number();
    private MsrpMedia? _local;
    private MsrpMedia? _remote;
    private SessionDescription? _offered;
    private uint _version;
    private bool _isActive;

    /// <summary>Our description as it was sent last.</summary>
    public byte[] LocalSdp { get; private set; } = [];

    /// <summary>The types that the peer takes; empty where it does not say.</summary>
    public IReadOnlyList<string> RemoteTypes => _remote?.AcceptTypes ?? [];

    /// <summary>The types that the peer takes inside of CPIM; empty where it does not say.</summary>
    public IReadOnlyList<string> RemoteWrappedTypes => _remote?.AcceptWrappedTypes ?? [];

    /// <summary>Whether the focus lets the user say something to one member of the group alone (RFC 7701 8).</summary>
    public bool MayWhisper => _remote?.ChatRoom?.Contains("private-messages", StringComparer.OrdinalIgnoreCase) == true;

    /// <summary>Our offer. Who cannot be connected to is active; else the other side may choose.</summary>
    /// <param name="largeType">The type of the one message that is to be sent, and then nothing is taken; null for a session.</param>
    public byte[] Offer(string? largeType = null) => Describe(new MsrpMedia
    {
        Port = media.Port,
        Path = [_msrp.LocalUri],
        AcceptTypes = largeType is null ? Options.AcceptTypes : [AcceptList.Cpim],
        AcceptWrappedTypes = largeType is null ? Options.AcceptWrappedTypes : [largeType],
        Direction = largeType is null ? MediaDirection.SendRecv : MediaDirection.SendOnly,
        MaxSize = Options.MaxMessageSize,
        Setup = media.IsListening ? SetupRole.ActPass : SetupRole.Active,
    });

    /// <summary>Takes the answer to our offer; null when the messages can begin.</summary>
    public string? TakeAnswer(ReadOnlySpan<byte> body, string contentType)
    {
        if (!ContentType.TryParse(contentType, out var type, out _) || !type.Is("application/sdp")) return "The answer has no session description.";
        if (!SessionDescription.TryParse(body, out var answer, out var fault)) return $"The session description of the answer is malformed: {fault.Reason}.";
        if (Problem(answer, out var remote) is { } problem) return problem;
        _isActive = remote.Setup != SetupRole.Active; // where the answer does not say, the offerer connects (RFC 4975 8.5)
        if (!_isActive && !media.IsListening) return "The other side will not be connected to, and neither can this one.";
        return Take(remote);
    }

    /// <summary>Whether the other side offered to send and to take nothing: a large message (COM-LMM-1).</summary>
    public bool IsOfferedLargeMessage => _offered is not null && _remote is { Direction: MediaDirection.SendOnly };

    /// <summary>Takes an offer; null when it can be answered.</summary>
    public string? TakeOffer(ReadOnlySpan<byte> body)
    {
        if (!SessionDescription.TryParse(body, out _offered, out var fault)) return $"Malformed session description: {fault.Reason}";
        if (Problem(_offered, out var remote) is { } problem) return problem;
        _isActive = remote.Setup is SetupRole.ActPass or SetupRole.Passive;
        if (!_isActive && !media.IsListening) return "The offerer wants to connect, and this client takes no connections";
        return Take(remote);
    }

    /// <summary>Our answer: our address, and of the offered types the ones that we take.</summary>
    public byte[] Answer()
    {
        var answer = Describe(new MsrpMedia
        {
            Port = media.Port,
            Path = [_msrp.LocalUri],
            AcceptTypes = AcceptList.Intersect(RemoteTypes, Options.AcceptTypes),
            AcceptWrappedTypes = AcceptList.Intersect(RemoteWrappedTypes, Options.AcceptWrappedTypes),
            Direction = Answering(_remote!.Direction, _holds),
            MaxSize = Options.MaxMessageSize,
            Setup = _isActive ? SetupRole.Active : SetupRole.Passive,
        });
        if (!_isActive) _msrp.ListenForPeer(); // the peer connects as soon as it has the answer
        return answer;
    }

    private string? Problem(SessionDescription description, out MsrpMedia remote)
    {
        if (!MsrpMedia.TryFrom(description, out remote!, out _)) return "No MSRP media";
        if (remote.Tls || remote.Path.Any(static path => MsrpUri.TryParse(path, out var uri) && uri.IsSecure)) return "MSRP over TLS is not supported";
        var types = AcceptList.Intersect(remote.AcceptTypes, Options.AcceptTypes);
        if (types.Count == 0) return "No content type in common";
        var isWrapperAlone = types is [AcceptList.Cpim] && remote.AcceptWrappedTypes.Count > 0;
        return isWrapperAlone && AcceptList.Intersect(remote.AcceptWrappedTypes, Options.AcceptWrappedTypes).Count == 0
            ? "No content type in common inside of message/cpim"
            : null;
    }

    private string? Take(MsrpMedia remote)
    {
        _remote = remote;
        if (!_msrp.SetRemote(remote.Path, remote.MaxSize)) return "No usable path of MSRP URIs";
        if (!_isActive && _local is not null) _msrp.ListenForPeer(); // our offer let the other side connect
        return null;
    }

    private byte[] Describe(MsrpMedia local)
    {
        _local = local;
        (LocalSdp, _version) = Compose(local);
        return LocalSdp;
    }

    /// <summary>The description as it would be sent: its version rises with a change alone (RFC 3264 8).</summary>
    private (byte[] Sdp, uint Version) Compose(MsrpMedia local)
    {
        var version = Math.Max(_version, 1);
        var sdp = Write(version);
        if (_version == 0 || sdp.AsSpan().SequenceEqual(LocalSdp)) return (sdp, version);
        return (Write(version + 1), version + 1);

        byte[] Write(uint number)
        {
            var user = session.IsAnonymous ? "-" : session.Client.Address.User.ToString();
            return SessionDescription.ForMsrp(user, _origin, number, host, local, _offered).ToBytes();
        }
    }
}
