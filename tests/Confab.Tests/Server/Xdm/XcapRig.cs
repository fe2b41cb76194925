using System.Net;
using System.Text;
using System.Xml.Linq;
using Confab.Server;
using Confab.Server.Stores;
using Confab.Server.Xdm;
using Confab.Sim;
using Confab.Sip.Authentication;
using Xunit;

namespace Confab.Tests.Server.Xdm;

/// <summary>A server in a simulated world, and requests for its documents as an HTTP server would bring them.</summary>
internal sealed class XcapRig : IDisposable
{
    public const string Groups = "/xcap/org.openmobilealliance.groups/users/sip:alice@example.com";
    public const string Lists = "/xcap/resource-lists/users/sip:alice@example.com";
    public const string GroupsType = "application/vnd.oma.poc.groups+xml";
    public const string ListsType = "application/resource-lists+xml";
    public const string ElementType = "application/xcap-el+xml";
    public const string AttributeType = "application/xcap-att+xml";

    private static readonly XNamespace s_error = "urn:ietf:params:xml:ns:xcap-error";

    public XcapRig(Action<ServerOptions>? set = null)
    {
        var options = new ServerOptions { Sip = new SipOptions { Listen = [] }, Msrp = new MsrpOptions { Listen = [] } };
        foreach (var name in (string[])["alice", "bob", "carol"]) options.Users.Add(new UserOptions { Address = $"sip:{name}@example.com", Password = "demo" });
        set?.Invoke(options);
        Server = ConfabServer.Create(options, Sim.Host("10.0.0.1", 7, options.Limits), Store.Memory());
        Assert.True(Server.StartAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully);
    }

    public SimWorld Sim { get; } = new();

    public ConfabServer Server { get; }

    public void Dispose()
    {
        Sim.ThrowOnErrors();
        Server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Sim.Dispose();
    }

    /// <summary>A signed request, answered.</summary>
    public XcapResponse Send(
        string method, string target, string? type = null, string? body = null, string user = "alice", string? ifMatch = null, string? ifNoneMatch = null, byte[]? bytes = null)
    {
        var request = Signed(method, target, user) with
        {
            ContentType = type,
            Body = bytes ?? Encoding.UTF8.GetBytes(body ?? ""),
            IfMatch = ifMatch,
            IfNoneMatch = ifNoneMatch,
            Origin = "http://10.0.0.1:8080",
        };
        return Answer(Server.Xcap.HandleAsync(request));
    }

    public XcapResponse Put(string target, string type, string body, string user = "alice") => Send("PUT", target, type, body, user);

    public XcapResponse Get(string target, string user = "alice") => Send("GET", target, user: user);

    public XcapResponse Delete(string target, string user = "alice") => Send("DELETE", target, user: user);

    public XcapResponse Answer(Task<XcapResponse> task)
    {
        for (var i = 0; i < 1000 && !task.IsCompleted; i++)
        {
            Sim.Run();
            if (!task.IsCompleted) task.Wait(5, TestContext.Current.CancellationToken); // its end is run by the pool
        }

        return task.GetAwaiter().GetResult();
    }

    public XcapRequest Signed(string method, string target, string user, string password = "demo")
    {
        var challenge = Server.Node.Verification.Digest.NewChallenges(stale: false)[0];
        var realm = Encoding.UTF8.GetBytes("example.com");
        var ha1 = DigestResponse.Ha1(challenge.Algorithm, Encoding.UTF8.GetBytes(user), realm, Encoding.UTF8.GetBytes(password));
        Span<byte> response = stackalloc byte[DigestAlgorithms.HexLength(challenge.Algorithm)];
        DigestResponse.Compute(
            challenge.Algorithm, ha1.Span, challenge.Nonce.Span, DigestQop.Auth, "00000001"u8, "c"u8, Encoding.ASCII.GetBytes(method), Encoding.UTF8.GetBytes(target), response);
        return new XcapRequest(method, target, IPAddress.Loopback)
        {
            Authorization =
            [
                $"Digest username=\"{user}\", realm=\"example.com\", nonce=\"{challenge.Nonce}\", uri=\"{target.Replace("\"", "\\\"", StringComparison.Ordinal)}\", qop=auth, nc=00000001, cnonce=\"c\", response=\"{Encoding.ASCII.GetString(response)}\", algorithm={Encoding.ASCII.GetString(DigestAlgorithms.Name(challenge.Algorithm))}",
            ],
        };
    }

    /// <summary>The text of a body.</summary>
    public static string Text(XcapResponse response) => Encoding.UTF8.GetString(response.Body.Span);

    /// <summary>The condition in the report of a 409.</summary>
    public static XElement Condition(XcapResponse response)
    {
        Assert.Equal(409, response.Status);
        Assert.Equal("application/xcap-error+xml", response.ContentType);
        var report = XDocument.Parse(Text(response));
        Assert.Equal(s_error + "xcap-error", report.Root!.Name);
        return Assert.Single(report.Root.Elements());
    }

    public static string ConditionName(XcapResponse response) => Condition(response).Name.LocalName;

    public static string Group(string uri, string inner = "") =>
        $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <group xmlns="urn:oma:xml:poc:list-service" xmlns:cr="urn:ietf:params:xml:ns:common-policy">
          <list-service uri="{uri}">
            <list><entry uri="sip:bob@example.com"/></list>{inner}
          </list-service>
        </group>
        """;
}
