using Microsoft.Extensions.Logging;

namespace Confab.Sim;

/// <summary>One line of a host's log.</summary>
public sealed record SimLogLine(DateTimeOffset Time, string Host, LogLevel Level, string Category, EventId Event, string Message, Exception? Exception)
{
    public override string ToString() => $"{Time:HH:mm:ss.fffffff} {Host} {Level} {Category}: {Message}{(Exception is null ? "" : $"{Environment.NewLine}{Exception}")}";
}

/// <summary>What all hosts of a simulated world log: the last lines for a failing test to show, and every error.</summary>
public sealed class SimLog(TimeProvider time)
{
    private const int MostLines = 1_000;

    private readonly TimeProvider _time = time;
    private readonly Lock _gate = new();
    private readonly Queue<SimLogLine> _lines = new();
    private readonly List<SimLogLine> _errors = [];

    /// <summary>The last lines of any level, oldest first.</summary>
    public IReadOnlyList<SimLogLine> Lines
    {
        get
        {
            lock (_gate) return [.. _lines];
        }
    }

    /// <summary>All lines of level Error and above.</summary>
    public IReadOnlyList<SimLogLine> Errors
    {
        get
        {
            lock (_gate) return [.. _errors];
        }
    }

    /// <summary>Forgets the errors: a test that provokes one has looked at it.</summary>
    public void ForgetErrors()
    {
        lock (_gate) _errors.Clear();
    }

    /// <summary>The logging of one host.</summary>
    public ILoggerFactory Of(string host) => new HostLoggers(this, host);

    private void Write(SimLogLine line)
    {
        lock (_gate)
        {
            _lines.Enqueue(line);
            if (_lines.Count > MostLines) _lines.Dequeue();
            if (line.Level >= LogLevel.Error) _errors.Add(line);
        }
    }

    private sealed class HostLoggers(SimLog log, string host) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => new HostLogger(log, host, categoryName);

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The simulated world collects the log itself.");

        public void Dispose()
        {
            // Nothing is held.
        }
    }

    private sealed class HostLogger(SimLog log, string host, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) log.Write(new SimLogLine(log._time.GetUtcNow(), host, logLevel, category, eventId, formatter(state, exception), exception));
        }
    }
}
