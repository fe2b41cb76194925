using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Confab.Host.Metrics;

/// <summary>Adds up what the meters of Confab and of the runtime measure. A measurement costs no allocation and takes no lock.</summary>
sealed class MetricsListener(IMeterFactory factory) : IDisposable
{
    readonly MeterListener _listener = new();
    readonly ConcurrentDictionary<Instrument, Family> _families = new();

    public void Start()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!IsOurs(instrument.Meter))
                return;
            listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument, i => new Family(i)));
        };
        _listener.MeasurementsCompleted = (instrument, _) => _families.TryRemove(instrument, out Family? _);
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, family) => Take(value, tags, family));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, family) => Take(value, tags, family));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, family) => Take(value, tags, family));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, family) => Take(value, tags, family));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, family) => Take(value, tags, family));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, family) => Take(value, tags, family));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, family) => Take((double)value, tags, family));
        _listener.Start();
    }

    /// <summary>All families by name, the observable ones asked just now.</summary>
    public IReadOnlyList<Family> Read()
    {
        _listener.RecordObservableInstruments();
        return [.. _families.Values.OrderBy(f => f.Name, StringComparer.Ordinal)];
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>Confab's meters of this application (not of another one in the process), and the runtime's.</summary>
    bool IsOurs(Meter meter) =>
        meter.Name == "System.Runtime"
        || (meter.Name.StartsWith("confab", StringComparison.OrdinalIgnoreCase) && ReferenceEquals(meter.Scope, factory));

    static void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? family) => ((Family)family!).Take(value, tags);
}
