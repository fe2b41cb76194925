using System.Net;
using System.Text;
using Confab.Msrp;
using Confab.Runtime;
using Xunit;

namespace Confab.Tests.Server.Switch;

/// <summary>What the switch takes from the heap for messages of members who are connected: nothing.</summary>
public sealed class AllocationTests : IDisposable
{
    private const int Messages = 1_000;

    private readonly ServerRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void A_message_to_a_group_allocates_nothing_from_its_arrival_to_the_sends()
    {
        var caller = _rig.Alice.InviteGroup(_rig.Bob.Address, _rig.Carol.Address);
        _rig.Bob.LastCall.Respond(200);
        _rig.Carol.LastCall.Respond(200);
        var alice = new Leg(_rig, caller);
        Leg[] others = [new(_rig, _rig.Bob.LastCall), new(_rig, _rig.Carol.LastCall)];
        var message = alice.Message(caller.Media.Cpim("hello", to: caller.Identity));
        for (var i = 0; i < Messages; i++) alice.Receive(message);

        var sent = Array.ConvertAll(others, static leg => leg.Sent);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Messages; i++) alice.Receive(message);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        for (var i = 0; i < others.Length; i++) Assert.InRange(others[i].Sent - sent[i], Messages * message.Length * 0.9, double.MaxValue);
        Assert.Equal(0, allocated);
    }

    /// <summary>A member's connection, with a peer that takes everything at once.</summary>
    private sealed class Leg : StreamFlow
    {
        private readonly string _paths;
        private readonly MsrpConnection _connection;

        public Leg(ServerRig rig, Call call)
            : base(1024 * 1024)
        {
            _paths = $"To-Path: {call.RemoteUri}\r\nFrom-Path: {call.LocalUri}\r\n";
            _connection = new MsrpConnection(rig.Server.Node.Msrp, this);
            Receive(Encoding.ASCII.GetBytes($"MSRP bind0001 SEND\r\n{_paths}Message-ID: bind\r\nByte-Range: 1-0/0\r\n-------bind0001$\r\n"));
        }

        public long Sent { get; private set; }

        public override Transport Transport => Transport.Tcp;

        public override IPEndPoint Local { get; } = new(IPAddress.Loopback, 1);

        public override IPEndPoint Remote { get; } = new(IPAddress.Loopback, 2);

        public byte[] Message(string body) => Encoding.ASCII.GetBytes(
            $"MSRP tid00001 SEND\r\n{_paths}Message-ID: m1\r\nByte-Range: 1-{body.Length}/{body.Length}\r\nContent-Type: message/cpim\r\n\r\n{body}\r\n-------tid00001$\r\n");

        public void Receive(byte[] bytes)
        {
            using (Turn.Enter()) _connection.OnReceived(bytes);
        }

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
            Sent += bytes.Length;
            return bytes.Length;
        }

        protected override void BeginSend(ReadOnlyMemory<byte> bytes) => throw new InvalidOperationException("TrySend takes all");
    }
}
