using System.Text;
using Confab.Content.Groups;
using Confab.Server.Xdm;
using Xunit;

namespace Confab.Tests.Server.Xdm;

/// <summary>Common Policy as groups use it: who may do what.</summary>
public sealed class GroupRulesTests
{
    private static readonly DateTimeOffset s_now = new(2025, 1, 15, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("<cr:one id='sip:bob@example.com'/>", true)]
    [InlineData("<cr:one id='SIP:%62ob@EXAMPLE.com:5060;transport=tcp?x=y'/>", true)]
    [InlineData("<cr:one id='sips:bob@example.com'/>", true)]
    [InlineData("<cr:one>sip:bob@example.com</cr:one>", true)]
    [InlineData("<cr:one id='sip:Bob@example.com'/>", false)]
    [InlineData("<cr:one id='tel:+1-212-555'/>", true)]
    [InlineData("<cr:one id='mailto:bob@example.com'/>", false)]
    [InlineData("<cr:one id='bob'/>", false)]
    [InlineData("<cr:one id='sip:carol@example.com'/><cr:one id='sip:bob@example.com'/>", true)]
    [InlineData("<cr:many/>", true)]
    [InlineData("<cr:many domain='example.com'/>", true)]
    [InlineData("<cr:many domain='EXAMPLE.com.'/>", true)]
    [InlineData("<cr:many domain='%65xample.com'/>", true)]
    [InlineData("<cr:many domain='example.org'/>", false)]
    [InlineData("<cr:many domain='com'/>", false)]
    [InlineData("<cr:many domain='.'/>", false)]
    [InlineData("<cr:many domain=' '/>", true)]
    [InlineData("<cr:many><cr:except id='sip:bob@example.com'/></cr:many>", false)]
    [InlineData("<cr:many><cr:except id='tel:+1212555'/></cr:many>", false)]
    [InlineData("<cr:many><cr:except domain='example.com'/></cr:many>", false)]
    [InlineData("<cr:many><cr:except domain='example.org'/><cr:except id='sip:carol@example.com'/></cr:many>", true)]
    [InlineData("<cr:many><cr:except id='sip:bob@example.com'/></cr:many><cr:one id='sip:bob@example.com'/>", true)]
    [InlineData("", false)]
    public void XDM_8_and_COM_AOIA_6_identities_are_matched_by_uri_number_and_domain(string identity, bool expected) =>
        Assert.Equal(expected, Joins($"<cr:identity>{identity}</cr:identity>", new GroupUser("sip:bob@example.com", "tel:+1212555")));

    [Theory]
    [InlineData("sip:u@b\u00fccher.example", "<cr:many domain='xn--bcher-kva.example'/>", true)]
    [InlineData("sip:u@xn--bcher-kva.example", "<cr:many domain='B\u00dcCHER.example'/>", true)]
    [InlineData("sip:u@[2001:db8::1]:5070", "<cr:many domain='example.com'/>", false)]
    [InlineData("tel:+1212555", "<cr:many/>", true)]
    [InlineData("tel:+1212555", "<cr:many domain='example.com'/>", false)]
    [InlineData("tel:+1212555", "<cr:many><cr:except domain='example.com'/></cr:many>", true)]
    public void XDM_8_domains_are_compared_in_ascii_and_a_number_has_none(string user, string identity, bool expected) =>
        Assert.Equal(expected, Joins($"<cr:identity>{identity}</cr:identity>", new GroupUser(user)));

    [Fact]
    public void COM_AOIA_3_a_member_by_number_is_one_whose_number_is_asserted()
    {
        var group = Of("<cr:rule id='a'><cr:conditions><is-list-member/></cr:conditions><cr:actions><join-handling>1</join-handling></cr:actions></cr:rule>", "<entry uri='tel:+1 (212) 555'/><entry uri='tel:+1-212-555'/>");
        Assert.Equal(GroupActions.Join, group.ActionsOf(new GroupUser("sip:bob@example.com", "tel:+1212555"), s_now));
        Assert.Equal(GroupActions.None, group.ActionsOf(new GroupUser("sip:bob@example.com"), s_now));
        Assert.Equal("tel:+1212555", Assert.Single(group.Members).Address);
    }

    [Theory]
    [InlineData("<is-list-member/>", "sip:alice@example.com", true)]
    [InlineData("<is-list-member/>", "sip:eve@example.com", false)]
    [InlineData("<is-list-member>false</is-list-member>", "sip:alice@example.com", false)]
    [InlineData("<is-list-member>false</is-list-member>", "sip:eve@example.com", true)]
    [InlineData("", "sip:eve@example.com", true)]
    [InlineData("<cr:sphere value='work'/>", "sip:alice@example.com", false)]
    [InlineData("<is-list-member/><o:unknown/>", "sip:alice@example.com", false)]
    [InlineData("<is-list-member/><cr:identity><cr:one id='sip:bob@example.com'/></cr:identity>", "sip:alice@example.com", false)]
    [InlineData("<is-list-member/><cr:identity><cr:one id='sip:bob@example.com'/></cr:identity>", "sip:bob@example.com", true)]
    public void XDM_7_and_8_all_conditions_of_a_rule_are_to_be_true_and_unknown_ones_never_are(string conditions, string user, bool expected) =>
        Assert.Equal(expected, Joins(conditions, new GroupUser(user)));

    [Fact]
    public void XDM_7_what_several_rules_grant_adds_up_and_nothing_denies()
    {
        var group = Of("""
            <cr:rule id='a'><cr:conditions><is-list-member/></cr:conditions><cr:actions><join-handling>true</join-handling><allow-anonymity>false</allow-anonymity></cr:actions></cr:rule>
            <cr:rule id='b'><cr:conditions><cr:identity><cr:many/></cr:identity></cr:conditions><cr:actions><allow-anonymity>true</allow-anonymity><join-handling>false</join-handling></cr:actions></cr:rule>
            <cr:rule id='c'><cr:actions><is-key-participant>true</is-key-participant><allow-everything>true</allow-everything></cr:actions></cr:rule>
            """);
        Assert.Equal(GroupActions.Join | GroupActions.Anonymity, group.ActionsOf(new GroupUser("sip:alice@example.com"), s_now));
        Assert.Equal(GroupActions.Anonymity, group.ActionsOf(new GroupUser("sip:eve@example.com"), s_now));
    }

    [Fact]
    public void XDM_9_11_12_and_13_each_action_has_its_name_and_what_is_absent_is_not_allowed()
    {
        (string Element, GroupActions Action)[] actions =
        [
            ("allow-initiate-conference", GroupActions.Initiate), ("join-handling", GroupActions.Join), ("allow-anonymity", GroupActions.Anonymity),
            ("allow-conference-state", GroupActions.ConferenceState), ("allow-invite-users-dynamically", GroupActions.InviteUsers),
            ("oxe:allow-expelling", GroupActions.Expel), ("oxe:allow-private-message", GroupActions.PrivateMessage),
        ];
        foreach (var (element, action) in actions)
        {
            Assert.Equal(action, Of($"<cr:rule id='a'><cr:actions><{element}>true</{element}></cr:actions></cr:rule>").ActionsOf(new GroupUser("sip:eve@example.com"), s_now));
            Assert.Equal(GroupActions.None, Of($"<cr:rule id='a'><cr:actions><{element}>false</{element}></cr:actions></cr:rule>").ActionsOf(new GroupUser("sip:eve@example.com"), s_now));
        }

        Assert.Equal(GroupActions.None, Of("").ActionsOf(new GroupUser("sip:alice@example.com"), s_now));
    }

    [Fact]
    public void XDM_8_other_identity_is_true_where_no_other_rule_is()
    {
        var group = Of("""
            <cr:rule id='o'><cr:conditions><ocp:other-identity/></cr:conditions><cr:actions><join-handling>true</join-handling></cr:actions></cr:rule>
            <cr:rule id='x'><cr:conditions><ocp:other-identity/><cr:identity><cr:one id='sip:eve@example.com'/></cr:identity></cr:conditions><cr:actions><allow-anonymity>true</allow-anonymity></cr:actions></cr:rule>
            <cr:rule id='a'><cr:conditions><is-list-member/></cr:conditions><cr:actions><allow-conference-state>true</allow-conference-state></cr:actions></cr:rule>
            """);
        Assert.Equal(GroupActions.ConferenceState, group.ActionsOf(new GroupUser("sip:alice@example.com"), s_now));
        Assert.Equal(GroupActions.Join | GroupActions.Anonymity, group.ActionsOf(new GroupUser("sip:eve@example.com"), s_now));
        Assert.Equal(GroupActions.Join, group.ActionsOf(new GroupUser("sip:mallory@example.com"), s_now));
    }

    [Fact]
    public void An_anonymous_request_is_a_condition()
    {
        Assert.True(Joins("<ocp:anonymous-request/>", new GroupUser("sip:alice@example.com", IsAnonymous: true)));
        Assert.False(Joins("<ocp:anonymous-request/>", new GroupUser("sip:alice@example.com")));
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(59, true)]
    [InlineData(60, false)]
    [InlineData(119, false)]
    [InlineData(120, true)]
    [InlineData(180, false)]
    public void IMS_JPOL_5_a_schedule_is_the_validity_of_a_rule(int seconds, bool expected) =>
        Assert.Equal(
            expected,
            Joins(
                "<cr:validity><cr:from>2025-01-15T11:00:00+01:00</cr:from><cr:until>2025-01-15T10:01:00Z</cr:until><cr:from>2025-01-15T10:02:00Z</cr:from><cr:until>2025-01-15T10:03:00Z</cr:until></cr:validity>",
                new GroupUser("sip:alice@example.com"),
                s_now.AddSeconds(seconds)));

    [Fact]
    public void XDM_4_and_8_lists_that_stand_elsewhere_are_members_and_conditions()
    {
        IReadOnlyList<GroupEntry> Resolve(string anchor) => anchor == "http://x/friends" ? [new("sip:bob@example.com"), new("sip:alice@EXAMPLE.com"), new("no address")] : [];
        var group = Of(
            "<cr:rule id='a'><cr:conditions><ocp:external-list><ocp:entry anc='http://x/none'/><ocp:entry anc='http://x/friends'/></ocp:external-list></cr:conditions><cr:actions><join-handling>true</join-handling></cr:actions></cr:rule>",
            "<entry uri='sip:alice@example.com'/><external anchor='http://x/friends'/><external anchor='http://x/none'/><entry uri='sip:carol@example.com'/>",
            Resolve);
        Assert.True(group.NamesLists);
        Assert.Equal(["sip:alice@example.com", "sip:bob@example.com", "sip:carol@example.com"], group.Members.Select(static m => m.Address));
        Assert.True(group.IsMember(new GroupUser("sip:bob@example.com")));
        Assert.Equal(GroupActions.Join, group.ActionsOf(new GroupUser("sip:bob@example.com"), s_now));
        Assert.Equal(GroupActions.None, group.ActionsOf(new GroupUser("sip:carol@example.com"), s_now));
    }

    [Fact]
    public void Members_beyond_the_limit_are_left_out()
    {
        var document = Read("", string.Concat(Enumerable.Range(0, 20).Select(static i => $"<entry uri='sip:u{i}@x'/>")));
        Assert.Equal(5, Group.Of(document, static _ => [], 5)!.Members.Count);
    }

    [Fact]
    public void What_is_no_sip_address_is_the_identity_of_no_group() => Assert.Null(Group.Of(Read("", "") with { Uri = "http://x/" }, static _ => [], 5));

    private static bool Joins(string conditions, GroupUser user, DateTimeOffset? at = null) =>
        Of($"<cr:rule id='a'><cr:conditions>{conditions}</cr:conditions><cr:actions><join-handling>true</join-handling></cr:actions></cr:rule>")
            .Allows(user, GroupActions.Join, at ?? s_now);

    private static Group Of(string rules, string list = "<entry uri='sip:alice@example.com'/><entry uri='sip:bob@example.com'/>", ListResolver? resolve = null) =>
        Group.Of(Read(rules, list), resolve ?? (static _ => []), 100)!;

    private static GroupDocument Read(string rules, string list)
    {
        var xml = "<group xmlns='urn:oma:xml:poc:list-service' xmlns:cr='urn:ietf:params:xml:ns:common-policy' xmlns:ocp='urn:oma:xml:xdm:common-policy' xmlns:oxe='urn:oma:xml:xdm:extensions' xmlns:o='urn:o'>"
            + $"<list-service uri='sip:team@groups.example.com'><list>{list}</list><cr:ruleset>{rules}</cr:ruleset></list-service></group>";
        Assert.True(GroupDocumentReader.TryParse(Encoding.UTF8.GetBytes(xml), 100, out var groups, out var fault), fault.Reason);
        return groups[0];
    }
}
