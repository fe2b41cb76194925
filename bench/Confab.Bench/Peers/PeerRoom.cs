using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Confab.Bench.Fanout;

namespace Confab.Bench.Peers;

/// <summary>A room of another server, one that a package installed, with its own limits lifted.</summary>
internal sealed class PeerRoom : Room
{
    private static readonly string[] s_programs = ["/usr/sbin", "/usr/bin", "/usr/local/bin"];

    private readonly RunningProgram _program;
    private readonly DirectoryInfo _directory;

    private PeerRoom(string label, string configuration, Load load, string members, Func<Place, RunningProgram> start)
        : base(label)
    {
        _directory = Directory.CreateTempSubdirectory("bench-");
        var place = new Place(_directory.FullName, Path.Combine(_directory.FullName, configuration), Places.FreePort(), Places.FreePort());
        File.WriteAllText(place.Configuration, place.Fill(File.ReadAllText(Places.Peer(configuration))));
        _program = start(place);
        var port = Text(place.Port);
        if (members == "imcfan") Thread.Sleep(TimeSpan.FromSeconds(2)); // over UDP nothing tells that it is ready
        else Await(place.Port);
        Join(load, _program.ResidentKb, members == "imcfan" ? members : "roomfan", members == "imcfan"
            ? ["-p", port, "-u", Text(place.OwnPort), "-n", Text(load.Members)]
            : ["-p", port, "-m", members, "-n", Text(load.Members)]);
    }

    public override RunningProgram Program => _program;

    public static IEnumerable<Func<PeerRoom>> Installed(Load load)
    {
        if (Find("ngircd") is { } ngircd)
            yield return () => new PeerRoom("ngircd", "ngircd.conf", load, "irc", p => new RunningProgram(ngircd, "-n", "-f", p.Configuration));
        if (Find("ejabberdctl") is not null && Find("erl") is { } erl)
            yield return () => new PeerRoom("ejabberd", "ejabberd.yml", load, "xmpp", p => StartEjabberd(erl, p));
        if (Find("prosody") is { } prosody)
            yield return () => new PeerRoom("prosody", "prosody.cfg.lua", load, "xmpp", p => new RunningProgram(prosody, "--config", p.Configuration, "-F"));
        if (Find("kamailio") is { } kamailio && Find("sqlite3") is not null)
            yield return () => new PeerRoom("kamailio", "kamailio-imc.cfg", load, "imcfan", p => StartImc(kamailio, p, load.Members));
    }

    /// <summary>The program of this name, where it is installed.</summary>
    public static string? Find(string name) =>
        s_programs.Select(d => Path.Combine(d, name)).FirstOrDefault(File.Exists);

    public override void Dispose()
    {
        base.Dispose();
        _program.Dispose();
        _directory.Delete(recursive: true);
    }

    private static RunningProgram StartEjabberd(string erl, Place place) => new(
        erl,
        ["-noinput", "+K", "true", "-mnesia", "dir", $"\"{place.Directory}/spool\"", "-s", "ejabberd"],
        new Dictionary<string, string>
        {
            ["EJABBERD_CONFIG_PATH"] = place.Configuration,
            ["EJABBERD_LOG_PATH"] = Path.Combine(place.Directory, "ejabberd.log"),
            ["ERL_LIBS"] = "/usr/lib/x86_64-linux-gnu",
            ["HOME"] = place.Directory,
        });

    /// <summary>imc reads its room and who is in it from a database.</summary>
    private static RunningProgram StartImc(string kamailio, Place place, int members)
    {
        var sql = new List<string>
        {
            "CREATE TABLE version (table_name VARCHAR(32) NOT NULL, table_version INTEGER DEFAULT 0 NOT NULL);",
            File.ReadAllText("/usr/share/kamailio/db_sqlite/imc-create.sql"),
            "INSERT INTO imc_rooms (name, domain, flag) VALUES ('bench', '127.0.0.1', 0);",
        };
        for (var i = 0; i < members; i++)
            sql.Add(string.Create(CultureInfo.InvariantCulture, $"INSERT INTO imc_members (username, domain, room, flag) VALUES ('u{i}', '127.0.0.1', 'sip:bench@127.0.0.1', {(i == 0 ? 1 : 0)});"));
        var script = Path.Combine(place.Directory, "imc.sql");
        File.WriteAllLines(script, ["BEGIN;", .. sql, "COMMIT;"]);
        using (var sqlite = new RunningProgram("sqlite3", Path.Combine(place.Directory, "imc.sqlite"), $".read {script}")) sqlite.AwaitEnd();
        return new RunningProgram(kamailio, "-DD", "-E", "-m", "512", "-M", "64", "-f", place.Configuration);
    }

    private void Await(int port)
    {
        for (var i = 0; i < 150 && !_program.HasEnded; i++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                Thread.Sleep(TimeSpan.FromMilliseconds(100));
            }
        }

        throw new BenchFailedException($"{Label} does not listen");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record Place(string Directory, string Configuration, int Port, int OwnPort)
    {
        public string Fill(string template) => template
            .Replace("@DIR@", Directory, StringComparison.Ordinal)
            .Replace("@PORT@", Text(Port), StringComparison.Ordinal)
            .Replace("@OWN@", Text(OwnPort), StringComparison.Ordinal);
    }
}
