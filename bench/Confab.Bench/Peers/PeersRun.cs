// The same group on other servers that packages installed here: ngircd, ejabberd, Prosody, Kamailio's imc. Each stays idle while another is
// loaded; those that are not installed are left out and named.
using Confab.Bench.Fanout;
using Confab.Bench.Report;

namespace Confab.Bench.Peers;

internal static class PeersRun
{
    public static void Run(string server, Load load)
    {
        var rooms = new List<Room>();
        try
        {
            rooms.Add(new ConfabRoom("confab", server, load));
            foreach (var start in PeerRoom.Installed(load))
            {
                try
                {
                    rooms.Add(start());
                }
                catch (BenchFailedException e)
                {
                    Console.WriteLine($"left out: {e.Message}");
                }
            }

            foreach (var room in rooms) room.WarmUp(load);
            for (var i = 0; i < load.Reps; i++)
            {
                foreach (var room in rooms) room.Run(load);
            }

            Console.WriteLine();
            Console.WriteLine($"fan-out N={load.Members}, text of 100 B, {(load.Rate > 0 ? $"{Figures.Text(load.Rate, "0")} messages/s" : "full speed")}, {load.Reps} x {Figures.Text(load.Seconds, "0.#")} s in turn");
            foreach (var room in rooms) Print(room, rooms[0], load);
        }
        finally
        {
            foreach (var room in rooms) room.Dispose();
        }
    }

    private static void Print(Room room, Room ours, Load load)
    {
        var share = ours.Cost.Zip(room.Cost, static (a, b) => a / b).ToArray();
        var perByte = Array.ConvertAll(share, s => s * room.BytesPerDelivery / ours.BytesPerDelivery);
        Note(room, ours, load, share, perByte);
        Console.WriteLine(
            $"{room.Label,-10} us/delivery {Figures.Of(room.Cost, "0.00")}  confab's share {Figures.Of(share, "0.000")}"
            + $"  {Figures.Text(room.BytesPerDelivery, "0")} B/delivery, share per byte {Figures.Of(perByte, "0.00")}  {Figures.Text(room.MemberKb, "0.0")} KB/member"
            + (load.Rate > 0 ? $"  p50 {Figures.Of(room.Half, "0")} us  p99 {Figures.Of(room.Late, "0")} us" : ""));
    }

    private static void Note(Room room, Room ours, Load load, double[] share, double[] perByte)
    {
        if (load.Rate > 0)
        {
            Journal.Note($"peers rate {room.Label} p50", "ms", [.. room.Half.Select(static us => us / 1_000)]);
            Journal.Note($"peers rate {room.Label} p99", "ms", [.. room.Late.Select(static us => us / 1_000)]);
            if (string.Equals(room.Label, "ejabberd", StringComparison.Ordinal)) Journal.Note("peers rate p99", "x", [.. ours.Late.Zip(room.Late, static (a, b) => a / b)]);
            return;
        }

        var what = $"peers {Figures.Text(load.Members, "0")} {room.Label}";
        Journal.Note($"{what} us", "us", room.Cost);
        if (room == ours) return;
        Journal.Note(what, "x", share);
        Journal.Note($"{what} per byte", "x", perByte);
    }
}
