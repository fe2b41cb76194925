using System.Collections.Immutable;
using System.Text;
using System.Xml.Linq;
using Confab.Server.Xdm;
using Xunit;
using static Confab.Tests.Server.Xdm.XcapRig;

namespace Confab.Tests.Server.Xdm;

/// <summary>RFC 4825 8: what is answered to each request, and what is there after it.</summary>
public sealed class XcapServerTests : IDisposable
{
    private const string Team = Groups + "/team";
    private const string Node = Team + "/~~/group/list-service/list/";

    private readonly XcapRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void XDM_1_2_a_document_is_made_read_replaced_and_deleted()
    {
        var made = _rig.Put(Team, GroupsType, Group("sip:team@example.com"));
        Assert.Equal((201, 0), (made.Status, made.Body.Length));
        var read = _rig.Get(Team);
        Assert.Equal((200, GroupsType, made.ETag, Group("sip:team@example.com")), (read.Status, read.ContentType, read.ETag, Text(read)));
        var replaced = _rig.Put(Team, GroupsType, Group("sip:other@example.com"));
        Assert.Equal((200, 0), (replaced.Status, replaced.Body.Length));
        Assert.NotEqual(made.ETag, replaced.ETag);
        var deleted = _rig.Delete(Team);
        Assert.Equal((200, null), (deleted.Status, deleted.ETag));
        Assert.Equal(404, _rig.Get(Team).Status);
        Assert.Equal(404, _rig.Delete(Team).Status);
    }

    [Fact]
    public void XDM_1_a_group_is_found_by_its_identity_by_its_owner_and_its_members()
    {
        var made = _rig.Put(Team, GroupsType, Group("sip:team@example.com"));
        const string byId = "/xcap/org.openmobilealliance.groups/global/byGroupID/sip%3Ateam%40EXAMPLE.com";
        foreach (var user in (string[])["alice", "bob"])
        {
            var read = _rig.Get(byId, user);
            Assert.Equal((200, GroupsType, made.ETag), (read.Status, read.ContentType, read.ETag));
        }

        Assert.Equal("\"sip:bob@example.com\"", Text(_rig.Get($"{byId}/~~/group/list-service/list/entry/@uri")));
        Assert.Equal(403, _rig.Get(byId, "carol").Status);
        Assert.Equal(404, _rig.Get("/xcap/org.openmobilealliance.groups/global/byGroupID/sip:nobody@example.com").Status);
        Assert.Equal(404, _rig.Get("/xcap/org.openmobilealliance.groups/global/index").Status);
        Assert.Equal(403, _rig.Put(byId, GroupsType, Group("sip:team@example.com")).Status);
        Assert.Equal(403, _rig.Delete(byId).Status);
        _rig.Delete(Team);
        Assert.Equal(404, _rig.Get(byId).Status);
    }

    [Fact]
    public void Elements_and_attributes_are_made_read_replaced_and_deleted_and_share_the_tag_of_their_document()
    {
        _rig.Put(Team, GroupsType, Group("sip:team@example.com"));
        var made = _rig.Put(Node + "entry%5b@uri=%22sip:carol@example.com%22%5d", ElementType, "<entry uri=\"sip:carol@example.com\"/>");
        Assert.Equal(201, made.Status);
        Assert.Equal(200, _rig.Put(Node + "entry%5b@uri=%22sip:carol@example.com%22%5d", ElementType, "<entry uri=\"sip:carol@example.com\"><display-name>Carol</display-name></entry>").Status);
        var element = _rig.Get(Node + "entry%5B2%5D");
        Assert.Equal((ElementType, "<entry uri=\"sip:carol@example.com\"><display-name>Carol</display-name></entry>"), (element.ContentType, Text(element)));
        Assert.Equal(_rig.Get(Team).ETag, element.ETag);
        var attribute = _rig.Get(Node + "entry%5B2%5D/@uri");
        Assert.Equal((AttributeType, "\"sip:carol@example.com\""), (attribute.ContentType, Text(attribute)));
        var set = _rig.Put(Node + "entry%5B2%5D/@uri", AttributeType, "\"sip:dave@example.com\"");
        Assert.Equal((200, _rig.Get(Team).ETag), (set.Status, set.ETag));
        var deleted = _rig.Delete(Node + "entry%5B2%5D");
        Assert.Equal((200, _rig.Get(Team).ETag), (deleted.Status, deleted.ETag)); // as the document is still there
        Assert.Equal(404, _rig.Get(Node + "entry%5B2%5D").Status);
        Assert.Equal(Group("sip:team@example.com"), Text(_rig.Get(Team)));
    }

    [Fact]
    public void Namespace_bindings_in_scope_are_read_and_nothing_else()
    {
        _rig.Put(Team, GroupsType, Group("sip:team@example.com", "<cr:ruleset xmlns:x=\"urn:x&amp;y\"/>"));
        const string query = "?xmlns(c=urn:ietf:params:xml:ns:common-policy)";
        var read = _rig.Get($"{Team}/~~/group/list-service/c:ruleset/namespace::*{query}");
        Assert.Equal("application/xcap-ns+xml", read.ContentType);
        Assert.Equal(
            "<cr:ruleset xmlns=\"urn:oma:xml:poc:list-service\" xmlns:cr=\"urn:ietf:params:xml:ns:common-policy\" xmlns:x=\"urn:x&amp;y\"/>", Text(read));
        foreach (var method in (string[])["PUT", "DELETE", "POST"])
        {
            var refused = _rig.Send(method, $"{Team}/~~/group/namespace::*", ElementType, "<a/>");
            Assert.Equal((405, "GET, HEAD"), (refused.Status, refused.Allow));
        }
    }

    [Theory]
    [InlineData("/xcap/unknown/users/sip:alice@example.com/x", 404)] // 8: an application usage that is not known
    [InlineData("/xcap/unknown/global/x", 404)]
    [InlineData("/xcap/resource-lists/users/sip:nobody@example.com/x", 404)] // 8: a user that is not known
    [InlineData("/xcap/resource-lists/users/alice/x", 404)]
    [InlineData("/xcap/resource-lists/users/sip:bob@example.com/x", 403)] // another's tree
    [InlineData("/xcap/resource-lists/users/sip:alice@example.com", 404)]
    [InlineData("/xcap/resource-lists/users/sip:alice@example.com/", 404)]
    [InlineData("/xcap/resource-lists/users", 404)]
    [InlineData("/xcap/resource-lists/others/sip:alice@example.com/x", 404)]
    [InlineData("/xcap/resource-lists/users//x", 404)]
    [InlineData("/xcap/", 404)]
    [InlineData("/xcap", 404)]
    [InlineData("/xcap/resource-lists/users/sip%3aalice%40example%2ecom/lists", 200)] // one resource in other letters
    [InlineData("/xcap/resource-lists/users/sip:alice@EXAMPLE.com/lists", 200)]
    [InlineData("/xcap/resource-lists/users/sip:alice@example.com/%6cists", 200)]
    [InlineData("/xcap/resource-lists/users/sip:alice@example.com/lists/%7e~/resource-lists", 200)]
    [InlineData("/xcap/resource-lists/users/sip:alice@example.com/li%7", 400)] // a broken escape
    [InlineData("/xcap/resource-lists/users/sip:alice@example.com/%ff", 400)] // no UTF-8
    [InlineData(Lists + "/lists/~~/resource-lists/list%5b@name=%22f/g%22%5d", 404)]
    [InlineData(Lists + "/lists/~~/resource-lists/list%5b@name=%22friends%22%5d", 200)]
    [InlineData(Lists + "/lists/~~/resource-lists/list%5b@name='friends'%5d", 200)]
    [InlineData(Lists + "/lists/~~/*/*/*%5b1%5d", 200)]
    [InlineData(Lists + "/lists/~~/resource-lists/list/entry", 404)] // two of them
    [InlineData(Lists + "/lists/~~/resource-lists/list/entry%5b@uri=%22sip:b%26amp;c@example.com%22%5d", 200)]
    [InlineData(Lists + "/lists/~~/resource-lists/list/entry%5b@uri=%22sip:b&c@example.com%22%5d", 404)] // no AttValue
    [InlineData(Lists + "/lists/~~/r:resource-lists?xmlns(r=urn:ietf:params:xml:ns:resource-lists)", 200)]
    [InlineData(Lists + "/lists/~~/r:resource-lists?xmlns(r=urn:x)xmlns(r=urn:ietf:params:xml:ns:resource-lists)", 200)]
    [InlineData(Lists + "/lists/~~/r:resource-lists?element(/1)%20xmlns(r=urn:ietf:params:xml:ns:resource-lists)", 200)] // another scheme is passed over
    [InlineData(Lists + "/lists/~~/r:resource-lists?xmlns(r=urn:other)", 404)]
    [InlineData(Lists + "/lists/~~/r:resource-lists", 400)] // 8: the prefix is not bound
    [InlineData(Lists + "/lists/~~/resource-lists/list/@r:name", 400)]
    [InlineData(Lists + "/lists/~~/resource-lists?xmlns(r", 400)]
    [InlineData(Lists + "/lists/~~/resource-lists?nonsense", 400)]
    [InlineData(Lists + "/lists/~~/resource-lists?xmlns(r=urn:^(x^)^^)", 200)]
    [InlineData(Lists + "/lists/~~/resource-lists/id(x)", 404)] // 8: an extension selector
    [InlineData(Lists + "/lists/~~/resource-lists/list%5b@name=%22friends%22%5d%5b1%5d", 404)]
    [InlineData(Lists + "/lists/~~/resource-lists/list/@name/list", 404)]
    [InlineData(Lists + "/lists/~~/@name", 404)]
    [InlineData(Lists + "/lists/~~/resource-lists//list", 404)]
    [InlineData(Lists + "/lists/~~/", 404)]
    [InlineData(Lists + "/lists/~~", 404)]
    [InlineData(Lists + "/other/~~/resource-lists", 404)]
    [InlineData(Lists + "/lists/sub", 404)]
    [InlineData("/xcap/xcap-caps/global/index", 200)]
    [InlineData("/xcap/xcap-caps/global/other", 404)]
    [InlineData("/xcap/xcap-caps/users/sip:alice@example.com/index", 404)] // 12.7
    public void A_URI_means_a_resource_or_has_its_status(string target, int status)
    {
        _rig.Put(Lists + "/lists", ListsType, """
            <resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list name="friends"><entry uri="sip:a@example.com"/><entry uri="sip:b&amp;c@example.com"/></list></resource-lists>
            """);
        Assert.Equal(status, _rig.Get(target).Status);
    }

    [Fact]
    public void Whose_URI_is_of_absolute_form_is_answered_too() =>
        Assert.Equal(200, _rig.Get("http://xcap.example.com/xcap/xcap-caps/global/index").Status);

    [Theory]
    [InlineData("POST", Team, "GET, HEAD, PUT, DELETE")] // 8.1
    [InlineData("PATCH", Team, "GET, HEAD, PUT, DELETE")]
    [InlineData("POST", "/xcap/xcap-caps/global/index", "GET, HEAD")]
    [InlineData("PUT", "/xcap/org.openmobilealliance.xcap-directory/users/sip:alice@example.com/directory.xml", "GET, HEAD")]
    public void A_method_that_a_resource_has_not_is_answered_405_with_those_it_has(string method, string target, string allow)
    {
        var refused = _rig.Send(method, target, GroupsType, "<a/>");
        Assert.Equal((405, allow), (refused.Status, refused.Allow));
    }

    [Theory]
    [InlineData(Team, "application/xml")]
    [InlineData(Team, ElementType)]
    [InlineData(Team, null)]
    [InlineData(Team + "/~~/group", GroupsType)]
    [InlineData(Team + "/~~/group/@x", ElementType)]
    public void A_body_of_another_type_is_answered_415(string target, string? type)
    {
        _rig.Put(Team, GroupsType, Group("sip:team@example.com"));
        Assert.Equal(415, _rig.Send("PUT", target, type, "x").Status);
    }

    [Fact]
    public void A_type_with_parameters_in_other_letters_is_the_type() =>
        Assert.Equal(201, _rig.Put(Team, "Application/VND.oma.poc.groups+xml; charset=utf-8", Group("sip:team@example.com")).Status);

    [Theory]
    [InlineData("<group", "not-well-formed")]
    [InlineData("<group xmlns='urn:oma:xml:poc:list-service'></list>", "not-well-formed")]
    [InlineData("", "not-well-formed")]
    [InlineData("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><group xmlns='urn:oma:xml:poc:list-service'/>", "not-utf-8")]
    [InlineData("<group xmlns='urn:other'/>", "schema-validation-error")]
    [InlineData("<list-service xmlns='urn:oma:xml:poc:list-service' uri='sip:x@example.com'/>", "schema-validation-error")]
    [InlineData("<entry xmlns='urn:ietf:params:xml:ns:resource-lists' uri='sip:x@example.com'/>", "schema-validation-error")]
    [InlineData("<group xmlns='urn:oma:xml:poc:list-service'><list-service/></group>", "schema-validation-error")]
    [InlineData("<group xmlns='urn:oma:xml:poc:list-service'><list-service uri='sip:x@example.com'><unknown/></list-service></group>", "schema-validation-error")]
    [InlineData("<group xmlns='urn:oma:xml:poc:list-service'><list-service uri='sip:x@example.com'><max-participant-count>-1</max-participant-count></list-service></group>", "schema-validation-error")]
    [InlineData("<group xmlns='urn:oma:xml:poc:list-service'><list-service uri='sip:x@example.com'><invite-members>maybe</invite-members></list-service></group>", "schema-validation-error")]
    [InlineData("<group xmlns='urn:oma:xml:poc:list-service'><list-service uri='http://x.example.com/'/></group>", "constraint-failure")]
    [InlineData("<group xmlns='urn:oma:xml:poc:list-service'><list-service uri='sip:example.com'/></group>", "constraint-failure")]
    [InlineData("<group xmlns='urn:oma:xml:poc:list-service'><list-service uri='sip:x@example.org'/></group>", "constraint-failure")]
    [InlineData("<group xmlns='urn:oma:xml:poc:list-service'><list-service uri='sip:x@anexample.com'/></group>", "constraint-failure")]
    public void XDM_3_5_6_what_is_no_group_document_has_its_condition_and_is_not_stored(string body, string condition)
    {
        Assert.Equal(condition, ConditionName(_rig.Put(Team, GroupsType, body)));
        Assert.Equal(404, _rig.Get(Team).Status);
    }

    [Theory]
    [InlineData("<anything xmlns='urn:unknown' at='all'><x/></anything>")] // 5.8, 8.2.5
    [InlineData("<cr:ruleset><cr:rule id='a'><cr:conditions/><cr:actions><cr:allow-anonymity>1</cr:allow-anonymity></cr:actions></cr:rule></cr:ruleset>")] // XDM-14
    [InlineData("<cr:ruleset><cr:rule id='a'><cr:actions><join-handling>allow</join-handling></cr:actions></cr:rule></cr:ruleset>")] // XDM-10
    [InlineData("<cr:ruleset><cr:rule id='a'><cr:actions><e:allow-expelling xmlns:e='urn:oma:xml:xdm:extensions'>true</e:allow-expelling></cr:actions></cr:rule></cr:ruleset>")] // XDM-13
    [InlineData("<cr:ruleset><cr:rule id='a'><cr:conditions><o:external-list xmlns:o='urn:oma:xml:xdm:common-policy'><o:entry anc='http://x/'/></o:external-list></cr:conditions></cr:rule></cr:ruleset>")]
    [InlineData("<max-participant-count>0</max-participant-count><invite-members>1</invite-members><display-name xml:lang='en'>Any order</display-name>")]
    public void XDM_10_13_14_other_namespaces_spellings_and_orders_are_taken(string inner) =>
        Assert.Equal(201, _rig.Put(Team, GroupsType, Group("sip:team@example.com", inner)).Status);

    [Theory]
    [InlineData("<cr:unknown/>")] // of a namespace that is known as a whole (8.2.5)
    [InlineData("<cr:ruleset><cr:rule id='a'/><cr:rule id='a'/></cr:ruleset>")]
    [InlineData("<cr:ruleset><cr:rule/></cr:ruleset>")]
    [InlineData("<cr:ruleset><cr:rule id='a'><cr:actions><allow-anonymity>perhaps</allow-anonymity></cr:actions></cr:rule></cr:ruleset>")]
    [InlineData("<cr:ruleset><cr:rule id='a'><cr:actions><unheard-of/></cr:actions></cr:rule></cr:ruleset>")]
    public void XDM_7_what_the_schemas_do_not_allow_is_refused(string inner) =>
        Assert.Equal("schema-validation-error", ConditionName(_rig.Put(Team, GroupsType, Group("sip:team@example.com", inner))));

    [Fact]
    public void A_change_within_a_document_must_leave_it_valid()
    {
        _rig.Put(Team, GroupsType, Group("sip:team@example.com"));
        var before = _rig.Get(Team);
        Assert.Equal("schema-validation-error", ConditionName(_rig.Put(Node + "unknown", ElementType, "<unknown/>")));
        Assert.Equal("schema-validation-error", ConditionName(_rig.Delete(Node + "entry/@uri")));
        Assert.Equal("schema-validation-error", ConditionName(_rig.Delete(Team + "/~~/group")));
        Assert.Equal("constraint-failure", ConditionName(_rig.Put(Team + "/~~/group/list-service/@uri", AttributeType, "\"tel:+1\"")));
        Assert.Equal("not-xml-frag", ConditionName(_rig.Put(Node + "entry%5b2%5d", ElementType, "<entry>")));
        Assert.Equal("not-xml-att-value", ConditionName(_rig.Put(Node + "entry/@uri", AttributeType, "sip:x@example.com")));
        Assert.Equal("cannot-insert", ConditionName(_rig.Put(Node + "entry%5b@uri=%22a%22%5d", ElementType, "<entry uri=\"b\"/>")));
        _rig.Put(Node + "entry%5b2%5d", ElementType, "<entry uri=\"sip:carol@example.com\"/>");
        Assert.Equal("cannot-delete", ConditionName(_rig.Delete(Node + "entry%5b1%5d")));
        _rig.Delete(Node + "entry%5b2%5d");
        Assert.Equal(Text(before), Text(_rig.Get(Team)));
    }

    [Fact]
    public void Without_a_parent_the_report_names_the_closest_ancestor_as_a_URI()
    {
        Assert.Empty(Condition(_rig.Put(Node + "entry", ElementType, "<entry uri=\"a\"/>")).Elements()); // no document
        Assert.Equal("no-parent", ConditionName(_rig.Put(Groups + "/sub/team", GroupsType, Group("sip:team@example.com")))); // no directory
        _rig.Put(Team, GroupsType, Group("sip:team@example.com"));
        var condition = Condition(_rig.Put(
            Team + "/~~/l:group/l:list-service%5b@uri=%22sip:team@example.com%22%5d/a/b?xmlns(l=urn:oma:xml:poc:list-service)", ElementType, "<b/>"));
        Assert.Equal("no-parent", condition.Name.LocalName);
        var ancestor = Assert.Single(condition.Elements()).Value;
        Assert.Equal(Team + "/~~/l:group/l:list-service%5B@uri=%22sip:team@example.com%22%5D?xmlns(l=urn:oma:xml:poc:list-service)", ancestor);
        Assert.Equal(200, _rig.Get(ancestor).Status);
        Assert.Equal(Team, Assert.Single(Condition(_rig.Put(Team + "/~~/other/b", ElementType, "<b/>")).Elements()).Value);
    }

    [Fact]
    public void A_URI_of_another_group_a_user_or_the_server_is_not_unique_and_free_ones_are_told()
    {
        _rig.Put("/xcap/org.openmobilealliance.groups/users/sip:bob@example.com/his", GroupsType, Group("sip:team@example.com"), "bob");
        _rig.Put(Groups + "/second", GroupsType, Group("sip:team-2@example.com"));
        foreach (var (uri, free) in ((string, string)[])[
            ("sip:team@EXAMPLE.com", "sip:team-3@example.com"), ("sip:carol@example.com", "sip:carol-2@example.com"),
            ("sip:conference-factory@example.com", "sip:conference-factory-2@example.com")])
        {
            var condition = Condition(_rig.Put(Team, GroupsType, Group(uri)));
            Assert.Equal("uniqueness-failure", condition.Name.LocalName);
            var exists = Assert.Single(condition.Elements());
            Assert.Equal("group/list-service/@uri", exists.Attribute("field")!.Value);
            var alternatives = exists.Elements().Select(static e => e.Value).ToList();
            Assert.Equal((3, free), (alternatives.Count, alternatives[0]));
            Assert.Equal(201, _rig.Put(Team, GroupsType, Group(alternatives[0])).Status); // as it says
            _rig.Delete(Team);
        }

        Assert.Equal(201, _rig.Put(Team, GroupsType, Group("sip:third@example.com")).Status);
        Assert.Equal("uniqueness-failure", ConditionName(_rig.Put(Team + "/~~/group/list-service/@uri", AttributeType, "\"sip:team@example.com\"")));
        _rig.Delete("/xcap/org.openmobilealliance.groups/users/sip:bob@example.com/his", "bob");
        Assert.Equal(200, _rig.Put(Team + "/~~/group/list-service/@uri", AttributeType, "\"sip:team@example.com\"").Status);
    }

    [Fact]
    public void Two_groups_in_one_document_have_two_URIs()
    {
        const string two = "<group xmlns='urn:oma:xml:poc:list-service'><list-service uri='sip:a@example.com'/><list-service uri='sip:A@example.com'/><list-service uri='sip:a@EXAMPLE.com'/></group>";
        var exists = Assert.Single(Condition(_rig.Put(Team, GroupsType, two)).Elements());
        Assert.Equal("group/list-service%5B3%5D/@uri", exists.Attribute("field")!.Value);
        Assert.Equal(201, _rig.Put(Team, GroupsType, two.Replace("sip:a@EXAMPLE.com", "sip:b@example.com", StringComparison.Ordinal)).Status);
        Assert.Equal(200, _rig.Get("/xcap/org.openmobilealliance.groups/global/byGroupID/sip:b@example.com").Status);
    }

    [Theory]
    [InlineData("<list name='a'/><list name='a'/>", "uniqueness-failure", "resource-lists/list%5B2%5D/@name")]
    [InlineData("<list><entry uri='a'/><entry uri='a'/></list>", "uniqueness-failure", "resource-lists/list%5B1%5D/entry%5B2%5D/@uri")]
    [InlineData("<list><entry-ref ref='a'/><entry-ref ref='a'/></list>", "uniqueness-failure", "resource-lists/list%5B1%5D/entry-ref%5B2%5D/@ref")]
    [InlineData("<list><external anchor='http://a/'/><external anchor='http://a/'/></list>", "uniqueness-failure", "resource-lists/list%5B1%5D/external%5B2%5D/@anchor")]
    [InlineData("<list><entry-ref ref='/a'/></list>", "constraint-failure", null)]
    [InlineData("<list><entry-ref ref='http://a/'/></list>", "constraint-failure", null)]
    [InlineData("<list><external anchor='a/b'/></list>", "constraint-failure", null)]
    [InlineData("<list><external anchor='sip:a@b'/></list>", "constraint-failure", null)]
    [InlineData("<list><entry/></list>", "schema-validation-error", null)]
    [InlineData("<entry uri='a'/>", "schema-validation-error", null)]
    public void XDM_4_resource_lists_keep_the_constraints_of_RFC_4826(string inner, string condition, string? field)
    {
        var failed = Condition(_rig.Put(Lists + "/index", ListsType, $"<resource-lists xmlns='urn:ietf:params:xml:ns:resource-lists'>{inner}</resource-lists>"));
        Assert.Equal(condition, failed.Name.LocalName);
        Assert.Equal(field, failed.Elements().FirstOrDefault()?.Attribute("field")?.Value);
    }

    [Fact]
    public void Resource_lists_may_hold_what_RFC_4826_allows()
    {
        const string inner = "<list name='a'><display-name xml:lang='en'>A</display-name><list name='a'><entry uri='a'/></list><entry uri='a'/><entry uri='A'/><external anchor='http://a/b'/><entry-ref ref='resource-lists/users/b/index'/><x xmlns='urn:x'/></list><list name='b'><entry uri='a'/></list>";
        Assert.Equal(201, _rig.Put(Lists + "/index", ListsType, $"<resource-lists xmlns='urn:ietf:params:xml:ns:resource-lists'>{inner}</resource-lists>").Status);
    }

    [Fact]
    public void XDM_16_conditions_are_about_the_tag_of_the_document()
    {
        Assert.Equal(412, _rig.Send("PUT", Team, GroupsType, Group("sip:team@example.com"), ifMatch: "*").Status); // nothing there
        var made = _rig.Send("PUT", Team, GroupsType, Group("sip:team@example.com"), ifNoneMatch: "*");
        Assert.Equal(201, made.Status);
        var old = $"\"{made.ETag}\"";
        Assert.Equal(412, _rig.Send("PUT", Team, GroupsType, Group("sip:other@example.com"), ifNoneMatch: "*").Status);
        Assert.Equal((304, made.ETag, 0), _rig.Send("GET", Team, ifNoneMatch: old) is var same ? (same.Status, same.ETag, same.Body.Length) : default);
        Assert.Equal(304, _rig.Send("HEAD", Team, ifNoneMatch: $"\"other\", W/{old}").Status);
        Assert.Equal(304, _rig.Send("GET", Team, ifNoneMatch: "*").Status);
        Assert.Equal(304, _rig.Send("GET", Node + "entry", ifNoneMatch: old).Status);
        Assert.Equal(200, _rig.Send("GET", Team, ifMatch: old).Status);
        Assert.Equal(412, _rig.Send("GET", Team, ifMatch: "\"other\"").Status);
        Assert.Equal(412, _rig.Send("GET", Team, ifMatch: $"W/{old}").Status); // strong comparison

        // 8.2.6: an insertion is about the document too, so that If-None-Match: * always fails.
        Assert.Equal(412, _rig.Send("PUT", Node + "entry%5b2%5d", ElementType, "<entry uri=\"sip:x@example.com\"/>", ifNoneMatch: "*").Status);
        var changed = _rig.Send("PUT", Node + "entry%5b2%5d", ElementType, "<entry uri=\"sip:x@example.com\"/>", ifMatch: $"\"a,b\", {old}");
        Assert.Equal(201, changed.Status);

        // The update that would be lost.
        var lost = _rig.Send("PUT", Node + "entry%5b2%5d", ElementType, "<entry uri=\"sip:y@example.com\"/>", ifMatch: old);
        Assert.Equal((412, changed.ETag), (lost.Status, lost.ETag));
        Assert.Equal(412, _rig.Send("DELETE", Team, ifMatch: old).Status);
        Assert.Equal(200, _rig.Send("GET", Team, ifNoneMatch: old).Status);
        Assert.Equal(200, _rig.Send("DELETE", Team, ifMatch: $"\"{changed.ETag}\"").Status);
    }

    [Fact]
    public void Of_two_writers_at_once_one_wins_and_the_other_is_told()
    {
        var made = _rig.Put(Team, GroupsType, Group("sip:team@example.com"));
        var writers = Enumerable.Range(0, 4).Select(i => _rig.Server.Xcap.HandleAsync(_rig.Signed("PUT", Team, "alice") with
        {
            ContentType = GroupsType,
            Body = Encoding.UTF8.GetBytes(Group($"sip:team{i}@example.com")),
            IfMatch = $"\"{made.ETag}\"",
        })).ToList();
        var statuses = writers.Select(w => _rig.Answer(w).Status).ToList();
        Assert.Equal([200, 412, 412, 412], statuses.Order());
        Assert.Contains($"sip:team{statuses.IndexOf(200)}@example.com", Text(_rig.Get(Team)), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_two_who_want_one_URI_at_once_one_has_it()
    {
        var writers = ((string[])["alice", "bob", "carol"]).Select(user => _rig.Server.Xcap.HandleAsync(
            _rig.Signed("PUT", $"/xcap/org.openmobilealliance.groups/users/sip:{user}@example.com/team", user) with { ContentType = GroupsType, Body = Encoding.UTF8.GetBytes(Group("sip:team@example.com")) })).ToList();
        Assert.Equal([201, 409, 409], writers.Select(w => _rig.Answer(w).Status).Order());
    }

    [Fact]
    public void What_is_put_again_is_the_same_version()
    {
        var made = _rig.Put(Team, GroupsType, Group("sip:team@example.com"));
        var again = _rig.Put(Team, GroupsType, Group("sip:team@example.com"));
        Assert.Equal((200, made.ETag), (again.Status, again.ETag));
    }

    [Fact]
    public void The_capabilities_name_every_usage_and_known_namespace_RFC_4825_12()
    {
        var read = _rig.Get("/xcap/xcap-caps/global/index", "carol");
        Assert.Equal("application/xcap-caps+xml", read.ContentType);
        XNamespace ns = "urn:ietf:params:xml:ns:xcap-caps";
        var root = XDocument.Parse(Text(read)).Root!;
        Assert.Equal([ns + "auids", ns + "extensions", ns + "namespaces"], root.Elements().Select(static e => e.Name));
        Assert.Equal(
            ["xcap-caps", "resource-lists", "org.openmobilealliance.groups", "org.openmobilealliance.xcap-directory"], root.Element(ns + "auids")!.Elements().Select(static e => e.Value));
        Assert.Contains("urn:ietf:params:xml:ns:xcap-caps", root.Element(ns + "namespaces")!.Elements().Select(static e => e.Value));
        Assert.Equal(200, _rig.Get("/xcap/xcap-caps/global/index/~~/xcap-caps/auids/auid%5b1%5d").Status);
        Assert.Equal(304, _rig.Send("GET", "/xcap/xcap-caps/global/index", ifNoneMatch: $"\"{read.ETag}\"").Status);
        Assert.Equal(403, _rig.Delete("/xcap/xcap-caps/global/index").Status);
    }

    [Fact]
    public void The_directory_lists_a_users_documents()
    {
        const string directory = "/xcap/org.openmobilealliance.xcap-directory/users/sip:alice@example.com/directory.xml";
        var made = _rig.Put(Groups + "/a%20b", GroupsType, Group("sip:team@example.com"));
        var read = _rig.Get(directory);
        Assert.Equal("application/vnd.oma.xcap-directory+xml", read.ContentType);
        XNamespace ns = "urn:oma:xml:xdm:xcap-directory";
        var folders = XDocument.Parse(Text(read)).Root!.Elements(ns + "folder").ToDictionary(static f => f.Attribute("auid")!.Value, static f => f.Elements().ToList());
        Assert.Empty(folders["resource-lists"]);
        var entry = Assert.Single(folders["org.openmobilealliance.groups"]);
        Assert.Equal(("http://10.0.0.1:8080" + Groups + "/a%20b", made.ETag), (entry.Attribute("uri")!.Value, entry.Attribute("etag")!.Value));
        Assert.Equal(403, _rig.Get(directory, "bob").Status);
        Assert.Equal(200, _rig.Get(directory + "/~~/xcap-directory/folder%5b@auid=%22org.openmobilealliance.groups%22%5d/entry").Status);
    }

    [Fact]
    public void Nobody_is_answered_without_proof_and_a_wrong_password_is_none()
    {
        _rig.Put(Team, GroupsType, Group("sip:team@example.com"));
        foreach (var request in (XcapRequest[])[
            _rig.Signed("GET", Team, "alice") with { Authorization = [] },
            _rig.Signed("GET", Team, "alice", "wrong"),
            _rig.Signed("GET", Team, "nobody"),
            _rig.Signed("DELETE", Team, "alice") with { Method = "GET" },
            _rig.Signed("GET", Team, "alice") with { Authorization = ["Basic YWxpY2U6ZGVtbw=="] },
            _rig.Signed("GET", Team, "alice") with { Authorization = ["Bearer "] },
            _rig.Signed("GET", "/xcap/resource-lists/users/sip:nobody@example.com/x", "alice") with { Authorization = [] }])
        {
            var answer = _rig.Answer(_rig.Server.Xcap.HandleAsync(request));
            Assert.Equal((401, null), (answer.Status, answer.ETag));
            Assert.Equal(2, answer.Challenges.Length);
            Assert.All(answer.Challenges, static c => Assert.Matches("^Digest realm=\"example.com\", nonce=\"[^\"]+\", algorithm=(MD5|SHA-256), qop=\"auth\"$", c));
        }
    }

    [Fact]
    public void Credentials_count_once_and_for_what_they_were_made()
    {
        var request = _rig.Signed("GET", "/xcap/xcap-caps/global/index", "alice");
        Assert.Equal(200, _rig.Answer(_rig.Server.Xcap.HandleAsync(request)).Status);
        var again = _rig.Answer(_rig.Server.Xcap.HandleAsync(request));
        Assert.Equal(401, again.Status);
        Assert.All(again.Challenges, static c => Assert.EndsWith(", stale=true", c, StringComparison.Ordinal));
        Assert.Equal(400, _rig.Answer(_rig.Server.Xcap.HandleAsync(_rig.Signed("GET", Team, "alice") with { Target = Team + "2" })).Status);
    }

    [Fact]
    public void Who_goes_on_guessing_is_refused_for_a_time()
    {
        var statuses = Enumerable.Range(0, 4).Select(_ => _rig.Answer(_rig.Server.Xcap.HandleAsync(_rig.Signed("GET", Team, "alice", "wrong"))).Status).ToImmutableArray();
        Assert.Equal([401, 401, 403, 403], statuses);
        Assert.Equal(403, _rig.Get(Team).Status);
        _rig.Sim.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(404, _rig.Get(Team).Status);
    }
}
