namespace Confab.Bench.Report;

/// <summary>What was promised: a figure of the journal and the most it may be.</summary>
/// <param name="Figure">Its name in the journal.</param>
/// <param name="What">In words.</param>
/// <param name="Command">What measures it.</param>
/// <param name="Most">The budget, in the unit of the figure.</param>
/// <param name="Format">How its numbers are written.</param>
internal sealed record Budget(string Figure, string What, string Command, double Most, string Format = "0.00")
{
    public static IReadOnlyList<Budget> All { get; } =
    [
        new("fanout 100 ratio", "fan-out, N=100, to a bare C server", "fanout 100", 1.5),
        new("fanout 1000 ratio", "fan-out, N=1000, to a bare C server", "fanout 1000", 1.5),
        new("fanout 10 confab", "fan-out, N=10: 1/200 of SylkServer's 740 us", "fanout 10", 3.7),
        new("growth members", "a delivery at N=1000 to one at N=10", "growth", 1),
        new("peers 100 ejabberd", "fan-out, N=100, to ejabberd's MUC", "peers 100", 0.05, "0.000"),
        new("peers 100 prosody", "fan-out, N=100, to Prosody's MUC", "peers 100", 0.05, "0.000"),
        new("peers 100 kamailio", "fan-out, N=100, to Kamailio's imc", "peers 100", 0.05, "0.000"),
        new("peers 100 ngircd per byte", "fan-out, N=100, to ngircd, per byte on the wire", "peers 100", 1),
        new("allocated 100", "allocated a delivery, N=100; 0 but for buffers that grow", "fanout 100", 1),
        new("rate 100 p99", "p99 at 10,000 deliveries/s, N=100", "rate 100 101", 2.5),
        new("peers rate p99", "the same, to ejabberd's", "peers 100 rate 101", 1),
        new("deaf p99", "others' p99 with one who does not read, to without", "deaf 100 101", 1.2),
        new("sip ratio", "MESSAGE over UDP, to Kamailio answering without state", "sip", 0.5),
        new("page ratio", "MESSAGE from user to user, to Kamailio's t_relay", "page", 0.5),
        new("sessions ratio", "1-1 session set up and torn down, to Kamailio relaying it", "sessions", 1),
        new("register ratio", "REGISTER refresh with digest, to Kamailio's registrar", "register", 1),
        new("growth dialogs", "a transaction beside 100,000 dialogs to one beside 100", "growth", 1.2),
        new("micro sip parse", "SIP: parse 458 B, read what routing needs", "micro", 1_000, "0"),
        new("idle member", "idle member: registered, connected, in a session", "idle 2000", 20, "0.0"),
        new("memory sessions", "10,000 idle 1-1 sessions, 20,000 MSRP connections", "memory", 450, "0"),
        new("memory registrations", "100,000 registrations", "memory", 100, "0"),
        new("start seconds", "exec to ready", "start", 0.6),
        new("start memory", "idle memory", "start", 80, "0"),
    ];
}
