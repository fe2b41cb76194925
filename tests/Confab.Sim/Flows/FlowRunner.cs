// Plays a flow. Order is held for each member and protocol: what goes to different members may overtake. Whatever has come and was not
// listed fails the flow at the next advance, silence, or the end.
namespace Confab.Sim.Flows;

/// <summary>Runs one flow against the server, in a world of its own.</summary>
public sealed class FlowRunner
{
    private readonly FlowScript _script;
    private readonly FlowStage _stage;
    private readonly FlowVariables _variables;
    private readonly Expectation _expectation;
    private FlowStep? _now;

    internal FlowRunner(FlowScript script, FlowStage stage)
    {
        _script = script;
        _stage = stage;
        _variables = new FlowVariables(_stage.Property);
        _expectation = new Expectation(_stage, _variables);
    }

    /// <summary>Plays it to the end.</summary>
    /// <returns>The transcript.</returns>
    /// <exception cref="FlowFailureException">It went otherwise; the message shows where, what came, and the transcript so far.</exception>
    public static async Task<string> PlayAsync(FlowScript script)
    {
        var stage = new FlowStage(script);
        await using (stage.ConfigureAwait(false))
        {
            return await new FlowRunner(script, stage).PlayAsync().ConfigureAwait(false);
        }
    }

    private async Task<string> PlayAsync()
    {
        try
        {
            await _stage.StartAsync().ConfigureAwait(false);
        }
        catch (FlowFailureException failure)
        {
            throw Failed(failure);
        }

        PlayOn();
        return _stage.Ladder.ToString();
    }

    /// <summary>Plays it on a stage that has been started.</summary>
    internal void PlayOn()
    {
        try
        {
            for (var i = 0; i < _script.Steps.Count; i++)
            {
                _now = _script.Steps[i];
                Do(_now, i);
            }

            _stage.Settle();
            ThrowOnUnlisted(_ => true);
        }
        catch (FlowFailureException failure)
        {
            throw Failed(failure);
        }

        _stage.ThrowOnErrors();
    }

    /// <summary>Plays what can be played of it, whatever comes.</summary>
    internal void PlayAnyway()
    {
        for (var i = 0; i < _script.Steps.Count; i++)
        {
            try
            {
                Do(_script.Steps[i], i);
            }
            catch (Exception exception) when (exception is FlowFailureException or FormatException or ArgumentException or InvalidOperationException or NullReferenceException)
            {
                _stage.Settle(); // the play has lost its thread here, and goes on where it can
            }
        }
    }

    private FlowFailureException Failed(FlowFailureException failure) =>
        new($"{_script.Path}:{_now?.Line ?? 1}: {_now?.Text}\n{failure.Message}\n\nso far:\n{_stage.Ladder}");

    private void Do(FlowStep step, int index)
    {
        switch (step)
        {
            case MessageStep { IsExpected: true } expected:
                Expect(expected);
                break;
            case MessageStep sent:
                Send(sent, index);
                break;
            case UnorderedStep unordered:
                _stage.Settle();
                foreach (var expected in unordered.Expected) ExpectAnywhere(expected);
                break;
            case ConnectionStep { IsExpected: true } closed:
                ExpectClose(closed);
                break;
            case ConnectionStep connection:
                Connect(connection);
                break;
            case ReadingStep reading:
                _stage.Settle();
                _stage.Member(reading.Member).Read(reading.Reads);
                _stage.Settle();
                break;
            case DocumentStep document:
                _stage.Settle();
                _stage.PutDocument(document.Auid, document.Name, document.Owner, document.Content is { } text ? _variables.Fill(text) : null);
                _stage.Settle();
                break;
            case ServerStep server:
                Change(server.Change);
                break;
            case AdvanceStep advance:
                _stage.Settle();
                ThrowOnUnlisted(_ => true);
                _stage.Advance(advance.By);
                break;
            case SilenceStep silence:
                _stage.Settle();
                ThrowOnUnlisted(a => silence.Members.Contains(a.Member, StringComparer.Ordinal));
                break;
        }
    }

    private void Change(ServerChange change)
    {
        _stage.Settle();
        switch (change)
        {
            case ServerChange.Killed:
                _stage.KillServer();
                break;
            case ServerChange.Stops:
                _stage.StopServer();
                break;
            case ServerChange.Starts:
                _stage.StartServer();
                break;
        }

        foreach (var arrival in _stage.Arrivals.Where(static a => a.IsClose)) arrival.IsListed = true; // as the line says
    }

    private void Send(MessageStep step, int index)
    {
        _stage.Settle();
        var member = _stage.Member(step.From);
        if (step.Raw is { } raw)
        {
            if (step.IsMsrp) member.SendRawMsrp(_variables.Fill(raw));
            else member.SendRaw(_variables.Fill(raw));
        }
        else if (step.IsMsrp) member.SendMsrp(step, _variables);
        else member.Send(step, _variables, NextExpected(step, index)?.Head.StartsWith("40", StringComparison.Ordinal) == true && IsChallenge(NextExpected(step, index)!));
        _stage.Settle();

        // A BIND whose answer the play does not show was answered 200.
        if (step is { IsMsrp: true, Head: "BIND", Raw: null } && NextExpected(step, index) is not { Head: [>= '0' and <= '9', ..] })
            Expect(step with { From = step.To, To = step.From, Head = "200", Cells = [], Flags = [] });
    }

    private static bool IsChallenge(MessageStep step) => step.Head.Split(' ')[0] is "401" or "407";

    /// <summary>The next line that expects something for this member over the same protocol.</summary>
    private MessageStep? NextExpected(MessageStep step, int index) =>
        _script.Steps.Skip(index + 1)
            .SelectMany(static s => s is UnorderedStep u ? u.Expected : s is MessageStep m ? [m] : (IReadOnlyList<MessageStep>)[])
            .TakeWhile(s => s.From != step.From || s.IsMsrp != step.IsMsrp)
            .FirstOrDefault(s => s.To == step.From && s.IsMsrp == step.IsMsrp);

    private void Expect(MessageStep step)
    {
        _stage.Settle();
        string? difference = null;
        Arrival? compared = null;
        foreach (var arrival in Waiting(step.Member, step.IsMsrp))
        {
            difference = _expectation.Difference(step, arrival);
            if (difference is null)
            {
                List(step, arrival);
                return;
            }

            if (arrival.IsOptional) continue;
            compared = arrival;
            break;
        }

        if (step.IsOptional) return;
        throw new FlowFailureException(compared is null ? $"nothing came to {step.Member}" : $"{difference}. What came:\n\n{compared}");
    }

    private void ExpectAnywhere(MessageStep step)
    {
        var waiting = Waiting(step.Member, step.IsMsrp).ToList();
        if (waiting.Find(a => _expectation.Difference(step, a) is null) is { } found) List(step, found);
        else if (!step.IsOptional)
        {
            waiting.RemoveAll(static a => a.IsOptional);
            var seen = string.Join("\n\n", waiting.Select(a => $"{_expectation.Difference(step, a)}:\n{a}"));
            throw new FlowFailureException($"{step.Text}: {(waiting.Count == 0 ? $"nothing came to {step.Member}" : $"not among what came to {step.Member}:\n{seen}")}");
        }
    }

    private void List(MessageStep step, Arrival arrival)
    {
        arrival.IsListed = true;
        if (step.FlagValue("as") is { } name) _stage.Member(step.Member).NameDialog(name);
    }

    private void ExpectClose(ConnectionStep step)
    {
        _stage.Settle();
        var closed = Waiting(step.To, step.IsMsrp).FirstOrDefault(static a => a.IsClose) ?? throw new FlowFailureException($"the connection of {step.To} is open");
        closed.IsListed = true;
    }

    private void Connect(ConnectionStep step)
    {
        var member = _stage.Member(step.From);
        if (step.Opens) member.ConnectMsrp();
        else if (step.IsMsrp) member.CloseMsrp();
        else member.CloseSip();
        _stage.Ladder.Note(step.From, step.To, step.IsMsrp, step.Opens ? "connects" : "closes the connection");
        _stage.Settle();
    }

    private IEnumerable<Arrival> Waiting(string member, bool isMsrp) => _stage.Arrivals.Where(a => !a.IsListed && a.Member == member && a.IsMsrp == isMsrp);

    private void ThrowOnUnlisted(Func<Arrival, bool> which)
    {
        if (_stage.Arrivals.FirstOrDefault(a => a is { IsListed: false, IsOptional: false } && which(a)) is { } unlisted)
            throw new FlowFailureException($"this came to {unlisted.Member} before, and is not listed:\n\n{unlisted}");
    }
}
