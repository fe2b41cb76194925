using System.Net;
using System.Text;
using Confab.Sim.Flows;
using Xunit;

namespace Confab.Tests.Live;

/// <summary>Pre-defined groups of the program as it is installed: their documents over XCAP, their sessions by <c>confab chat</c>.</summary>
[Collection(LiveCollection.Name)]
public sealed class GroupTests
{
    private const string Path = "xcap/org.openmobilealliance.groups/users/sip:alice@example.com/team.xml";
    private const string Team = "/join sip:team@groups.example.com";

    [Fact]
    public async Task IMC_GRP_1_and_IMS_INIT_2_a_stored_group_works_at_once_and_follows_its_document()
    {
        await using var server = await LiveServer.Start("Session:MinNotifyIntervalSeconds=0");
        var (alice, bob, carol) = (await server.User("alice"), await server.User("bob"), await server.User("carol"));
        await alice.Type(Team);
        await alice.Event("ended", ("reason", "failed"), ("status", "404"));

        using var xcap = Xcap(server);
        Assert.Equal(HttpStatusCode.Created, await Put(xcap, "of alice, bob, carol | invites"));
        await alice.Type(Team);
        await alice.Event("established", ("group", "True"));
        await Task.WhenAll(bob.Accept(), carol.Accept());
        await carol.Type("here we are");
        await Task.WhenAll(alice.Hears("carol", "here we are"), bob.Hears("carol", "here we are"));

        Assert.Equal(HttpStatusCode.OK, await Put(xcap, "of alice, bob"));
        await carol.Event("ended", ("reason", "removed"));
        await carol.Type(Team);
        await carol.Event("ended", ("reason", "failed"), ("status", "403"), ("text", "The rules of the group do not allow it."));
        await bob.Type("just us two");
        await alice.Hears("bob", "just us two");

        Assert.Equal(HttpStatusCode.OK, (await xcap.DeleteAsync(Path, TestContext.Current.CancellationToken)).StatusCode);
        await Task.WhenAll(alice.Event("ended", ("reason", "released")), bob.Event("ended", ("reason", "released")));
        Assert.Contains("\"sessions\":0", await server.Health(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task XDM_1_2_and_15_a_group_stored_under_its_path_and_type_is_there_again_after_a_restart()
    {
        await using var server = await LiveServer.Start();
        using (var xcap = Xcap(server)) Assert.Equal(HttpStatusCode.Created, await Put(xcap, "of alice, bob"));
        await server.Program.Signal("KILL"); // what was answered is stored
        await server.Program.Exit();
        await server.StartAgain();
        var (alice, bob) = (await server.User("alice"), await server.User("bob"));
        await Task.WhenAll(alice.Type(Team), bob.Type(Team)); // both at once: one session
        await Task.WhenAll(alice.Event("established"), bob.Event("established"));
        await alice.Type("hello again");
        await bob.Hears("alice", "hello again");
    }

    private static HttpClient Xcap(LiveServer server)
    {
        var credentials = new CredentialCache { { server.Http, "Digest", new NetworkCredential("alice", "demo") } };
        return new HttpClient(new SocketsHttpHandler { Credentials = credentials }, disposeHandler: true) { BaseAddress = server.Http };
    }

    private static async Task<HttpStatusCode> Put(HttpClient xcap, string says)
    {
        using var content = new StringContent(GroupText.Write("team", says)!, Encoding.UTF8, "application/vnd.oma.poc.groups+xml");
        using var response = await xcap.PutAsync(Path, content, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return response.StatusCode;
    }
}
