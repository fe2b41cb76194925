using Confab.Msrp;
using Confab.Runtime;

namespace Confab.Client.Media;

/// <summary>A message on its way out: who waits for its outcome, where its content comes from, and what was told of how far it is.</summary>
/// <param name="answer">Who waits.</param>
/// <param name="head">Octets before the content: its CPIM headers.</param>
/// <param name="length">Octets of the content.</param>
internal sealed class Sending(TaskCompletionSource<SendOutcome> answer, int head, long length)
{
    private const int Step = 64 * 1024; // octets; shorter content is there before anybody looks
    private const int MostSteps = 100;

    private long _told;

    public TaskCompletionSource<SendOutcome> Answer => answer;

    public ContentSource? Source { get; init; }

    /// <summary>The same without CPIM, for another side that says it takes both and then refuses the one; null where there is no such way.</summary>
    public OutgoingMessage? InPlainWords { get; init; }

    public ProgressTeller? Teller { get; init; }

    /// <summary>Tells how much of a long content has been taken: at most a hundred times, and the last time when it is all.</summary>
    public void Progressed(ImSession session, OutgoingMessage message, long taken)
    {
        var done = Math.Clamp(taken - head, 0, length);
        if (length <= Step || done == _told) return;
        if (done < length && done - _told < Math.Max(Step, length / MostSteps)) return;
        _told = done;
        session.Client.Tell(new Progress(session, message.MessageId!, done, length));
        Teller?.Tell(new TransferProgress(done, length));
    }

    /// <summary>It is known what became of it.</summary>
    public void Finish(SendOutcome outcome)
    {
        Source?.Dispose();
        if (Source?.Failure is { } failure and not OperationCanceledException && !outcome.IsSent) answer.TrySetException(failure);
        else answer.TrySetResult(outcome);
    }
}

/// <summary>Brings the newest news to a program's <see cref="IProgress{T}"/>: outside of the mailbox, one at a time, in their order; older ones are passed over.</summary>
/// <param name="world">Where it runs.</param>
/// <param name="progress">The program's, which may throw what it likes.</param>
/// <param name="failed">Told what it throws; it hears nothing more.</param>
internal sealed class ProgressTeller(World world, IProgress<TransferProgress> progress, Action<Exception> failed)
{
    private object? _newest;
    private int _isTelling;

    public void Tell(TransferProgress news)
    {
        Volatile.Write(ref _newest, news);
        if (Interlocked.Exchange(ref _isTelling, 1) == 0) world.Scheduler.Schedule(static state => ((ProgressTeller)state!).Run(), this);
    }

    private void Run()
    {
        do
        {
            try
            {
                while (Interlocked.Exchange(ref _newest, null) is TransferProgress news) progress.Report(news);
            }
            catch (Exception e)
            {
                failed(e);
                return;
            }

            Volatile.Write(ref _isTelling, 0);
        }
        while (Volatile.Read(ref _newest) is not null && Interlocked.Exchange(ref _isTelling, 1) == 0);
    }
}
