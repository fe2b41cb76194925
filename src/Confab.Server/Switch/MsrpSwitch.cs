using Confab.Msrp;
using Confab.Runtime;
using Confab.Server.Owners;

namespace Confab.Server.Switch;

/// <summary>
/// The MSRP Switch of one session: what a member sends is checked once and copied to the others, inside the turn that brought it
/// (OMA-IM 7.1.3.2.1, RFC 7701 6). The switch is the endpoint of every leg: its answers are its own, and reports of recipients end here.
/// </summary>
[Clause("OMA-IM", "7.1.3.2.1", "MSW-1", "MSW-2", "MSW-3", "MSW-8", "MSW-9", "MSW-10", "MSW-11", "MSW-14")]
internal sealed class MsrpSwitch(Focus focus)
{
    private readonly MsrpCopy _copy = new();
    private ulong _lastMessage;

    public Focus Focus => focus;

    /// <summary>A piece of a SEND from this member; the status is what he is answered.</summary>
    public MsrpStatus OnPiece(Participant sender, in MsrpFrame frame)
    {
        if (sender.State != ParticipantState.Connected) return MsrpStatus.NoSuchSession;
        if (!frame.HasBody) return MsrpStatus.Ok; // only binds, or keeps the connection alive
        return frame.IsWholeMessage && sender.OpenMessages is not { Count: > 0 } ? CopyWhole(sender, frame) : CopyPiece(sender, frame);
    }

    /// <summary>A number that tells the messages of this session apart while they are under way.</summary>
    public ulong NextMessage() => ++_lastMessage;

    /// <summary>The sender's leg is gone: what he left unfinished is abandoned on every leg that has a part of it (MSW-10).</summary>
    public void AbandonFrom(Participant sender)
    {
        foreach (var open in sender.OpenMessages?.TakeAll() ?? [])
        {
            if (!open.IsForwarded) continue;
            _copy.PrepareAbort(open.Message, open.MessageId);
            Send(sender, open.Addressee);
        }
    }

    private MsrpStatus CopyWhole(Participant sender, in MsrpFrame frame)
    {
        var verdict = CpimCheck.Of(sender, frame.ContentType, frame.Body, isWhole: true);
        if (verdict.Status != MsrpStatus.Ok) return verdict.Status;
        var body = verdict.Rewrites ? CpimCheck.Rewrite(frame.Body, verdict.From, sender) : frame.Body;
        _copy.Prepare(NextMessage(), frame.MessageId, 1, body.Length, frame.ContentType, body);
        return Send(sender, verdict.Addressee, verdict.Wrapped);
    }

    private MsrpStatus CopyPiece(Participant sender, in MsrpFrame frame)
    {
        var messages = sender.OpenMessages ??= new OpenMessages(focus.Node.World.Limits.OpenMessagesPerLeg);
        if (!messages.TryFind(frame.MessageId, out var open))
        {
            // A later part of something that was refused, or that began before this leg did: nobody has its beginning (MSW-10).
            if (frame.Offset != 1) return MsrpStatus.Ok;
            open = messages.Begin(NextMessage(), frame, out var dropped);
            if (dropped is { IsForwarded: true })
            {
                _copy.PrepareAbort(dropped.Message, dropped.MessageId);
                Send(sender, dropped.Addressee);
            }
        }

        var isEnd = frame.IsLastPiece && frame.Continuation != '+';
        if (isEnd) messages.Remove(open);
        if (frame.IsLastPiece && frame.Continuation == '#')
        {
            if (!open.IsForwarded) return MsrpStatus.Ok;
            _copy.PrepareAbort(open.Message, open.MessageId);
            Send(sender, open.Addressee);
            return MsrpStatus.Ok;
        }

        var continuation = isEnd ? '$' : '+';
        if (open.IsForwarded)
        {
            _copy.Prepare(open.Message, open.MessageId, frame.Offset + open.Shift, open.ShiftedTotal, open.ContentType, frame.Body, continuation);
            return Settle(messages, open, Send(sender, open.Addressee));
        }

        var status = open.TryBegin(sender, frame.Body, isEnd, out var beginning);
        if (status == MsrpStatus.Ok && open.IsForwarded)
        {
            _copy.Prepare(open.Message, open.MessageId, 1, open.ShiftedTotal, open.ContentType, beginning.Span, continuation);
            status = Send(sender, open.Addressee, open.Wrapped);
        }

        return Settle(messages, open, status);
    }

    /// <summary>A message of which a chunk was refused is over.</summary>
    private static MsrpStatus Settle(OpenMessages messages, OpenMessage open, MsrpStatus status)
    {
        if (status != MsrpStatus.Ok) messages.Remove(open);
        return status;
    }

    /// <summary>
    /// One pass over the members: each gets the whole frame in his own buffer, sent at the end of the turn. In a group each leg takes what it
    /// can (MSW-8, MSW-14, D-09); where there is but one who should have it, the sender is told that he cannot.
    /// </summary>
    private MsrpStatus Send(Participant sender, Participant? addressee, string? wrapped = null)
    {
        var copies = 0;
        var status = MsrpStatus.Ok;
        foreach (var member in focus.Participants)
        {
            if (member == sender || member.State != ParticipantState.Connected || (addressee is not null && member != addressee)) continue;
            if (wrapped is not null && !member.TakesWrapped(wrapped)) continue;
            var sent = member.Msrp!.SendChunk(_copy);
            if (sent <= SendStatus.Queued) copies++;
            else if (!focus.IsGroup || addressee is not null) status = sent == SendStatus.Closed ? MsrpStatus.TimedOut : MsrpStatus.TooLarge;
            if (!focus.IsGroup) Backpressure.Apply(sender, member);
        }

        focus.Node.Metrics.Delivered(copies);
        return status;
    }
}
