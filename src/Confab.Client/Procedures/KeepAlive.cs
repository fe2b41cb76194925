using Confab.Runtime;

namespace Confab.Client.Procedures;

/// <summary>
/// RFC 5626 4.4.1 Keep-Alive with CRLF: keeps the way to the server open through address translators, and notices when it is gone without a word.
/// One alarm rings for the next ping and for the end of the wait for its answer, in turn.
/// </summary>
[Clause("RFC 5626", "4.4.1")]
internal sealed class KeepAlive
{
    // What the clause gives an answer.
    private static readonly TimeSpan s_answerWithin = TimeSpan.FromSeconds(10);

    private readonly ImClient _client;
    private readonly Alarm _alarm;
    private Flow? _flow;
    private long _askedAt;
    private bool _isAsking;
    private bool _isAnswered; // by this server, at any time: one that knows no keep-alive is not taken for dead

    public KeepAlive(ImClient client)
    {
        _client = client;
        _alarm = new Alarm(client.Mailbox, OnAlarm);
    }

    /// <summary>The user is registered over this flow.</summary>
    public void Watch(Flow flow)
    {
        if (flow == _flow && _alarm.IsSet) return;
        Stop();
        if (!flow.IsReliable || _client.Options.KeepAliveSeconds <= 0) return;
        _flow = flow;
        _alarm.Set(TimeSpan.FromSeconds(_client.Options.KeepAliveSeconds));
    }

    public void Stop()
    {
        _alarm.Cancel();
        _flow = null;
        _isAsking = false;
    }

    private void OnAlarm()
    {
        if (_flow is not { IsOpen: true } flow) return;
        if (!_isAsking)
        {
            _isAsking = true;
            _askedAt = _client.World.Time.GetTimestamp();
            _client.Transport.Ping(flow);
            _alarm.Set(s_answerWithin);
            return;
        }

        _isAsking = false;
        var (pongs, heardAt) = _client.Transport.Heard(flow);
        _isAnswered |= pongs > 0;
        if (_isAnswered && heardAt < _askedAt) flow.Close(EndReason.Silent); // Register hears of it, and goes for another
        else _alarm.Set(TimeSpan.FromSeconds(_client.Options.KeepAliveSeconds));
    }
}
