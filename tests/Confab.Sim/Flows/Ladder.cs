// The transcript of a play, as failures show it: one line a message.
using System.Globalization;

namespace Confab.Sim.Flows;

/// <summary>Who sent what to whom, and when.</summary>
internal sealed class Ladder(TimeProvider time)
{
    private readonly DateTimeOffset _start = time.GetUtcNow();
    private readonly List<string> _lines = [];

    public void Note(string from, string to, bool isMsrp, string what) =>
        _lines.Add(string.Create(CultureInfo.InvariantCulture, $"  {(time.GetUtcNow() - _start).TotalSeconds,8:0.000}  {from,-8} {(isMsrp ? "~>" : "->")} {to,-8} {what}"));

    public override string ToString() => string.Join('\n', _lines);
}
