using Confab.Content.Media;
using Confab.Content.Sdp;
using Confab.Runtime;

namespace Confab.Client.Media;

/// <summary>A description that is offered and not agreed on yet.</summary>
/// <param name="Sdp">As it goes out.</param>
/// <param name="Version">Its version in <c>o=</c>.</param>
/// <param name="Local">Its MSRP line.</param>
internal sealed record Proposal(byte[] Sdp, uint Version, MsrpMedia Local);

/// <summary>
/// Changing what was agreed: RFC 3264 8, by either side. The path stays, and with it the connection and who opened it; the direction (hold, 8.4)
/// and the types may be others. Until the other side has agreed everything is as it was.
/// </summary>
[Clause("RFC 3264", "8", "IMC-MOD-2")]
internal sealed partial class MessageLeg
{
    /// <summary>Whether we take no messages.</summary>
    public bool IsHeld => _holds;

    /// <summary>Whether the peer takes none.</summary>
    public bool IsHeldByPeer => _remote is { Direction: MediaDirection.SendOnly or MediaDirection.Inactive };

    /// <summary>What we take inside of CPIM.</summary>
    public IReadOnlyList<string> WrappedTypes { get; private set; } = session.Client.Options.AcceptWrappedTypes;

    private bool _holds;

    /// <summary>The whole description with these changes, as an offer.</summary>
    public Proposal Propose(bool? hold, IReadOnlyList<string>? wrappedTypes)
    {
        var (holds, theyHold) = (hold ?? _holds, IsHeldByPeer);
        var local = _local! with
        {
            Direction = (holds, theyHold) switch
            {
                (true, true) => MediaDirection.Inactive,
                (true, false) => MediaDirection.SendOnly,
                (false, true) => MediaDirection.RecvOnly,
                _ => MediaDirection.SendRecv,
            },
            AcceptWrappedTypes = wrappedTypes ?? _local!.AcceptWrappedTypes,
            Setup = Agreed,
        };
        var (sdp, version) = Compose(local);
        return new Proposal(sdp, version, local);
    }

    /// <summary>The answer to a proposal: from now on that counts. What stands against it, in words; null when nothing does.</summary>
    public string? TakeAnswer(Proposal proposal, ReadOnlySpan<byte> body)
    {
        if (Read(body, out _, out var remote) is { } problem) return problem;
        (_local, LocalSdp, _version, _remote) = (proposal.Local, proposal.Sdp, proposal.Version, remote);
        _holds = proposal.Local.Direction is MediaDirection.SendOnly or MediaDirection.Inactive;
        WrappedTypes = proposal.Local.AcceptWrappedTypes;
        return null;
    }

    /// <summary>Another offer of the peer, or his answer to ours. What stands against it, in words; then nothing has changed.</summary>
    /// <param name="body">The description.</param>
    /// <param name="isNews">Whether anything in it is new.</param>
    public string? TakeChange(ReadOnlySpan<byte> body, out bool isNews)
    {
        isNews = false;
        if (Read(body, out var offer, out var remote) is { } problem) return problem;
        var known = _remote!;
        var isOther = !AreSame(known.AcceptTypes, remote.AcceptTypes);
        var isOtherWrapped = !AreSame(known.AcceptWrappedTypes, remote.AcceptWrappedTypes);
        isNews = isOther || isOtherWrapped || known.Direction != remote.Direction;
        (_offered, _remote) = (offer, remote);
        if (isOther) _local = _local! with { AcceptTypes = AcceptList.Intersect(remote.AcceptTypes, Options.AcceptTypes) };
        if (isOtherWrapped) _local = _local! with { AcceptWrappedTypes = AcceptList.Intersect(remote.AcceptWrappedTypes, WrappedTypes) };
        return null;
    }

    /// <summary>The answer to the offer that was taken: what we said before, as far as it leaves that, with the part that was agreed on in setting up.</summary>
    public byte[] AnswerChange() => Describe(_local! with { Setup = Agreed, Direction = Answering(_remote!.Direction, _holds) });

    private SetupRole Agreed => _isActive ? SetupRole.Active : SetupRole.Passive;

    /// <summary>RFC 3264 6.1: the direction of an answer, which may take back but not add.</summary>
    private static MediaDirection Answering(MediaDirection offered, bool holds) => (offered, holds) switch
    {
        (MediaDirection.SendOnly, false) => MediaDirection.RecvOnly,
        (MediaDirection.SendOnly, true) or (MediaDirection.Inactive, _) => MediaDirection.Inactive,
        (MediaDirection.RecvOnly, _) or (_, true) => MediaDirection.SendOnly,
        _ => MediaDirection.SendRecv,
    };

    private string? Read(ReadOnlySpan<byte> body, out SessionDescription description, out MsrpMedia remote)
    {
        remote = null!;
        if (!SessionDescription.TryParse(body, out description!, out var fault)) return $"Malformed session description: {fault.Reason}";
        if (Problem(description, out remote) is { } problem) return problem;
        return remote.Path.SequenceEqual(_remote!.Path, StringComparer.Ordinal) ? null : "The path of this session cannot be changed";
    }

    private static bool AreSame(IReadOnlyList<string> one, IReadOnlyList<string> other) => one.SequenceEqual(other, StringComparer.OrdinalIgnoreCase);
}
