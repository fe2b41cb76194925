using System.Net;
using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Runtime;

/// <summary>What two threads that write to one flow see of each other.</summary>
public sealed class StreamFlowTests
{
    [Theory]
    [InlineData(600, true)]
    [InlineData(0, false)]
    public void What_does_not_fit_waits_for_a_send_under_way_and_is_refused_only_for_what_that_leaves(int taken, bool isAccepted)
    {
        var flow = new SlowCall(taken);
        var first = new Thread(() => flow.Send(new byte[600]));
        first.Start();
        flow.Entered.Wait();

        bool? accepted = null;
        var second = new Thread(() => accepted = flow.Send(new byte[600]));
        second.Start();
        SpinWait.SpinUntil(() => second.ThreadState is ThreadState.WaitSleepJoin or ThreadState.Stopped);
        flow.MayReturn.Set();
        first.Join();
        second.Join();

        Assert.Equal(isAccepted, accepted);
        Assert.Equal(!isAccepted, flow.IsBackedUp);
        Assert.Equal(isAccepted ? 0 : 600, flow.QueuedBytes);
    }

    /// <summary>A bound of 1,000 bytes and a system call that lasts.</summary>
    private sealed class SlowCall(int taken) : StreamFlow(1_000)
    {
        public ManualResetEventSlim Entered { get; } = new();

        public ManualResetEventSlim MayReturn { get; } = new();

        public override Transport Transport => Transport.Tcp;

        public override IPEndPoint Local { get; } = new(IPAddress.Loopback, 1);

        public override IPEndPoint Remote { get; } = new(IPAddress.Loopback, 2);

        public override void Close(EndReason reason) => MarkClosed();

        public override void PauseReading()
        {
        }

        public override void ResumeReading()
        {
        }

        protected override int TrySend(ReadOnlySpan<byte> bytes, out EndReason failed)
        {
            failed = EndReason.None;
            Entered.Set();
            MayReturn.Wait();
            return taken;
        }

        protected override void BeginSend(ReadOnlyMemory<byte> bytes)
        {
        }
    }
}
