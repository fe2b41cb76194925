using System.Text;
using Confab.Server.Xdm;
using Confab.Server.Xdm.Usages;
using Confab.Tests.Server.Owners;
using Xunit;

namespace Confab.Tests.Server.Xdm;

/// <summary>Lists that a group document names by a URI.</summary>
public sealed class ExternalListsTests : IDisposable
{
    private const string Owner = "sip:alice@example.com";
    private const string Index = "http://127.0.0.1:8080/xcap/resource-lists/users/sip:alice@example.com/index";

    private readonly ServerRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(Index, "a b c d b x")]
    [InlineData("/xcap/resource-lists/users/sip:alice@example.com/index", "a b c d b x")]
    [InlineData("resource-lists/users/sip:alice@example.com/index/~~/resource-lists/list%5b@name=%22friends%22%5d", "a b c")]
    [InlineData(Index + "/~~/resource-lists/list%5b@name=%22friends%22%5d/list", "b c")]
    [InlineData(Index + "/~~/r:resource-lists/r:list%5b1%5d?xmlns(r=urn:ietf:params:xml:ns:resource-lists)", "a b c")]
    [InlineData(Index + "/~~/resource-lists/list%5b2%5d/entry", "d")]
    [InlineData(Index + "/~~/resource-lists/list%5b@name=%22none%22%5d", "")]
    [InlineData(Index + "/~~/resource-lists/list", "")]
    [InlineData(Index + "/~~/resource-lists/list%5b1%5d/@name", "")]
    [InlineData(Index + "/~~/resource-lists/p:list", "")]
    [InlineData("http://127.0.0.1:8080/xcap/resource-lists/users/sip:ALICE@example.com/index", "")]
    [InlineData("http://127.0.0.1:8080/xcap/resource-lists/users/SIP:alice@EXAMPLE.com/index", "a b c d b x")]
    [InlineData("http://127.0.0.1:8080/xcap/resource-lists/users/sip:bob@example.com/index", "")]
    [InlineData("http://127.0.0.1:8080/xcap/resource-lists/global/index", "")]
    [InlineData("http://127.0.0.1:8080/other/resource-lists/users/sip:alice@example.com/index", "")]
    [InlineData("http://127.0.0.1:8080/xcap/resource-lists/users/sip:alice@example.com/%zz", "")]
    [InlineData("", "")]
    [InlineData("://", "")]
    public void XDM_4_and_IMS_INIT_5_a_list_is_found_by_its_uri_with_what_it_refers_to_and_only_among_ones_own(string anchor, string expected)
    {
        Store(Owner, "index", """
            <list name="friends"><display-name>Friends</display-name><entry uri=" sip:a@x "><display-name>A</display-name></entry><list><entry uri="sip:b@x"/><entry uri="sip:c@x"/></list></list>
            <list name="work"><entry uri="sip:d@x"/>
              <entry-ref ref="resource-lists/users/sip:alice@example.com/index/~~/resource-lists/list%5b1%5d/list/entry%5b1%5d"/>
              <external anchor="http://127.0.0.1:8080/xcap/resource-lists/users/sip:alice@example.com/other"/>
              <external anchor="http://127.0.0.1:8080/xcap/resource-lists/users/sip:bob@example.com/index"/></list>
            """);
        Store(Owner, "other", "<list><entry uri='sip:x@x'/></list>");
        Store("sip:bob@example.com", "index", "<list><entry uri='sip:secret@x'/></list>");
        Assert.Equal(expected, Names(anchor));
    }

    [Fact]
    public void A_list_that_refers_to_itself_ends_and_is_bounded()
    {
        Store(Owner, "index", $"<list><entry uri='sip:a@x'/><external anchor='{Index}'/></list><list name='b'><external anchor='{Index}'/></list>");
        Assert.InRange(Names(Index).Split(' ').Length, 1, 256);
        Assert.Equal(3, new ExternalLists(_rig.Server.Node.Documents, 3).For(Owner)(Index).Count);
    }

    /// <summary>Else a group of three thousand lists of three thousand references each would take the server a quarter of an hour.</summary>
    [Fact]
    public void All_lists_of_a_document_together_are_bounded_and_the_same_one_is_read_once()
    {
        const int most = 100;
        Store(Owner, "index", string.Concat(Enumerable.Range(0, 60).Select(static i => $"<list name='{i}'><entry uri='sip:m{i}@x'/></list>")));
        Store(Owner, "circle", string.Concat(Enumerable.Range(0, 300).Select(static i => $"<list name='{i}'><external anchor='resource-lists/users/{Owner}/circle?{i}'/></list>")));

        var lists = new ExternalLists(_rig.Server.Node.Documents, most);
        var resolve = lists.For(Owner);
        Assert.Equal(60, resolve(Index).Count);
        var same = 1;
        while (resolve(Index).Count > 0) same++;
        Assert.Equal(15, same); // ten times the members, 60 at once
        Assert.Equal(60, lists.For(Owner)(Index).Count); // another document's

        resolve = lists.For(Owner);
        Assert.Empty(resolve($"resource-lists/users/{Owner}/circle"));
        Assert.Empty(resolve(Index)); // nothing is left for it

        resolve = lists.For(Owner);
        var found = Enumerable.Range(0, 300).Count(i => resolve($"{Index}/~~/resource-lists/list%5b@name=%22{i % 60}%22%5d?{i}").Count > 0);
        Assert.Equal(256, found);
    }

    [Fact]
    public void XDM_15_and_IMS_RPOL_2a_a_list_that_changes_changes_the_groups_that_name_it()
    {
        _rig.Rest();
        Store(Owner, "index", "<list name='friends'><entry uri='sip:bob@example.com'/><entry uri='sip:carol@example.com'/></list>");
        const string rules = "xmlns:cr='urn:ietf:params:xml:ns:common-policy' xmlns='urn:oma:xml:poc:list-service'";
        var text = $"<group {rules}><list-service uri='{GroupScene.Team}'><list><entry uri='{Owner}'/><external anchor='{Index}/~~/resource-lists/list%5b@name=%22friends%22%5d'/></list>"
            + "<cr:ruleset><cr:rule id='a'><cr:conditions><is-list-member/></cr:conditions><cr:actions><join-handling>true</join-handling><allow-initiate-conference>true</allow-initiate-conference></cr:actions></cr:rule></cr:ruleset></list-service></group>";
        Store(new DocumentId(GroupsUsage.Id, Owner, "team.xml"), text, [GroupScene.Team]);
        var alice = _rig.Alice.Invite(GroupScene.Team);
        var bob = _rig.Bob.Invite(GroupScene.Team);
        var carol = _rig.Carol.Invite(GroupScene.Team);
        Assert.Equal((200, 200, 200), (alice.Status, bob.Status, carol.Status));
        Store("sip:bob@example.com", "index", "<list/>"); // another's list of that name
        Store(Owner, "index", "<list name='friends'><entry uri='sip:carol@example.com'/></list>");
        Assert.Equal((0, 1, 0), (alice.Byes, bob.Byes, carol.Byes));
        Assert.Equal(403, _rig.Bob.Invite(GroupScene.Team).Status);
        Store(new DocumentId(ResourceListsUsage.Id, Owner, "index"), null, []);
        Assert.Equal((1, 1), (alice.Byes, carol.Byes)); // she loses her place, and one is too few
        _rig.AssertAtRest();
    }

    private string Names(string anchor) =>
        string.Join(' ', new ExternalLists(_rig.Server.Node.Documents, 1000).For(Owner)(anchor).Select(static e => e.Uri["sip:".Length..^"@x".Length]));

    private void Store(string user, string name, string content) =>
        Store(new DocumentId(ResourceListsUsage.Id, user, name), $"<resource-lists xmlns='urn:ietf:params:xml:ns:resource-lists'>{content}</resource-lists>", []);

    private void Store(DocumentId id, string? text, string[] uris)
    {
        var documents = _rig.Server.Node.Documents;
        documents.Change(id, _ => text is null ? null : documents.NewVersion(id, Encoding.UTF8.GetBytes(text), [.. uris]), static _ => { });
        _rig.Run();
    }
}
