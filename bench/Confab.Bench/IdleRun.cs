using System.Globalization;
using Confab.Bench.Report;

namespace Confab.Bench;

/// <summary>What a member costs who says nothing: registered, in a session of ten, connected over MSRP.</summary>
internal static class IdleRun
{
    private const int GroupSize = 10;
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(15); // two sweeps that give idle buffers back

    public static void Run(IReadOnlyList<string> servers, int members)
    {
        Console.WriteLine();
        foreach (var dll in servers)
        {
            using var server = new ConfabServer(dll, members);
            using var trunk = new SipTrunk(server.SipPort);
            trunk.Register(GroupSize);
            trunk.StartGroup(GroupSize); // what is loaded and compiled once is not a member's
            Thread.Sleep(s_settle);
            var before = server.Program.ResidentKb;
            trunk.Register(members - GroupSize, GroupSize);
            var file = Path.GetTempFileName();
            var legs = new List<Leg>();
            for (var first = GroupSize; first + GroupSize <= members; first += GroupSize) legs.AddRange(trunk.StartGroup(GroupSize, first).Legs);
            File.WriteAllLines(file, legs.Select(leg => $"{leg.Server.Port}\t{leg.ServerPath}\t{leg.OwnPath}\tx"));
            using var connected = new RunningProgram(Places.Program("roomfan"), "-f", file, "-P", server.Program.Pid.ToString(CultureInfo.InvariantCulture));
            if (connected.ReadLine() is not "joined") throw new BenchFailedException("The members did not join");
            File.Delete(file);
            Thread.Sleep(s_settle);
            var after = server.Program.ResidentKb;
            Journal.Note("idle member", "KB", [(after - before) / legs.Count]);
            Console.WriteLine($"idle: {Figures.Text((after - before) / legs.Count, "0.0")} KB a member ({legs.Count} members in groups of {GroupSize}, resident {before / 1024:0} to {after / 1024:0} MB)");
        }
    }
}
