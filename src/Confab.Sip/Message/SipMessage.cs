namespace Confab.Sip.Message;

/// <summary>
/// A SIP message: its bytes and an index of its header fields. RFC 3261 7. Made by <see cref="SipParser"/>, never changed afterwards;
/// it owns the array it was parsed from. What routing and matching need is validated and typed; the rest is found on demand.
/// </summary>
public abstract class SipMessage
{
    readonly byte[] _buffer;
    HeaderSlots _slots;
    HeaderSlot[]? _overflow;
    int _count;
    ulong _seenLow;
    ulong _seenHigh;

    int _startLineStart;
    int _startLineLength;
    int _bodyStart;
    int _bodyLength;
    Text _callId;
    CSeq _cseq;
    Via _topVia;
    NameAddr _from;
    NameAddr _to;

    private protected SipMessage(byte[] buffer) => _buffer = buffer;

    public Text StartLine => Slice(_startLineStart, _startLineLength);

    /// <summary>The first Via value. Empty in a partial message whose Via is malformed: the answer then goes to where the request came from.</summary>
    public ref readonly Via TopVia => ref _topVia;

    public ref readonly NameAddr From => ref _from;

    public ref readonly NameAddr To => ref _to;

    public Text FromTag => _from.Tag;

    public Text ToTag => _to.Tag;

    public Text CallId => _callId;

    public ref readonly CSeq CSeq => ref _cseq;

    /// <summary>-1 when absent.</summary>
    public int MaxForwards { get; internal set; } = -1;

    /// <summary>Content-Length as given; -1 when absent.</summary>
    public int ContentLength { get; internal set; } = -1;

    /// <summary>Seconds of the Expires header; -1 when absent or malformed.</summary>
    public long Expires => TryGetSeconds(HeaderName.Expires, out var seconds) ? seconds : -1;

    /// <summary>Media type with its parameters; empty when absent.</summary>
    public Text ContentType => TryGet(HeaderName.ContentType, out var value) ? value : default;

    public ReadOnlyMemory<byte> Body => new(_buffer, _bodyStart, _bodyLength);

    /// <summary>Every value of the header, lists taken apart.</summary>
    public HeaderValues Headers(HeaderName name) => new(this, name);

    public RawHeaders RawHeaders => new(this);

    public bool Has(HeaderName name) => name == HeaderName.Other
        ? Find(name, 0) >= 0
        : (((int)name < 64 ? _seenLow : _seenHigh) & (1UL << ((int)name & 63))) != 0;

    /// <summary>The first value (the first element of a list). False when the header is absent, or a list without elements.</summary>
    public bool TryGet(HeaderName name, out Text value)
    {
        value = default;
        if (!Has(name))
            return false;
        if (!HeaderNames.IsList(name))
        {
            value = ValueOf(Find(name, 0));
            return true;
        }

        foreach (var element in Headers(name))
        {
            value = element;
            return true;
        }

        return false;
    }

    /// <summary>The first field of that name, whole; for headers without a <see cref="HeaderName"/>.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out Text value)
    {
        for (var i = 0; i < _count; i++)
        {
            var raw = RawOf(i);
            if (raw.Name.EqualsIgnoreCase(name))
            {
                value = raw.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>The first value as an address; false when absent or malformed.</summary>
    public bool TryGetAddress(HeaderName name, out NameAddr address)
    {
        address = default;
        return TryGet(name, out var value) && NameAddr.TryParse(value, out address);
    }

    /// <summary>The value as delta-seconds; false when absent or malformed.</summary>
    public bool TryGetSeconds(HeaderName name, out uint seconds)
    {
        seconds = 0;
        return TryGet(name, out var value) && DeltaSeconds.TryParse(value, out seconds);
    }

    public override string ToString() => StartLine.ToString();

    /// <summary>What it was parsed from.</summary>
    internal byte[] Bytes => _buffer;

    internal int HeaderCount => _count;

    internal Text ValueOf(int slot)
    {
        ref readonly var found = ref SlotAt(slot);
        return Slice(found.ValueStart, found.ValueLength);
    }

    internal RawHeader RawOf(int slot)
    {
        ref readonly var found = ref SlotAt(slot);
        return new RawHeader(Slice(found.NameStart, found.NameLength), found.Name, Slice(found.ValueStart, found.ValueLength));
    }

    internal int Find(HeaderName name, int from)
    {
        for (var i = from; i < _count; i++)
        {
            if (SlotAt(i).Name == name)
                return i;
        }

        return -1;
    }

    internal int OffsetOf(HeaderName name) => Find(name, 0) is var slot and >= 0 ? SlotAt(slot).ValueStart : _startLineStart;

    internal Text Slice(int start, int length) => new(_buffer, start, length);

    internal void SetStartLine(int start, int length) => (_startLineStart, _startLineLength) = (start, length);

    internal void SetBody(int start, int length) => (_bodyStart, _bodyLength) = (start, length);

    /// <summary>Adds a field to the index; false when a field that may appear once appears again.</summary>
    internal bool Add(in HeaderSlot slot)
    {
        if (_count < HeaderSlots.Capacity)
        {
            _slots[_count] = slot;
        }
        else
        {
            var beyond = _count - HeaderSlots.Capacity;
            if (_overflow is null || beyond == _overflow.Length)
                Array.Resize(ref _overflow, (beyond * 2) + HeaderSlots.Capacity);
            _overflow[beyond] = slot;
        }

        _count++;
        if (slot.Name == HeaderName.Other)
            return true;
        ref var seen = ref (int)slot.Name < 64 ? ref _seenLow : ref _seenHigh;
        var bit = 1UL << ((int)slot.Name & 63);
        var again = (seen & bit) != 0;
        seen |= bit;
        return !again || !HeaderNames.IsSingle(slot.Name);
    }

    internal bool TypeVia() => TryGet(HeaderName.Via, out var value) && Via.TryParse(value, out _topVia);

    internal bool TypeFrom() => NameAddr.TryParse(ValueOf(Find(HeaderName.From, 0)), out _from);

    internal bool TypeTo() => NameAddr.TryParse(ValueOf(Find(HeaderName.To, 0)), out _to);

    internal bool TypeCSeq() => CSeq.TryParse(ValueOf(Find(HeaderName.CSeq, 0)), out _cseq);

    internal bool TypeCallId()
    {
        _callId = ValueOf(Find(HeaderName.CallId, 0));
        return !_callId.IsEmpty && !_callId.Span.ContainsAny((byte)' ', (byte)'\t');
    }

    ref readonly HeaderSlot SlotAt(int index)
    {
        if ((uint)index < HeaderSlots.Capacity)
            return ref _slots[index];
        return ref _overflow![index - HeaderSlots.Capacity];
    }
}
