using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Confab.Sip.Message;

/// <summary>One header field of the index: where its name and its value lie in the buffer. Sixteen bytes.</summary>
[StructLayout(LayoutKind.Auto)]
readonly struct HeaderSlot(int nameStart, int nameLength, HeaderName name, int valueStart, int valueLength)
{
    public readonly int NameStart = nameStart;
    public readonly int ValueStart = valueStart;
    public readonly int ValueLength = valueLength;
    public readonly ushort NameLength = (ushort)nameLength;
    readonly byte _name = (byte)name;

    public HeaderName Name => (HeaderName)_name;
}

/// <summary>Room for the fields of nearly every message inside the message object; a longer one gets an array beside it.</summary>
[InlineArray(Capacity)]
struct HeaderSlots
{
    public const int Capacity = 32;
    HeaderSlot _first;
}
