using System.Globalization;

namespace Confab.Bench.Fanout;

/// <summary>One server with a group in it, the members of which are a process of roomfan.</summary>
internal abstract class Room(string label) : IDisposable
{
    private readonly List<double> _cost = [];
    private readonly List<double> _perSecond = [];
    private readonly List<double> _half = [];
    private readonly List<double> _late = [];
    private RunningProgram? _members;

    public string Label => label;

    public abstract RunningProgram Program { get; }

    /// <summary>CPU us a delivery, a run each.</summary>
    public IReadOnlyList<double> Cost => _cost;

    public IReadOnlyList<double> PerSecond => _perSecond;

    public IReadOnlyList<double> Half => _half;

    public IReadOnlyList<double> Late => _late;

    public double Deliveries { get; private set; }

    /// <summary>Of a delivery on the wire, with all that the members got besides.</summary>
    public double BytesPerDelivery { get; private set; }

    /// <summary>What the server grew by for a member.</summary>
    public double MemberKb { get; private set; }

    public virtual double AllocatedBytes() => 0;

    public void WarmUp(Load load)
    {
        Run(load with { Seconds = Load.WarmUpSeconds, Rate = 0 });
        OnWarm(_members!);
        foreach (var list in new[] { _cost, _perSecond, _half, _late }) list.Clear();
        Deliveries = 0;
    }

    public void Run(Load load)
    {
        _members!.WriteLine(load.ToString());
        var figures = Array.ConvertAll(_members.ReadLine().Split(' '), f => double.Parse(f, CultureInfo.InvariantCulture));
        Deliveries += figures[0];
        _cost.Add(figures[2] / figures[0] * 1e6);
        _perSecond.Add(figures[0] / figures[1]);
        BytesPerDelivery = figures[3] / figures[0];
        if (load.Rate <= 0) return;
        _half.Add(figures[4]);
        _late.Add(figures[5]);
    }

    public virtual void Dispose() => _members?.Dispose();

    protected virtual void OnWarm(RunningProgram members)
    {
    }

    /// <summary>Starts the members and waits until all have joined.</summary>
    protected void Join(Load load, double before, params IEnumerable<string> arguments) =>
        Join(load, before, "roomfan", load.HasDeafMember ? [.. arguments, "-d"] : arguments);

    protected void Join(Load load, double before, string members, IEnumerable<string> arguments)
    {
        _members = new RunningProgram(Places.Program(members), [.. arguments, "-P", string.Join(',', Program.Pids)]);
        if (_members.ReadLine() is not "joined") throw new BenchFailedException("The members did not join");
        MemberKb = (Program.ResidentKb - before) / load.Members;
    }
}

/// <summary>The limit: fanserver, with frames and answers of the size that ours have.</summary>
internal sealed class BareRoom : Room
{
    private readonly RunningProgram _program;

    public BareRoom(int headerBytes, int answerBytes, int bodyBytes, Load load)
        : base("fanserver")
    {
        var port = Places.FreePort();
        _program = new RunningProgram(Places.Program("fanserver"), Text(port), Text(headerBytes), Text(answerBytes));
        _program.ReadLine();
        Join(load, _program.ResidentKb, "-p", Text(port), "-n", Text(load.Members), "-b", Text(bodyBytes));
    }

    public override RunningProgram Program => _program;

    public override void Dispose()
    {
        base.Dispose();
        _program.Dispose();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A real <c>confab serve</c> with a real ad-hoc group: everyone registered, invited and connected over MSRP.</summary>
internal sealed class ConfabRoom : Room
{
    private readonly ConfabServer _server;
    private readonly SipTrunk _trunk;
    private readonly int _members;

    public ConfabRoom(string label, string dll, Load load)
        : base(label)
    {
        _members = load.Members;
        _server = new ConfabServer(dll, load.Members);
        _trunk = new SipTrunk(_server.SipPort);
        var before = Program.ResidentKb;
        _trunk.Register(load.Members);
        var (room, legs) = _trunk.StartGroup(load.Members);

        var file = Path.GetTempFileName();
        File.WriteAllLines(file, legs.Select(leg => $"{leg.Server.Port}\t{leg.ServerPath}\t{leg.OwnPath}\t{Headers(leg.User, room)}"));
        Join(load, before, "-f", file);
        File.Delete(file);

        BodyBytes = Headers(legs[0].User, room).Replace("|", "\r\n", StringComparison.Ordinal).Length + 100;
        AnswerBytes = $"MSRP 0123456789abcdef 200 OK\r\nTo-Path: {legs[0].OwnPath}\r\nFrom-Path: {legs[0].ServerPath}\r\n-------0123456789abcdef$\r\n".Length;
    }

    public override RunningProgram Program => _server.Program;

    /// <summary>Of a CPIM message with its text.</summary>
    public int BodyBytes { get; }

    /// <summary>Of a 200 to a SEND.</summary>
    public int AnswerBytes { get; }

    /// <summary>Of a delivery, as it was on the wire.</summary>
    public int FrameBytes { get; private set; }

    public override double AllocatedBytes() => _server.AllocatedBytes();

    public override void Dispose()
    {
        base.Dispose();
        _trunk.Dispose();
        _server.Dispose();
    }

    protected override void OnWarm(RunningProgram members) =>
        FrameBytes = (int)Math.Round(BytesPerDelivery - ((double)AnswerBytes / (_members - 1)));

    private static string Headers(int user, string room) =>
        $"From: <{ConfabServer.AddressOf(user)}>|To: <{room}>|DateTime: 2026-01-01T00:00:00Z||Content-Type: text/plain;charset=utf-8||";
}
