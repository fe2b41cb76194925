using System.Diagnostics.CodeAnalysis;
using Confab.Msrp;
using Confab.Server.Owners;

namespace Confab.Server.Switch;

/// <summary>A message of which not all chunks have come.</summary>
internal sealed class OpenMessage(ulong message, ulong sender, byte[] messageId, byte[] contentType, long total)
{
    private byte[] _head = [];

    public ulong Message => message;

    public ulong Sender => sender;

    public byte[] MessageId { get; } = messageId;

    /// <summary>
    /// The Message-ID of its copies: the sender's, unless a message of another member that is under way has it. They would be one to whoever
    /// puts chunks together.
    /// </summary>
    public byte[] CopyId { get; set; } = messageId;

    public byte[] ContentType => contentType;

    /// <summary>Where its next piece begins: they come in order and without overlap.</summary>
    public long Next { get; set; } = 1;

    /// <summary>Whether its beginning has been checked and copied.</summary>
    public bool IsForwarded { get; private set; }

    /// <summary>The one member that it is for; null for all.</summary>
    public Participant? Addressee { get; private set; }

    /// <summary>The type of what CPIM wraps; null without CPIM.</summary>
    public string? Wrapped { get; private set; }

    /// <summary>Octets by which the copies are longer, since From was put right.</summary>
    public int Shift { get; private set; }

    public long ShiftedTotal => total < 0 ? total : total + Shift;

    /// <summary>
    /// Collects the beginning until its CPIM headers are whole, then checks them; <see cref="IsForwarded"/> tells that
    /// <paramref name="beginning"/> is to be copied.
    /// </summary>
    public MsrpStatus TryBegin(Participant sender, ReadOnlySpan<byte> body, bool isEnd, out ReadOnlyMemory<byte> beginning)
    {
        _head = [.. _head, .. body];
        beginning = _head;
        var verdict = CpimCheck.Of(sender, contentType, _head, isWhole: isEnd);
        if (verdict.Status == MsrpStatus.BadRequest && !isEnd && _head.Length < CpimCheck.LongestHead) return MsrpStatus.Ok;
        if (verdict.Status != MsrpStatus.Ok) return verdict.Status;
        if (verdict.Rewrites)
        {
            var rewritten = CpimCheck.Rewrite(_head, verdict, sender);
            Shift = rewritten.Length - _head.Length;
            beginning = rewritten;
        }

        Addressee = verdict.Addressee;
        Wrapped = verdict.Wrapped;
        IsForwarded = true;
        _head = [];
        return MsrpStatus.Ok;
    }
}

/// <summary>The open messages of one member; bounded, the oldest gives way.</summary>
/// <param name="most">How many.</param>
/// <param name="sender">The member, as a number.</param>
internal sealed class OpenMessages(int most, ulong sender)
{
    private readonly List<OpenMessage> _open = [];

    /// <summary>Whether copies with this Message-ID are under way.</summary>
    public bool HasCopiesOf(ReadOnlySpan<byte> messageId)
    {
        foreach (var open in _open)
        {
            if (open.IsForwarded && messageId.SequenceEqual(open.CopyId)) return true;
        }

        return false;
    }

    public bool TryFind(ReadOnlySpan<byte> messageId, [NotNullWhen(true)] out OpenMessage? found)
    {
        foreach (var open in _open)
        {
            if (!messageId.SequenceEqual(open.MessageId)) continue;
            found = open;
            return true;
        }

        found = null;
        return false;
    }

    public OpenMessage Begin(ulong message, in MsrpFrame frame, out OpenMessage? dropped)
    {
        dropped = null;
        if (_open.Count == most)
        {
            dropped = _open[0];
            _open.RemoveAt(0);
        }

        var open = new OpenMessage(message, sender, frame.MessageId.ToArray(), frame.ContentType.ToArray(), frame.Range.Total);
        _open.Add(open);
        return open;
    }

    public void Remove(OpenMessage open) => _open.Remove(open);

    public IReadOnlyList<OpenMessage> TakeAll()
    {
        var all = _open.ToArray();
        _open.Clear();
        return all;
    }
}
