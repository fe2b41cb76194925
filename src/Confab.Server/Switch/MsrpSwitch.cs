using System.Text;
using Confab.Msrp;
using Confab.Runtime;
using Confab.Server.Owners;

namespace Confab.Server.Switch;

/// <summary>
/// The MSRP Switch of one session: what a member sends is checked once and copied to the others, inside the turn that brought it
/// (OMA-IM 7.1.3.2.1, RFC 7701 6). The switch is the endpoint of every leg: its answers are its own, and reports of recipients end here.
/// </summary>
[Clause("OMA-IM", "7.1.3.2.1", "MSW-1", "MSW-2", "MSW-3", "MSW-8", "MSW-9", "MSW-10", "MSW-11")]
internal sealed class MsrpSwitch(Focus focus)
{
    private readonly MsrpCopy _copy = new();
    private readonly Fanout _fanout = new(focus.Node.World);
    private ulong _lastMessage; // tells the messages of this session apart while they are under way
    private ulong _lastSender;

    /// <summary>A piece of a SEND from this member; the status is what he is answered.</summary>
    public MsrpStatus OnPiece(Participant sender, in MsrpFrame frame)
    {
        if (sender.State != ParticipantState.Connected) return MsrpStatus.NoSuchSession;
        return frame is { IsWholeMessage: true, HasBody: true } ? CopyWhole(sender, frame.MessageId, frame.ContentType, frame.Body) : CopyPiece(sender, frame);
    }

    /// <summary>A CPIM message of this member that did not come by MSRP.</summary>
    public void Deliver(Participant sender, ReadOnlySpan<byte> cpim) =>
        CopyWhole(sender, NewMessageId(), "message/cpim"u8, cpim);

    /// <summary>
    /// The member's leg is gone, or he is on his way out: what he left unfinished is abandoned on every leg that has a part of it (MSW-10), and
    /// who waits for him waits no longer.
    /// </summary>
    public void OnLegLost(Participant member)
    {
        foreach (var open in member.OpenMessages?.TakeAll() ?? []) Abort(member, open);
        Backpressure.Release(member);
    }

    private MsrpStatus CopyWhole(Participant sender, ReadOnlySpan<byte> messageId, ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body)
    {
        if (sender.OpenMessages is { } messages && messages.TryFind(messageId, out var begun)) Abandon(sender, begun); // it starts anew
        var verdict = CpimCheck.Of(sender, contentType, body, isWhole: true);
        if (verdict.Status != MsrpStatus.Ok) return verdict.Status;
        if (verdict.Rewrites) body = CpimCheck.Rewrite(body, verdict, sender);
        if (MustRename(sender, messageId)) messageId = NewMessageId();
        _copy.Prepare(++_lastMessage, messageId, 1, body.Length, contentType, body);
        return Send(sender, verdict.Addressee, verdict.Wrapped);
    }

    private MsrpStatus CopyPiece(Participant sender, in MsrpFrame frame)
    {
        var messages = sender.OpenMessages ??= new OpenMessages(focus.Node.World.Limits.OpenMessagesPerLeg, ++_lastSender);
        var isKnown = messages.TryFind(frame.MessageId, out var open);
        if (frame.IsLastPiece && frame.Continuation == '#')
        {
            if (isKnown) Abandon(sender, open!);
            return MsrpStatus.Ok;
        }

        if (isKnown && frame.Offset != open!.Next)
        {
            // What overlaps could put another sender into what was checked already.
            Abandon(sender, open);
            if (frame.Offset != 1) return MsrpStatus.BadRequest;
            isKnown = false;
        }

        if (!isKnown)
        {
            // A later part of something that was refused, or that began before this leg did: nobody has its beginning (MSW-10). Or it only
            // keeps the connection alive.
            if (frame.Offset != 1 || !frame.HasBody) return MsrpStatus.Ok;
            open = messages.Begin(++_lastMessage, frame, out var dropped);
            if (dropped is not null) Abort(sender, dropped);
        }

        var isEnd = frame.IsLastPiece && frame.Continuation == '$';
        if (isEnd) messages.Remove(open!);
        var status = CopyPiece(sender, open!, frame, isEnd);
        if (status != MsrpStatus.Ok) messages.Remove(open!);
        return status;
    }

    private MsrpStatus CopyPiece(Participant sender, OpenMessage open, in MsrpFrame frame, bool isEnd)
    {
        var continuation = isEnd ? '$' : '+';
        open.Next += frame.Body.Length;
        if (open.IsForwarded)
        {
            _copy.Prepare(open.Message, open.CopyId, frame.Offset + open.Shift, open.ShiftedTotal, open.ContentType, frame.Body, continuation, sender: open.Sender);
            return Send(sender, open.Addressee);
        }

        var status = open.TryBegin(sender, frame.Body, isEnd, out var beginning);
        if (status != MsrpStatus.Ok || !open.IsForwarded) return status;
        if (MustRename(sender, open.MessageId)) open.CopyId = NewMessageId();
        _copy.Prepare(open.Message, open.CopyId, 1, open.ShiftedTotal, open.ContentType, beginning.Span, continuation, sender: open.Sender);
        return Send(sender, open.Addressee, open.Wrapped);
    }

    /// <summary>What a client puts into its Message-IDs, its host or a count that goes on in the next session, may tell who is anonymous here.</summary>
    private bool MustRename(Participant sender, ReadOnlySpan<byte> messageId) => sender.IsAnonymous || IsUnderWay(sender, messageId);

    /// <summary>
    /// Whether the legs have a part of another member's message with this Message-ID. It is the sender's to choose, and others can read it:
    /// chunks of two messages under one would be put together as the words of the one who began (RFC 4975 7.1.1, MSW-5).
    /// </summary>
    private bool IsUnderWay(Participant sender, ReadOnlySpan<byte> messageId)
    {
        var members = focus.Participants;
        for (var i = 0; i < members.Count; i++)
        {
            if (members[i] != sender && members[i].OpenMessages is { } messages && messages.HasCopiesOf(messageId)) return true;
        }

        return false;
    }

    private byte[] NewMessageId() => Encoding.ASCII.GetBytes(focus.Node.World.Ids.Token(80));

    private void Abandon(Participant sender, OpenMessage open)
    {
        sender.OpenMessages!.Remove(open);
        Abort(sender, open);
    }

    /// <summary>Tells those who have a part of it that it will not be complete.</summary>
    private void Abort(Participant sender, OpenMessage open)
    {
        if (!open.IsForwarded) return;
        _copy.PrepareAbort(open.Message, open.CopyId);
        Send(sender, open.Addressee);
    }

    /// <summary>
    /// One pass over the members: each gets the whole frame in his own buffer, sent at the end of the turn. In a group each leg takes what it
    /// can (MSW-8, MSW-14, D-09); where there is but one who should have it, the sender hears that he cannot.
    /// </summary>
    private MsrpStatus Send(Participant sender, Participant? addressee, string? wrapped = null)
    {
        var copies = 0;
        var status = MsrpStatus.Ok;
        using var scope = _fanout.Begin();
        for (var i = 0; i < focus.Participants.Count; i++)
        {
            var member = focus.Participants[i];
            if (member == sender || member.State != ParticipantState.Connected || (addressee is not null && member != addressee)) continue;
            if (wrapped is not null && !member.TakesWrapped(wrapped)) continue;
            if (member.Msrp is not { } leg)
            {
                // Awaited after a restart: he hears nothing until he is back, and who speaks to him alone is told so.
                if (!focus.IsGroup || addressee is not null) status = MsrpStatus.TimedOut;
                continue;
            }

            var sent = leg.SendChunk(_copy);
            if (sent is SendStatus.Sent or SendStatus.Queued) copies++;
            if (!focus.IsGroup) Backpressure.Apply(sender, member);
            else if (addressee is null) continue;
            status = sent switch
            {
                SendStatus.Sent or SendStatus.Queued => MsrpStatus.Ok,
                SendStatus.Closed => focus.IsGroup ? MsrpStatus.NotFound : MsrpStatus.NoSuchSession,
                _ => MsrpStatus.TooLarge,
            };
        }

        focus.Node.Metrics.Delivered(copies);
        return status;
    }
}
