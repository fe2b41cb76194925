using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Confab.Tests.Live;

/// <summary>Kamailio (Debian's) as registrar and proxy of example.com on a free port, over UDP and TCP; everybody's password is <c>demo</c>.</summary>
internal sealed class Kamailio : IAsyncDisposable
{
    private readonly string _folder;
    private Running _program = null!;
    private bool _isKilled;

    private Kamailio(string folder, int port)
    {
        _folder = folder;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Starts it, and waits until it listens.</summary>
    /// <param name="isCore">Whether it tells a Service-Route at registration, and takes no initial request that does not come along it.</param>
    public static async Task<Kamailio> Start(bool isCore = false)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var kamailio = new Kamailio(Directory.CreateTempSubdirectory("confab-kamailio-").FullName, port);
        await File.WriteAllTextAsync(Path.Combine(kamailio._folder, "kamailio.cfg"), Configuration
            .Replace("#!ROUTE", isCore ? CoreRoute : "", StringComparison.Ordinal)
            .Replace("#!TELL", isCore ? CoreTell : "", StringComparison.Ordinal)
            .Replace("PORT", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        await kamailio.StartAgain();
        return kamailio;
    }

    public async Task StartAgain()
    {
        _program = new Running(
            "kamailio", ["-f", Path.Combine(_folder, "kamailio.cfg"), "-DD", "-E", "-m", "32", "-M", "4", "-Y", _folder, "-w", _folder, "-P", Path.Combine(_folder, "pid")], _folder);
        _isKilled = false;
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        while (!await Answers())
        {
            if (System.Diagnostics.Stopwatch.GetElapsedTime(began) > Running.Patience) throw new Xunit.Sdk.XunitException("Kamailio does not listen: " + _program.Printed);
        }
    }

    /// <summary>Kills it and its children.</summary>
    public async Task Kill()
    {
        if (!_isKilled) await _program.DisposeAsync();
        _isKilled = true;
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> Answers()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            using var wait = new PeriodicTimer(TimeSpan.FromMilliseconds(50)); // nothing tells when another program listens
            await wait.WaitForNextTickAsync();
            return false;
        }
    }

    private const string CoreTell = """append_to_reply("Service-Route: <sip:orig@127.0.0.1:PORT;lr>\r\nP-Associated-URI: <$fu>\r\n");""";

    private const string CoreRoute = """
        if (!is_method("REGISTER")) {
            if (!($hdr(Route) =~ "^<sip:127.0.0.1:PORT[^>]*;lr>, *<sip:orig@127.0.0.1:PORT;lr>$")) { sl_send_reply("403", "Not Along The Service Route"); exit; }
            if (!($hdr(P-Access-Network-Info) =~ "^IEEE-802.3")) { sl_send_reply("403", "No Access Network"); exit; }
            remove_hf("Route");
        }
        """;

    private const string Configuration = """
        #!KAMAILIO
        debug=1
        log_stderror=yes
        fork=yes
        children=1
        tcp_children=1
        auto_aliases=no
        dns=no
        rev_dns=no
        listen=udp:127.0.0.1:PORT
        listen=tcp:127.0.0.1:PORT
        loadmodule "tm.so"
        loadmodule "sl.so"
        loadmodule "pv.so"
        loadmodule "rr.so"
        loadmodule "maxfwd.so"
        loadmodule "siputils.so"
        loadmodule "textops.so"
        loadmodule "usrloc.so"
        loadmodule "registrar.so"
        loadmodule "auth.so"
        modparam("usrloc", "db_mode", 0)
        modparam("registrar", "method_filtering", 0)
        request_route {
            if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
            if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
            if (has_totag()) {
                if (loose_route()) { t_relay(); exit; }
                if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
                sl_send_reply("404", "Not Here");
                exit;
            }
            t_check_trans();
            #!ROUTE
            if (is_method("REGISTER")) {
                if (!pv_www_authenticate("example.com", "demo", "0")) { www_challenge("example.com", "1"); exit; }
                #!TELL
                if (!save("location")) sl_reply_error();
                exit;
            }
            if (!pv_proxy_authenticate("example.com", "demo", "0")) { proxy_challenge("example.com", "1"); exit; }
            consume_credentials();
            record_route();
            if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
            t_relay();
        }
        """;
}
