using System.Globalization;

namespace Confab.Cli.Bench;

/// <summary>What processes of this machine have used, as its kernel counts it; nothing where it has no /proc.</summary>
static class ProcessUse
{
    const int UserField = 11; // after the name, which ends with the last parenthesis: utime and stime of proc(5), fields 14 and 15
    const double TicksPerSecond = 100; // USER_HZ, the same on every Linux that .NET runs on

    /// <summary>CPU seconds of the processes and their children, user and system.</summary>
    public static double CpuSeconds(IEnumerable<int> pids) => WithChildren(pids).Sum(static pid => CpuOf($"/proc/{pid}/stat"));

    /// <summary>Resident memory of the processes and their children in KB. Pages that several share count for each.</summary>
    public static double ResidentKb(IEnumerable<int> pids) => WithChildren(pids).Sum(ResidentOf);

    /// <summary>CPU seconds of each thread of this program.</summary>
    public static Dictionary<string, double> OwnThreads()
    {
        try
        {
            return Directory.EnumerateDirectories("/proc/self/task").ToDictionary(static task => task, static task => CpuOf(task + "/stat"), StringComparer.Ordinal);
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>Whether there is such a process, and its figures can be read.</summary>
    public static bool IsThere(int pid) => File.Exists($"/proc/{pid}/stat");

    static IEnumerable<int> WithChildren(IEnumerable<int> pids)
    {
        foreach (var pid in pids)
        {
            yield return pid;
            foreach (var child in WithChildren(ChildrenOf(pid))) yield return child;
        }
    }

    static int[] ChildrenOf(int pid)
    {
        try
        {
            return [.. File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static n => int.Parse(n, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }

    static double CpuOf(string file)
    {
        try
        {
            var text = File.ReadAllText(file);
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (double.Parse(fields[UserField], CultureInfo.InvariantCulture) + double.Parse(fields[UserField + 1], CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
        catch (IOException)
        {
            return 0; // it has ended
        }
    }

    static double ResidentOf(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(static l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return line is null ? 0 : double.Parse(line[6..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
