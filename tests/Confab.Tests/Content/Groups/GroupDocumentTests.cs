using System.Text;
using Confab.Content.CommonPolicy;
using Confab.Content.Groups;
using Xunit;

namespace Confab.Tests.Content.Groups;

public sealed class GroupDocumentTests
{
    const string Namespaces =
        "xmlns='urn:oma:xml:poc:list-service' xmlns:rl='urn:ietf:params:xml:ns:resource-lists' xmlns:cr='urn:ietf:params:xml:ns:common-policy' "
        + "xmlns:ocp='urn:oma:xml:xdm:common-policy' xmlns:oxe='urn:oma:xml:xdm:extensions' xmlns:o='urn:other'";

    internal static readonly byte[] OfF3 = """
        <?xml version="1.0" encoding="UTF-8"?>
        <group xmlns="urn:oma:xml:poc:list-service"
            xmlns:rl="urn:ietf:params:xml:ns:resource-lists"
            xmlns:cr="urn:ietf:params:xml:ns:common-policy"
            xmlns:oxe="urn:oma:xml:xdm:extensions">
          <list-service uri="sip:team@groups.example.com">
            <display-name xml:lang="en">Team</display-name>
            <list>
              <entry uri="sip:alice@example.com"><rl:display-name>Alice</rl:display-name></entry>
              <entry uri="sip:bob@example.com"/>
              <entry uri="sip:carol@example.net"/>
              <entry uri="sip:dave@example.com"/>
            </list>
            <invite-members>true</invite-members>
            <max-participant-count>3</max-participant-count>
            <cr:ruleset>
              <cr:rule id="r1">
                <cr:conditions><is-list-member/></cr:conditions>
                <cr:actions>
                  <join-handling>true</join-handling>
                  <allow-conference-state>true</allow-conference-state>
                  <allow-anonymity>false</allow-anonymity>
                </cr:actions>
              </cr:rule>
              <cr:rule id="r2">
                <cr:conditions><cr:identity><cr:one id="sip:alice@example.com"/></cr:identity></cr:conditions>
                <cr:actions>
                  <allow-initiate-conference>true</allow-initiate-conference>
                  <allow-invite-users-dynamically>true</allow-invite-users-dynamically>
                  <oxe:allow-expelling>true</oxe:allow-expelling>
                </cr:actions>
              </cr:rule>
            </cr:ruleset>
          </list-service>
        </group>
        """u8.ToArray();

    [Fact]
    public void XDM_3_4_5_6_and_7_the_document_of_F3_is_read()
    {
        var group = Assert.Single(Parse(OfF3));
        Assert.Equal(("sip:team@groups.example.com", "Team", true, 3), (group.Uri, group.DisplayName, group.InviteMembers, group.MaxParticipantCount));
        Assert.Equal(
            [new("sip:alice@example.com", "Alice"), new("sip:bob@example.com"), new("sip:carol@example.net"), new("sip:dave@example.com")], group.List);
        Assert.Equal(["r1", "r2"], group.Rules.Select(static r => r.Id));
        Assert.Equal([new PolicyCondition.IsListMember(true)], group.Rules[0].Conditions);
        Assert.Equal(["allow-conference-state", "join-handling"], group.Rules[0].Granted.Order(StringComparer.Ordinal));
        var identity = Assert.IsType<PolicyCondition.Identity>(Assert.Single(group.Rules[1].Conditions));
        Assert.Equal([new PolicyIdentity.One("sip:alice@example.com")], identity.Any);
        Assert.Equal(3, group.Rules[1].Granted.Count);
    }

    [Theory]
    [InlineData("<invite-members> true </invite-members>", true)]
    [InlineData("<invite-members>1</invite-members>", true)]
    [InlineData("<invite-members>false</invite-members>", false)]
    [InlineData("<invite-members>0</invite-members>", false)]
    [InlineData("<invite-members>TRUE</invite-members>", false)]
    [InlineData("<invite-members/>", false)]
    [InlineData("<o:invite-members>true</o:invite-members>", false)]
    [InlineData("", false)]
    public void XDM_5_invite_members_is_a_boolean_and_absent_is_false(string element, bool expected) => Assert.Equal(expected, One(element).InviteMembers);

    [Theory]
    [InlineData("<max-participant-count>0</max-participant-count>", 0)]
    [InlineData("<max-participant-count> 12 </max-participant-count>", 12)]
    [InlineData("<max-participant-count>4294967296</max-participant-count>", int.MaxValue)]
    [InlineData("", null)]
    public void XDM_6_max_participant_count_is_a_number_and_absent_is_no_limit(string element, int? expected) => Assert.Equal(expected, One(element).MaxParticipantCount);

    [Theory]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("many")]
    [InlineData("")]
    [InlineData("99999999999999999999999")]
    public void XDM_6_a_count_that_is_no_such_number_is_a_fault(string count) =>
        Assert.False(GroupDocumentReader.TryParse(Document($"<max-participant-count>{count}</max-participant-count>"), 100, out _, out _));

    [Theory]
    [InlineData("<join-handling>true</join-handling>", true)]
    [InlineData("<join-handling> 1 </join-handling>", true)]
    [InlineData("<join-handling>allow</join-handling>", true)]
    [InlineData("<cr:join-handling>true</cr:join-handling>", true)]
    [InlineData("<oxe:join-handling>true</oxe:join-handling>", true)]
    [InlineData("<o:join-handling>true</o:join-handling>", false)]
    [InlineData("<join-handling>block</join-handling>", false)]
    [InlineData("<join-handling>false</join-handling>", false)]
    [InlineData("<join-handling>0</join-handling>", false)]
    [InlineData("<join-handling>yes</join-handling>", false)]
    [InlineData("<join-handling/>", false)]
    [InlineData("<join-handling>false</join-handling><cr:join-handling>true</cr:join-handling>", true)]
    public void XDM_10_and_14_actions_are_read_in_every_spelling_and_namespace(string action, bool expected) =>
        Assert.Equal(expected, One($"<cr:ruleset><cr:rule id='a'><cr:actions>{action}</cr:actions></cr:rule></cr:ruleset>").Rules[0].Granted.Contains("join-handling"));

    [Theory]
    [InlineData("<is-list-member/>", true)]
    [InlineData("<is-list-member>true</is-list-member>", true)]
    [InlineData("<is-list-member> 1 </is-list-member>", true)]
    [InlineData("<is-list-member>false</is-list-member>", false)]
    [InlineData("<is-list-member>0</is-list-member>", false)]
    public void XDM_8_is_list_member_is_empty_or_a_boolean(string condition, bool expected) =>
        Assert.Equal([new PolicyCondition.IsListMember(expected)], ConditionsOf(condition));

    [Fact]
    public void XDM_8_conditions_of_all_kinds_are_read_and_unknown_ones_stay()
    {
        var conditions = ConditionsOf("""
            <cr:identity>
              <cr:one id=" sip:a@x "/><cr:one/><o:one id="sip:no@x"/><cr:odd id="sip:no@x"/>
              <cr:many domain="x.org"><cr:except id="sip:b@x.org"/><cr:except domain="y.org"/><o:except id="sip:no@x"/></cr:many><cr:many/>
            </cr:identity>
            <ocp:external-list><ocp:entry anc="http://x/1"/><ocp:entry/></ocp:external-list>
            <ocp:other-identity/><ocp:anonymous-request/>
            <cr:validity>
              <cr:until>2020-01-01T00:00:00Z</cr:until>
              <cr:from>2025-01-15T10:00:00+01:00</cr:from><cr:until>2025-01-15T11:00:00+01:00</cr:until>
              <cr:from>when</cr:from><cr:until>2030-01-01T00:00:00Z</cr:until>
              <cr:from>2026-01-01T00:00:00</cr:from><cr:until>2026-01-02T00:00:00Z</cr:until>
              <cr:from>2027-01-01T00:00:00Z</cr:from>
            </cr:validity>
            <cr:sphere value="work"/><o:moon/>
            """);
        Assert.Equal(7, conditions.Count);
        var identity = Assert.IsType<PolicyCondition.Identity>(conditions[0]);
        Assert.Equal(new PolicyIdentity.One("sip:a@x"), identity.Any[0]);
        var many = Assert.IsType<PolicyIdentity.Many>(identity.Any[1]);
        Assert.Equal("x.org", many.Domain);
        Assert.Equal(["sip:b@x.org"], many.ExceptUris);
        Assert.Equal(["y.org"], many.ExceptDomains);
        Assert.Null(Assert.IsType<PolicyIdentity.Many>(identity.Any[2]).Domain);
        Assert.Equal(3, identity.Any.Count);
        Assert.Equal(["http://x/1"], Assert.IsType<PolicyCondition.ExternalList>(conditions[1]).Anchors);
        Assert.IsType<PolicyCondition.OtherIdentity>(conditions[2]);
        Assert.IsType<PolicyCondition.AnonymousRequest>(conditions[3]);
        Assert.Equal(
            [
                (new DateTimeOffset(2025, 1, 15, 9, 0, 0, TimeSpan.Zero), new DateTimeOffset(2025, 1, 15, 10, 0, 0, TimeSpan.Zero)),
                (new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero)),
            ],
            Assert.IsType<PolicyCondition.Validity>(conditions[4]).Times);
        Assert.Equal(["sphere", "moon"], conditions.Skip(5).Select(static c => Assert.IsType<PolicyCondition.Unknown>(c).Name));
    }

    [Fact]
    public void XDM_3_and_4_the_order_does_not_matter_and_what_is_unknown_is_passed_over()
    {
        var group = One("""
            <cr:ruleset><cr:rule/></cr:ruleset><o:invite-members>true</o:invite-members><oxe:session-active-policy>x</oxe:session-active-policy>
            <list><external anchor="http://x/list"><rl:display-name>Others</rl:display-name></external><rl:entry uri=" sip:a@x "/><entry/><o:entry uri="sip:no@x"/></list>
            <rl:display-name> The &amp; team </rl:display-name><!-- c --><?pi x?><list><entry uri="sip:b@x"/></list>
            """);
        Assert.Equal([new("http://x/list", "Others", IsExternal: true), new("sip:a@x"), new("sip:b@x")], group.List);
        Assert.Equal("The & team", group.DisplayName);
        Assert.Empty(group.Rules[0].Conditions);
        Assert.Null(group.MaxParticipantCount);
    }

    [Fact]
    public void A_document_of_several_groups_has_all_of_them()
    {
        var groups = Parse(Encoding.UTF8.GetBytes($"<group {Namespaces}><list-service uri='sip:a@x'/><o:list-service uri='sip:no@x'/><list-service uri='sip:b@x'/></group>"));
        Assert.Equal(["sip:a@x", "sip:b@x"], groups.Select(static g => g.Uri));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<group")]
    [InlineData("<group/>")]
    [InlineData("<group xmlns='urn:oma:xml:poc:list-service'/>")]
    [InlineData("<group xmlns='urn:oma:xml:poc:list-service'><list-service/></group>")]
    [InlineData("<group xmlns='urn:oma:xml:poc:list-service'><list-service uri=' '/></group>")]
    [InlineData("<group xmlns='urn:other'><list-service uri='sip:a@x'/></group>")]
    [InlineData("<resource-lists xmlns='urn:ietf:params:xml:ns:resource-lists'/>")]
    [InlineData("<!DOCTYPE group [<!ENTITY a 'sip:a@x'>]><group><list-service uri='&a;'/></group>")]
    [InlineData("<!DOCTYPE group SYSTEM 'http://192.0.2.1/x.dtd'><group><list-service uri='sip:a@x'/></group>")]
    [InlineData("<group><list-service uri='&a;'/></group>")]
    public void What_is_no_group_document_is_a_fault(string text) =>
        Assert.False(GroupDocumentReader.TryParse(Encoding.UTF8.GetBytes(text), 100, out _, out _));

    [Fact]
    public void A_document_is_bounded_in_members_depth_does_no_harm_and_it_is_utf_8()
    {
        static byte[] Members(int count) => Document($"<list>{string.Concat(Enumerable.Range(0, count).Select(static i => $"<entry uri='sip:u{i}@x'/>"))}</list>");
        Assert.True(GroupDocumentReader.TryParse(Members(10), 10, out _, out _));
        Assert.False(GroupDocumentReader.TryParse(Members(11), 10, out _, out var fault));
        Assert.Equal("too many members", fault.Reason);
        var deep = Document($"<list>{string.Concat(Enumerable.Repeat("<list>", 100_000))}{string.Concat(Enumerable.Repeat("</list>", 100_000))}</list>");
        Assert.True(GroupDocumentReader.TryParse(deep, 10, out _, out _));
        Assert.False(GroupDocumentReader.TryParse((byte[])[.. OfF3[..^9], 0xff, .. OfF3[^9..]], 10, out _, out fault));
        Assert.Equal("not UTF-8", fault.Reason);
        Assert.False(GroupDocumentReader.TryParse(new byte[(4 * 1024 * 1024) + 1], 10, out _, out fault));
        Assert.Equal("document too long", fault.Reason);
    }

    [Fact]
    public void Whatever_becomes_of_a_document_reading_it_does_not_throw()
    {
        foreach (var mutant in Mutation.Of(OfF3, seed: 20)) _ = GroupDocumentReader.TryParse(mutant, 100, out _, out _);
    }

    static GroupDocument One(string content) => Assert.Single(Parse(Document(content)));

    static IReadOnlyList<PolicyCondition> ConditionsOf(string conditions) =>
        One($"<cr:ruleset><cr:rule id='a'><cr:conditions>{conditions}</cr:conditions></cr:rule></cr:ruleset>").Rules[0].Conditions;

    static byte[] Document(string content) => Encoding.UTF8.GetBytes($"<group {Namespaces}><list-service uri='sip:team@x'>{content}</list-service></group>");

    static IReadOnlyList<GroupDocument> Parse(byte[] xml)
    {
        Assert.True(GroupDocumentReader.TryParse(xml, 100, out var groups, out var fault), fault.Reason);
        return groups;
    }
}
