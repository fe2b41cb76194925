using System.Globalization;
using System.Text;

namespace Confab.Cli.Bench;

/// <summary>A report for people.</summary>
static class ReportText
{
    public static string Write(LoadReport report)
    {
        var text = new StringBuilder();
        var what = report.Held > 0 ? $"{report.Held} held" : report.Rate > 0 ? F($"{report.Rate:0.##}/s asked") : "as many as go";
        var users = report.Mode == "fanout" ? $"{report.Members} members, {report.Senders} send {report.Size} B" : $"{report.Members} users";
        text.AppendLine(F($"{report.Mode}  {report.Server} over {report.Transport}  {users}, {what}, {report.Seconds:0.0} s"));
        if (report.Held == 0) Line(text, report.Unit, F($"{report.Count}, {report.PerSecond:0.#} a second{(report.BytesEach is { } bytes ? F($", {bytes:0} B each") : "")}"));
        if (report.Latency is { } l)
            Line(text, "latency", F($"p50 {Time(l.P50)}  p90 {Time(l.P90)}  p99 {Time(l.P99)}  p99.9 {Time(l.P999)}  max {Time(l.Max)}  mean {Time(l.Mean)}"));
        if (report.Mode == "fanout") Line(text, "messages", F($"{report.Sent} sent, {report.Lost} deliveries lost, {report.Duplicated} twice, {report.OutOfOrder} out of order"));
        foreach (var (how, times) in report.Failures.OrderByDescending(static f => f.Value)) Line(text, "failed", F($"{times} x {how}"));
        if (report.Missed > 0) Line(text, "not begun", F($"{report.Missed} were due while too many before them had not ended"));
        if (report.Strange > 0) Line(text, "strange", F($"{report.Strange} that answer nothing that was sent, or cannot be read"));
        if (report.ServerCpuEach is { } cpu) Line(text, "server", F($"{cpu:0.00} us CPU each, {report.ServerCores:0.00} cores busy, {report.ServerKbAfter / 1024:0} MB resident"));
        if (report.Held > 0 && report.ServerKbBefore is { } before) Line(text, "memory", F($"{(report.ServerKbAfter - before) / 1024:0.0} MB more than before, {(report.ServerKbAfter - before) / report.Held:0.00} KB each"));
        if (report.OwnCpuEach is { } own) Line(text, "generator", F($"{own:0.00} us CPU each, its busiest thread {report.OwnBusiest:P0} of a core{(report.BeganLateP99 is { } late ? $", began late by {Time(late)} at p99" : "")}"));
        foreach (var warning in report.Warnings) Line(text, "warning", warning);
        return text.ToString();
    }

    /// <summary>A time in the unit that suits it.</summary>
    internal static string Time(double microseconds) => microseconds switch
    {
        < 1_000 => F($"{microseconds:0} us"),
        < 1_000_000 => F($"{microseconds / 1_000:0.00} ms"),
        _ => F($"{microseconds / 1_000_000:0.00} s"),
    };

    static void Line(StringBuilder text, string name, string value) => text.Append("  ").Append(name.PadRight(13)).AppendLine(value);

    static string F(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
