using System.IO.Pipelines;

namespace Confab.Runtime;

/// <summary>
/// The thread pool. A state that is a work item is queued itself and nothing is allocated for it; its <c>Execute</c> does what the action would.
/// </summary>
internal sealed class WorkItems : PipeScheduler
{
    public override void Schedule(Action<object?> action, object? state)
    {
        if (state is IThreadPoolWorkItem item) System.Threading.ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
        else System.Threading.ThreadPool.UnsafeQueueUserWorkItem(action, state, preferLocal: false);
    }
}
