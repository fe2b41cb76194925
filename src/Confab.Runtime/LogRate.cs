namespace Confab.Runtime;

/// <summary>
/// Lets so many lines of one kind into the log in a while: what a peer does wrong is worth a line, and whoever floods us with it fills no disk.
/// What is held back is counted, and told with the next line. Any thread may call.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class LogRate(TimeProvider time)
{
    /// <summary>Lines in one <see cref="Window"/>.</summary>
    public const int Lines = 20;

    private readonly Lock _gate = new();
    private long _since = time.GetTimestamp();
    private int _lines;
    private long _heldBack;

    public static TimeSpan Window { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether this line is written.</summary>
    /// <param name="heldBack">How many before it were not.</param>
    public bool Allows(out long heldBack)
    {
        lock (_gate)
        {
            if (time.GetElapsedTime(_since) >= Window) (_since, _lines) = (time.GetTimestamp(), 0);
            heldBack = _heldBack;
            if (_lines++ >= Lines)
            {
                _heldBack++;
                return false;
            }

            _heldBack = 0;
            return true;
        }
    }
}
