// Coming back by itself to group sessions that were lost with their connection (OMA-IM 7.1.1.9, IMC-REJOIN-KEEP).
//
//   lost ──► waits for the server to be reachable ──► rejoin ──► established: the old dialog is ended
//                 ▲                                     │ unreachable, full, overloaded: 1, 2, 4 ... 60 s
//                 └─────────────────────────────────────┘ 403, 404, 410, 481 ..., or the identity is not kept any more: over
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Client.Procedures;

[Clause("OMA-IM", "7.1.1.9", "IMC-REJOIN-KEEP")]
internal sealed class ComeBack(ImClient client)
{
    private const int LongestWait = 60; // seconds

    // The server ends the old dialog when the user comes in by a new one; a server that does not is helped.
    private static readonly TimeSpan s_serversTurn = TimeSpan.FromSeconds(5);

    private readonly List<Lost> _lost = [];

    /// <summary>
    /// Whether a session is one to come back to: a group. The identity of a 1-1 session may be the other user's own address, and a call to it would
    /// ring there (7.1.1.9 is about conference sessions alone).
    /// </summary>
    public static bool Serves(ImSession session) => session.Client.Options.RejoinLostSessions && session is { IsFocus: true, WasEstablished: true, Identity: not null };

    /// <summary>The session is lost: it ends, and is come back to; false where it is not.</summary>
    public bool Take(ImSession session, string text)
    {
        if (!Serves(session) || session.Identity is not { } identity) return false;
        if (_lost.Count >= client.Options.MaxSessions) return false;
        var lost = new Lost(identity, session);
        lost.Next = new Alarm(client.Mailbox, () => Try(lost));
        lost.OldDialog = new Alarm(client.Mailbox, () => session.Sip.Bye());
        _lost.Add(lost);
        session.IsComingBack = true;
        session.End(SessionEnd.Failed, SessionFailure.Media, 0, text);
        Wait(lost);
        return true;
    }

    /// <summary>The way to the server is there again.</summary>
    public void OnReachableAgain()
    {
        foreach (var lost in _lost.ToArray())
        {
            if (lost.Attempt is null) lost.Next.Set(TimeSpan.Zero);
        }
    }

    /// <summary>The attempt that is under way, and the user waits for its outcome too; null where there is none. Two at once would end one another.</summary>
    public ImSession? Join(string identity, TaskCompletionSource<SessionOutcome> answer)
    {
        if (_lost.Find(lost => lost.Identity == identity) is not { Attempt: { Outcome: { } outcome } attempt }) return null;
        _ = outcome.Task.ContinueWith(
            done => answer.TrySetResult(done.Result), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return attempt;
    }

    /// <summary>The user takes it into the own hand, or does not want to come back.</summary>
    public void Cancel(Predicate<ImSession> isMeant)
    {
        foreach (var lost in _lost.FindAll(lost => isMeant(lost.Session)))
        {
            Forget(lost);
            lost.OldDialog.Set(TimeSpan.Zero);
            if (lost.Attempt is { } attempt) LeaveSession.Leave(attempt);
        }
    }

    /// <summary>Half a second to a second, 1 to 2, 2 to 4 ...: clients of a restarted server do not come all at once.</summary>
    private void Wait(Lost lost)
    {
        var seconds = Math.Min(1 << Math.Min(lost.Tries++, 10), LongestWait);
        lost.Next.Set(TimeSpan.FromMilliseconds((seconds * 500) + (client.World.Ids.Number() % (uint)((seconds * 500) + 1))));
    }

    private void Try(Lost lost)
    {
        if (!client.Registration.IsReady) return; // told when it is
        var answer = new TaskCompletionSource<SessionOutcome>(); // goes on where it is answered: inside of the mailbox
        lost.Attempt = RejoinSession.Start(client, lost.Identity, answer);
        _ = answer.Task.ContinueWith(
            done => client.Mailbox.Post(() => Done(lost, done.Result)), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Done(Lost lost, SessionOutcome outcome)
    {
        lost.Attempt = null;
        if (!_lost.Contains(lost)) return;
        if (outcome.IsEstablished)
        {
            Forget(lost);
            lost.OldDialog.Set(s_serversTurn);
        }
        else if (MayPass(outcome)) Wait(lost);
        else
        {
            Forget(lost);
            lost.OldDialog.Set(TimeSpan.Zero);
        }
    }

    private static bool MayPass(SessionOutcome outcome) => outcome.Failure switch
    {
        SessionFailure.Unreachable or SessionFailure.TooManySessions => true,
        SessionFailure.Refused => outcome.Status is StatusCode.RequestTimeout or StatusCode.TemporarilyUnavailable or StatusCode.BusyHere or (>= 500 and < 600),
        _ => false,
    };

    private void Forget(Lost lost)
    {
        lost.Next.Cancel();
        _lost.Remove(lost);
    }

    private sealed class Lost(string identity, ImSession session)
    {
        public string Identity => identity;

        public ImSession Session => session;

        public Alarm Next { get; set; } = null!;

        /// <summary>Rings when the dialog of the lost session is to be ended, where the server has not.</summary>
        public Alarm OldDialog { get; set; } = null!;

        public ImSession? Attempt { get; set; }

        public int Tries { get; set; }
    }
}
