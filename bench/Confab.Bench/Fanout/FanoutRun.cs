// Fan-out: a group whose first four members each have eight messages under way. All that are compared run at once and are loaded in turn,
// A B A B, so that what else the machine does meets them alike. What counts is the CPU time of the server.
using System.Globalization;
using Confab.Bench.Report;

namespace Confab.Bench.Fanout;

/// <summary>What is asked of the servers.</summary>
/// <param name="Members">Members of the group.</param>
/// <param name="Reps">Runs of each.</param>
/// <param name="Seconds">How long a run lasts.</param>
/// <param name="Rate">Messages a second; 0 is as many as go.</param>
/// <param name="HasDeafMember">Whether the last member does not read.</param>
internal sealed record Load(int Members, int Reps = 5, double Seconds = 2, double Rate = 0, bool HasDeafMember = false)
{
    /// <summary>Until the runtime has compiled what runs often for the last time.</summary>
    public const double WarmUpSeconds = 6;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seconds} {Rate}");
}

internal static class FanoutRun
{
    private const int StartAndEndLine = 56;

    public static void Run(IReadOnlyList<string> servers, Load load)
    {
        var rooms = new List<Room>();
        try
        {
            foreach (var server in servers) rooms.Add(new ConfabRoom(Label(servers, server), server, load));
            foreach (var room in rooms) room.WarmUp(load);
            var ours = (ConfabRoom)rooms[0];
            rooms.Insert(0, new BareRoom(ours.FrameBytes - StartAndEndLine - ours.BodyBytes, ours.AnswerBytes, ours.BodyBytes, load));
            rooms[0].WarmUp(load);

            var before = rooms.ConvertAll(r => r.AllocatedBytes());
            for (var i = 0; i < load.Reps; i++)
            {
                foreach (var room in rooms) room.Run(load);
            }

            var at = load.Rate > 0 ? string.Create(CultureInfo.InvariantCulture, $"{load.Rate} messages/s") : "full speed";
            Console.WriteLine();
            Console.WriteLine($"fan-out N={load.Members}, 100 B text in CPIM, {ours.FrameBytes} B a delivery, {at}, {load.Reps} x {Figures.Text(load.Seconds, "0.#")} s in turn");
            Note(rooms[0], ours, load);
            for (var i = 0; i < rooms.Count; i++)
            {
                var room = rooms[i];
                var allocated = (room.AllocatedBytes() - before[i]) / room.Deliveries;
                if (room == ours && load.Rate <= 0) Journal.Note($"allocated {load.Members}", "B", [allocated]);
                Console.WriteLine(
                    $"{room.Label,-10} us/delivery {Figures.Of(room.Cost, "0.000")}  ratio {Figures.Of([.. room.Cost.Zip(rooms[0].Cost, (a, b) => a / b)], "0.00")}"
                    + $"  deliveries/s {Figures.Of(room.PerSecond, "0")}  allocated {Figures.Text(allocated, "0.00")} B/delivery"
                    + $"  {Figures.Text(room.MemberKb, "0.0")} KB/member, now {Figures.Text(room.Program.ResidentKb / 1024, "0")} MB"
                    + (load.Rate > 0 ? $"  p50 {Figures.Of(room.Half, "0")} us  p99 {Figures.Of(room.Late, "0")} us" : ""));
            }
        }
        finally
        {
            foreach (var room in rooms) room.Dispose();
        }
    }

    private static void Note(Room bare, Room ours, Load load)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"{(load.Rate > 0 ? "rate" : "fanout")} {load.Members}");
        if (load.Rate > 0)
        {
            Journal.Note($"{what} p50", "ms", [.. ours.Half.Select(static us => us / 1_000)]);
            Journal.Note($"{what} p99", "ms", [.. ours.Late.Select(static us => us / 1_000)]);
            Journal.Note($"{what} fanserver p50", "ms", [.. bare.Half.Select(static us => us / 1_000)]);
            Journal.Note($"{what} fanserver p99", "ms", [.. bare.Late.Select(static us => us / 1_000)]);
            return;
        }

        Journal.Note($"{what} confab", "us", ours.Cost);
        Journal.Note($"{what} fanserver", "us", bare.Cost);
        Journal.Note($"{what} ratio", "x", [.. ours.Cost.Zip(bare.Cost, static (a, b) => a / b)]);
        Journal.Note($"growth members confab {load.Members}", "us", ours.Cost);
        Journal.Note($"growth members fanserver {load.Members}", "us", bare.Cost);
    }

    private static string Label(IReadOnlyList<string> servers, string server) =>
        servers.Count == 1 ? "confab" : "confab " + (char)('A' + servers.ToList().IndexOf(server));
}
