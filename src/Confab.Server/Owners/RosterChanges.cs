namespace Confab.Server.Owners;

/// <summary>
/// The roster in the order of each line's last change: whoever was told up to a number is told the rest by going on from there, the whole
/// from zero. A line that changes again moves to the end, so what is told is never more than one entry a user.
/// </summary>
internal sealed class RosterChanges
{
    private readonly LinkedList<(Attendee Attendee, long Number)> _order = new();
    private readonly Dictionary<Attendee, LinkedListNode<(Attendee Attendee, long Number)>> _nodes = [];

    /// <summary>The number of the last change; 0 while there was none.</summary>
    public long Last { get; private set; }

    public void Note(Attendee attendee)
    {
        if (_nodes.Remove(attendee, out var node)) _order.Remove(node);
        _nodes[attendee] = _order.AddLast((attendee, ++Last));
    }

    /// <summary>What has changed after this number, oldest first, each with its own number.</summary>
    public IEnumerable<(Attendee Attendee, long Number)> After(long number)
    {
        var node = number == 0 ? _order.First : null;
        if (number > 0)
        {
            for (var back = _order.Last; back is not null && back.Value.Number > number; back = back.Previous) node = back;
        }

        for (; node is not null; node = node.Next) yield return node.Value;
    }
}
