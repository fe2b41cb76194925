using System.Globalization;
using System.Text;
using Confab.Runtime;

namespace Confab.Cli.Bench;

/// <summary>A member who sends: his frame, composed once, and what of his messages has not reached everybody yet.</summary>
sealed class Speaker
{
    const int Remembered = 8192; // messages; as many may be under way
    const int IdDigits = 16;

    readonly int _number;
    readonly uint _run;
    readonly byte[] _frame;
    readonly int _idAt, _endIdAt, _messageIdAt, _markAt;
    readonly int[] _left = new int[Remembered];
    readonly long[] _begun = new long[Remembered];
    readonly int _others;
    uint _next;
    uint _oldest;
    int _underWay;
    int _busy;

    public Speaker(int number, uint run, string address, string room, string serverPath, string ownPath, int size, int others)
    {
        (_number, _run, _others) = (number, run, others);
        var cpim = $"From: <{address}>\r\nTo: <{room}>\r\nDateTime: 2026-01-01T00:00:00Z\r\n\r\nContent-Type: text/plain;charset=utf-8\r\n\r\n";
        var total = Encoding.UTF8.GetByteCount(cpim) + size;
        var blank = new string('0', IdDigits);
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"MSRP {blank} SEND\r\nTo-Path: {serverPath}\r\nFrom-Path: {ownPath}\r\nMessage-ID: {run:x8}{blank}\r\nByte-Range: 1-{total}/{total}\r\nContent-Type: message/cpim\r\n\r\n");
        _frame = Encoding.UTF8.GetBytes($"{head}{cpim}{new string('x', size)}\r\n-------{blank}$\r\n");
        _idAt = 5;
        _messageIdAt = head.IndexOf("Message-ID: ", StringComparison.Ordinal) + 12 + 8;
        _markAt = Encoding.UTF8.GetByteCount(head) + Encoding.UTF8.GetByteCount(cpim);
        _endIdAt = _frame.Length - 3 - IdDigits;
    }

    public uint Sent => _next;

    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>Sends the next message; false when the connection takes no more, too many are under way, or another thread is sending.</summary>
    public bool TrySend(StreamFlow flow, long intended)
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0) return false;
        var sent = TrySendAlone(flow, intended);
        Volatile.Write(ref _busy, 0);
        return sent;
    }

    /// <summary>One of the others has it; true when he was the last.</summary>
    public bool OnDelivered(uint number)
    {
        if (Interlocked.Decrement(ref _left[number % Remembered]) != 0) return false;
        Interlocked.Decrement(ref _underWay);
        return true;
    }

    /// <summary>It will reach nobody (any more): it was refused, or waited for too long.</summary>
    public bool GiveUp(uint number)
    {
        if (Interlocked.Exchange(ref _left[number % Remembered], 0) <= 0) return false;
        Interlocked.Decrement(ref _underWay);
        return true;
    }

    /// <summary>How many were given up that began before that time.</summary>
    public int GiveUpBefore(long time)
    {
        var given = 0;
        for (; _oldest < _next; _oldest++)
        {
            if (Volatile.Read(ref _left[_oldest % Remembered]) > 0 && _begun[_oldest % Remembered] >= time) break;
            if (GiveUp(_oldest)) given++;
        }

        return given;
    }

    /// <summary>The number of the message in a transaction id of ours.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> id, out int sender, out uint number)
    {
        number = 0;
        sender = 0;
        if (id.Length != IdDigits || !Mark.TryGet(id[..8], out var who) || !Mark.TryGet(id[8..], out number)) return false;
        sender = (int)(who & 0xffff);
        return who >> 16 == 0xbe7c;
    }

    bool TrySendAlone(StreamFlow flow, long intended)
    {
        if (UnderWay >= Remembered / 2) return false;
        var number = _next;
        if (Volatile.Read(ref _left[number % Remembered]) > 0) return false; // one of the last round is still under way
        Volatile.Write(ref _left[number % Remembered], _others);
        _begun[number % Remembered] = intended;
        if (!flow.Send(_frame.Length, (this, new Mark(_run, _number, number, intended)), static (target, message) => message.Item1.Write(target, message.Item2)))
        {
            Volatile.Write(ref _left[number % Remembered], 0);
            return false;
        }

        Interlocked.Increment(ref _underWay);
        _next = number + 1;
        return true;
    }

    void Write(Span<byte> target, Mark mark)
    {
        _frame.CopyTo(target);
        Span<byte> id = stackalloc byte[IdDigits];
        Mark.Put(0xbe7c0000u | (uint)mark.Sender, id[..8]);
        Mark.Put(mark.Number, id[8..]);
        id.CopyTo(target[_idAt..]);
        id.CopyTo(target[_messageIdAt..]);
        id.CopyTo(target[_endIdAt..]);
        mark.Write(target[_markAt..]);
    }
}
