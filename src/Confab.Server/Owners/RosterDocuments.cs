// What a notification costs: the changes are written once, however many are told of them, and each subscriber's message is that text behind
// a head of its own with its version: two copies of the body, no XML. A session of n users that all subscribe sends n whole documents when
// they come, and n small ones with each gathering after that.
//
// A roster that is larger than Limits.NotifyBodyBytes is told in several documents: a whole one as far as it goes, and the rest in changes
// right behind it, each answered before the next leaves. So nobody's largest message is exceeded, over TCP or in a datagram (D-06).
using System.Buffers;
using Confab.Content.ConferenceInfo;
using Confab.Runtime;

namespace Confab.Server.Owners;

/// <summary>What follows the head of a conference document: the same for all who have been told as much.</summary>
/// <param name="Bytes">From the end of the root's start tag to the end.</param>
/// <param name="Reached">The number of the last roster change in it.</param>
/// <param name="HasMore">Whether there are later changes, which did not fit.</param>
internal sealed record RosterDocument(ReadOnlyMemory<byte> Bytes, long Reached, bool HasMore);

/// <summary>Writes the state of a session as RFC 4575 has it; the last document is kept, since it is wanted by many.</summary>
internal sealed class RosterDocuments(Focus focus)
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_buffer;

    private (bool IsWhole, long Told, long Last) _key = (false, -1, -1);
    private RosterDocument? _kept;

    public RosterChanges Changes { get; } = new();

    /// <summary>The whole state, or what has changed after the number up to which somebody has been told.</summary>
    public RosterDocument Since(long told, bool isWhole)
    {
        var key = (isWhole, isWhole ? 0 : told, Changes.Last);
        if (_kept is null || key != _key) (_key, _kept) = (key, Write(key.Item2, isWhole));
        return _kept;
    }

    private RosterDocument Write(long told, bool isWhole)
    {
        var output = s_buffer ??= new ArrayBufferWriter<byte>(4096);
        output.ResetWrittenCount();
        if (isWhole) ConferenceInfoWriter.Description(output, new ConferenceDescription(null, MaximumUserCount));
        ConferenceInfoWriter.State(output, focus.ConnectedCount);
        ConferenceInfoWriter.BeginUsers(output, isWhole ? ElementState.Full : ElementState.Partial);
        var most = focus.Node.World.Limits.NotifyBodyBytes;
        var reached = told;
        var hasMore = false;
        foreach (var (attendee, number) in Changes.After(told))
        {
            hasMore = output.WrittenCount >= most;
            if (hasMore) break;
            if (!attendee.IsWithdrawn) ConferenceInfoWriter.User(output, Describe(attendee));
            else if (!isWhole) ConferenceInfoWriter.User(output, new ConferenceUser(attendee.Entity, ElementState.Deleted, null, null, []));
            reached = number;
        }

        ConferenceInfoWriter.EndUsers(output);
        ConferenceInfoWriter.End(output);
        return new RosterDocument(output.WrittenSpan.ToArray(), reached, hasMore);
    }

    private uint? MaximumUserCount => focus.Kind switch
    {
        SessionKind.OneToOne => 2,
        SessionKind.AdHoc => (uint)focus.Rules.MostParticipants,
        _ => null,
    };

    /// <summary>
    /// A user with one endpoint, whatever his devices are: where they are is nobody's concern (RFC 4575 5.6.6). Who takes part anonymously has
    /// his alias as entity of both, and no name.
    /// </summary>
    [Clause("RFC 4575", "5.6", "IMS-NTF-5")]
    private ConferenceUser Describe(Attendee attendee)
    {
        var isOut = attendee.Status == EndpointStatus.Disconnected;
        var joining = isOut ? null : attendee.Joined;
        var endpoint = new ConferenceEndpoint(
            attendee.Entity,
            ElementState.Full,
            StatusOf(attendee.Status),
            joining is null ? null : joining.Method == JoiningMethod.DialedIn ? "dialed-in" : "dialed-out",
            joining is null ? null : new Execution(joining.When, joining.By),
            attendee.Disconnected is { } left && isOut ? MethodOf(left.Method) : null,
            attendee.Disconnected is { } gone && isOut ? new Execution(gone.When, gone.By) : null,
            attendee.Status == EndpointStatus.Connected ? s_messages : []);
        return new ConferenceUser(
            attendee.Entity, ElementState.Full, attendee.DisplayName, attendee.Entity == focus.OriginatorEntity ? s_originator : null, [endpoint]);
    }

    private static readonly ConferenceMedia[] s_messages = [new("1", "message", "sendrecv")];

    private static readonly string[] s_originator = ["originator"];

    private static string StatusOf(EndpointStatus status) => status switch
    {
        EndpointStatus.DialingOut => "dialing-out",
        EndpointStatus.Alerting => "alerting",
        EndpointStatus.Connected => "connected",
        _ => "disconnected",
    };

    private static string MethodOf(DisconnectionMethod method) => method switch
    {
        DisconnectionMethod.Departed => "departed",
        DisconnectionMethod.Booted => "booted",
        DisconnectionMethod.Busy => "busy",
        _ => "failed",
    };
}
