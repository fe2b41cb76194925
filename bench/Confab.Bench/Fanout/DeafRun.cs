// What the others notice of a member who does not read: the same load on a group without such a member and on one with him, in turn.
using Confab.Bench.Report;

namespace Confab.Bench.Fanout;

internal static class DeafRun
{
    public static void Run(string server, Load load)
    {
        using var without = new ConfabRoom("all read", server, load);
        using var with = new ConfabRoom("one deaf", server, load with { HasDeafMember = true });
        Room[] rooms = [without, with];
        foreach (var room in rooms) room.WarmUp(load); // at full speed: the deaf member's queue is full from here on
        for (var i = 0; i < load.Reps; i++)
        {
            foreach (var room in rooms) room.Run(load);
        }

        Console.WriteLine();
        Console.WriteLine($"one of {load.Members} members does not read, {Figures.Text(load.Rate, "0")} messages/s, {load.Reps} x {Figures.Text(load.Seconds, "0.#")} s in turn");
        foreach (var room in rooms) Console.WriteLine($"{room.Label,-10} p50 {Figures.Of(room.Half, "0")} us  p99 {Figures.Of(room.Late, "0")} us  us/delivery {Figures.Of(room.Cost, "0.00")}");
        Journal.Note("deaf p99", "x", [.. with.Late.Zip(without.Late, static (a, b) => a / b)]);
        Console.WriteLine($"p99, with him to without: {Figures.Of([.. with.Late.Zip(without.Late, static (a, b) => a / b)], "0.00")}");
    }
}
