namespace Confab.Runtime;

/// <summary>
/// The flows of a conversation with many legs, flushed in rounds, one round at a time. What is written while a round lasts goes out with the
/// next one: under load one send to a leg carries many messages. The thread that wrote runs the round itself, without a hop, until rounds
/// take a good part of the time; from then on it goes back to reading, and what it reads goes along.
/// </summary>
public sealed class Fanout(World world) : IThreadPoolWorkItem
{
    private const int Rest = 4; // times as long as the last round: rounds that follow sooner take a fifth of the time or more

    private static readonly Action<object?> s_runRound = static state => ((Fanout)state!).RunRound();

    private readonly Lock _gate = new();
    private List<StreamFlow> _written = [];
    private List<StreamFlow> _round = [];
    private bool _flushing;
    private long _busyUntil;

    /// <summary>What the thread writes to until the end of the scope is flushed in rounds, the first at the end of its turn.</summary>
    public Turn.FanoutScope Begin() => Turn.BeginFanout(this);

    internal void Remember(StreamFlow flow)
    {
        lock (_gate) _written.Add(flow);
    }

    /// <summary>The turn that wrote has ended.</summary>
    internal void Flush()
    {
        bool isBusy;
        lock (_gate)
        {
            if (_flushing || _written.Count == 0) return;
            _flushing = true;
            isBusy = _written.Count > 1 && world.Time.GetTimestamp() < _busyUntil;
        }

        if (isBusy) world.Scheduler.Schedule(s_runRound, this);
        else RunRound();
    }

    void IThreadPoolWorkItem.Execute() => RunRound();

    private void RunRound()
    {
        var begun = world.Time.GetTimestamp();
        lock (_gate) (_round, _written) = (_written, _round);
        foreach (var flow in _round) flow.Flush();
        _round.Clear();
        lock (_gate)
        {
            var ended = world.Time.GetTimestamp();
            _busyUntil = ended + (Rest * (ended - begun));
            _flushing = _written.Count > 0;
            if (!_flushing) return;
        }

        world.Scheduler.Schedule(s_runRound, this);
    }
}
