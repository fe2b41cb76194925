using System.Runtime.InteropServices;

namespace Confab.Cli.Bench;

/// <summary>What one member has of one sender: messages are numbered from 0, and the last 64 are known one by one.</summary>
[StructLayout(LayoutKind.Auto)]
struct Arrivals
{
    uint _next;  // one more than the highest that has come
    ulong _seen; // bit i: that one less 1 + i has come

    /// <summary>Notes one that has come.</summary>
    public Arrival Take(uint number)
    {
        if (number >= _next)
        {
            var ahead = number - _next + 1;
            _seen = ahead >= 64 ? 1 : (_seen << (int)ahead) | 1;
            _next = number + 1;
            return Arrival.New;
        }

        var behind = (int)Math.Min(_next - 1 - number, 64);
        if (behind >= 64) return Arrival.Late; // too long ago to know whether it is the first copy
        var bit = 1UL << behind;
        if ((_seen & bit) != 0) return Arrival.Again;
        _seen |= bit;
        return Arrival.Late;
    }
}

enum Arrival
{
    New,

    /// <summary>After one that was sent later.</summary>
    Late,

    /// <summary>A second copy.</summary>
    Again,
}
