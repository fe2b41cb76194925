using System.Globalization;

namespace Confab.Bench.Report;

/// <summary>The charts, those for which there are figures.</summary>
internal static class Charts
{
    public static IEnumerable<(string Name, string Svg)> All(Dictionary<string, Journal> journal)
    {
        if (Budgets(journal) is { } budgets) yield return ("budgets", budgets);
        if (Bars(journal, "Fan-out to 100 members, 100 B texts: server CPU of a delivery", "us of CPU a delivery (logarithmic)", isLog: true,
            ("peers 100 confab us", "Confab (MSRP)", "a"), ("fanout 100 fanserver", "bare C server, same frames", "b"), ("peers 100 ngircd us", "ngircd (IRC, a quarter of the bytes)", "b"),
            ("peers 100 kamailio us", "Kamailio imc (MESSAGE)", "c"), ("peers 100 ejabberd us", "ejabberd (XMPP MUC)", "c"), ("peers 100 prosody us", "Prosody (XMPP MUC)", "c")) is { } peers) yield return ("fanout-peers", peers);
        if (Bars(journal, "SIP: server CPU of a unit", "us of CPU (logarithmic)", isLog: true,
            ("sip confab", "MESSAGE answered: Confab", "a"), ("sip kamailio", "MESSAGE answered: Kamailio, stateless", "c"), ("sip sipanswer", "MESSAGE answered: bare C responder", "b"),
            ("page confab", "MESSAGE to a user: Confab", "a"), ("page kamailio", "MESSAGE to a user: Kamailio t_relay", "c"),
            ("register confab", "REGISTER, digest: Confab", "a"), ("register kamailio", "REGISTER, digest: Kamailio", "c"),
            ("sessions confab", "1-1 session with MSRP: Confab", "a"), ("sessions kamailio", "1-1 session: Kamailio relays SIP alone", "c")) is { } sip) yield return ("signalling", sip);
        if (Bars(journal, "10,000 deliveries a second to 100 members: latency", "ms from send to delivery (logarithmic)", isLog: true,
            ("rate 100 p50", "Confab, p50", "a"), ("rate 100 p99", "Confab, p99", "a"), ("rate 100 fanserver p50", "bare C server, p50", "b"), ("rate 100 fanserver p99", "bare C server, p99", "b"),
            ("peers rate ejabberd p50", "ejabberd, p50", "c"), ("peers rate ejabberd p99", "ejabberd, p99", "c"), ("peers rate prosody p99", "Prosody, p99", "c"), ("peers rate ngircd p99", "ngircd, p99", "c"), ("peers rate kamailio p99", "Kamailio imc, p99", "c")) is { } latency) yield return ("latency", latency);
        if (Lines(journal, "A delivery costs no more in a large group", "members of the group (logarithmic)", "us of server CPU a delivery",
            ("growth members confab ", "Confab", "a"), ("growth members fanserver ", "bare C server", "b")) is { } members) yield return ("growth-members", members);
        if (Lines(journal, "A transaction costs no more beside many dialogs", "dialogs that live meanwhile (logarithmic)", "us of server CPU a transaction",
            ("growth dialogs options ", "OPTIONS", "a"), ("growth dialogs register ", "REGISTER, identity asserted", "d")) is { } dialogs) yield return ("growth-dialogs", dialogs);
        if (Lines(journal, "A 1-1 session costs no more beside many others", "dialogs that live meanwhile (logarithmic)", "us of server CPU a session",
            ("growth dialogs session ", "1-1 session with MSRP", "c")) is { } sessions) yield return ("growth-sessions", sessions);
    }

    private static string? Budgets(Dictionary<string, Journal> journal)
    {
        var bars = new List<Bar>();
        foreach (var budget in Budget.All)
        {
            if (!journal.TryGetValue(budget.Figure, out var f)) continue;
            var share = 100 / budget.Most;
            bars.Add(new Bar(budget.What, f.Median * share, f.Min * share, f.Max * share, $"{Figures.Text(f.Median, budget.Format)} {f.Unit}", f.Median > budget.Most ? "c" : "a"));
        }

        return bars.Count == 0 ? null : BarChart.Draw("How much of each budget is used", "% of the budget (whiskers: least and most of the rounds)", bars, budget: 100, most: 200);
    }

    private static string? Bars(Dictionary<string, Journal> journal, string title, string axis, bool isLog, params (string Name, string Label, string Style)[] wanted)
    {
        var bars = new List<Bar>();
        foreach (var (name, label, style) in wanted)
        {
            if (journal.TryGetValue(name, out var f)) bars.Add(new Bar(label, f.Median, f.Min, f.Max, string.Create(CultureInfo.InvariantCulture, $"{f.Median:0.##} {f.Unit.Split('/')[0]}"), style));
        }

        return bars.Count < 2 ? null : BarChart.Draw(title, axis, bars, isLog: isLog);
    }

    private static string? Lines(Dictionary<string, Journal> journal, string title, string across, string up, params (string Prefix, string Label, string Style)[] wanted)
    {
        var lines = new List<Growth>();
        foreach (var (prefix, label, style) in wanted)
        {
            var points = journal.Values.Where(f => f.Name.StartsWith(prefix, StringComparison.Ordinal))
                .Select(f => (X: double.Parse(f.Name[prefix.Length..], CultureInfo.InvariantCulture), f)).OrderBy(static p => p.X).ToList();
            if (points.Count > 1) lines.Add(new Growth(label, style, points));
        }

        return lines.Count == 0 ? null : GrowthChart.Draw(title, across, up, lines);
    }
}
