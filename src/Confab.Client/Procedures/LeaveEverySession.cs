namespace Confab.Client.Procedures;

/// <summary>The user goes: every session is left, and the answer comes when the last has ended.</summary>
internal static class LeaveEverySession
{
    public static void Start(ImClient client, TaskCompletionSource<bool> answer)
    {
        var waiting = client.Sessions.Select(session =>
        {
            var left = new TaskCompletionSource<bool>();
            LeaveSession.Leave(session, left);
            return left.Task;
        });
        Task.WhenAll([.. waiting.ToArray()]).ContinueWith(
            static (_, state) => ((TaskCompletionSource<bool>)state!).TrySetResult(true),
            answer,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}
