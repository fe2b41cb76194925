using System.Text;
using Xunit;
using static Confab.Tests.Server.Xdm.XcapRig;

namespace Confab.Tests.Server.Xdm;

/// <summary>XML that wants to do harm: the right error, nothing fetched, nothing stored.</summary>
public sealed class HostileXcapTests : IDisposable
{
    private const string Team = Groups + "/team";

    private readonly XcapRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData("<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;\"><!ENTITY lol3 \"&lol2;&lol2;&lol2;&lol2;\">]><group xmlns='urn:oma:xml:poc:list-service'>&lol3;</group>")]
    [InlineData("<!DOCTYPE g [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><group xmlns='urn:oma:xml:poc:list-service'>&x;</group>")]
    [InlineData("<!DOCTYPE g SYSTEM \"http://127.0.0.1:1/evil.dtd\"><group xmlns='urn:oma:xml:poc:list-service'/>")]
    [InlineData("<!DOCTYPE g [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/p\">%p;]><group xmlns='urn:oma:xml:poc:list-service'/>")]
    [InlineData("<group xmlns='urn:oma:xml:poc:list-service'>&undeclared;</group>")]
    [InlineData("<group xmlns='urn:oma:xml:poc:list-service'>&#0;</group>")]
    [InlineData("<group xmlns='urn:oma:xml:poc:list-service'>\u0001</group>")]
    [InlineData("<?xml version='1.1'?><group xmlns='urn:oma:xml:poc:list-service'/>")]
    [InlineData("<group xmlns='urn:oma:xml:poc:list-service' a='1' a='2'/>")]
    [InlineData("<p:group/>")]
    [InlineData("<group xmlns:xmlns='urn:x'/>")]
    [InlineData("<group xmlns='urn:oma:xml:poc:list-service'/><group/>")]
    public void Document_types_and_entities_are_not_well_formed_here(string body) =>
        Assert.Equal("not-well-formed", ConditionName(_rig.Put(Team, GroupsType, body)));

    [Fact]
    public void What_is_no_UTF_8_is_refused()
    {
        byte[][] bodies =
        [
            [.. "<group xmlns='urn:oma:xml:poc:list-service'>"u8, 0xC3, 0x28, .. "</group>"u8],
            [.. "<group xmlns='urn:oma:xml:poc:list-service'>"u8, 0xED, 0xA0, 0x80, .. "</group>"u8], // a surrogate
            [.. "<group xmlns='urn:oma:xml:poc:list-service'>"u8, 0xC0, 0xBC, .. "</group>"u8], // < in two bytes
            [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("<group xmlns='urn:oma:xml:poc:list-service'/>")],
        ];
        foreach (var body in bodies) Assert.Equal("not-utf-8", ConditionName(_rig.Send("PUT", Team, GroupsType, bytes: body)));
        _rig.Put(Team, GroupsType, Group("sip:team@example.com"));
        Assert.Equal("not-utf-8", ConditionName(_rig.Send("PUT", Team + "/~~/group/@x", AttributeType, bytes: [(byte)'"', 0xFF, (byte)'"'])));
        Assert.Equal("not-utf-8", ConditionName(_rig.Send("PUT", Team + "/~~/group/x", ElementType, bytes: [.. "<x>"u8, 0xFF, .. "</x>"u8])));
    }

    [Fact]
    public void A_byte_order_mark_is_taken_off()
    {
        Assert.Equal(201, _rig.Send("PUT", Team, GroupsType, bytes: [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Group("sip:team@example.com"))]).Status);
        Assert.StartsWith("<?xml", Text(_rig.Get(Team)), StringComparison.Ordinal);
    }

    [Fact]
    public void Schemas_that_a_document_names_or_holds_are_not_looked_at()
    {
        Assert.Equal(201, _rig.Put(Team, GroupsType, """
            <group xmlns="urn:oma:xml:poc:list-service" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x http://127.0.0.1:1/x.xsd file:///etc/passwd">
              <x:x xmlns:x="urn:x"/>
              <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x"><xs:import namespace="urn:y" schemaLocation="http://127.0.0.1:1/"/></xs:schema>
            </group>
            """).Status);
    }

    [Fact]
    public void A_document_is_as_deep_as_the_limit_and_no_deeper()
    {
        var most = _rig.Server.Node.World.Limits.DocumentDepth;
        string Nested(int depth) => $"<group xmlns='urn:oma:xml:poc:list-service'>{string.Concat(Enumerable.Repeat("<x xmlns='urn:x'>", depth - 1))}{string.Concat(Enumerable.Repeat("</x>", depth - 1))}</group>";
        Assert.Equal(201, _rig.Put(Team, GroupsType, Nested(most)).Status);
        Assert.Equal("constraint-failure", ConditionName(_rig.Put(Team, GroupsType, Nested(most + 1))));
        var deepest = string.Concat(Enumerable.Repeat("/*", most));
        Assert.Equal("constraint-failure", ConditionName(_rig.Put($"{Team}/~~{deepest}/y", ElementType, "<y xmlns='urn:oma:xml:poc:list-service'/>")));
        Assert.Equal("constraint-failure", ConditionName(_rig.Put(Groups + "/bomb", GroupsType, Nested(8_000)))); // and no stack overflows
    }

    [Fact]
    public void A_document_is_as_long_as_the_limit_and_no_longer()
    {
        var most = _rig.Server.Node.World.Limits.DocumentBytes;
        var empty = Group("sip:team@example.com", "<!---->").Length;
        Assert.Equal(201, _rig.Put(Team, GroupsType, Group("sip:team@example.com", $"<!--{new string('x', most - empty)}-->")).Status);
        Assert.Equal(413, _rig.Put(Team, GroupsType, Group("sip:team@example.com", $"<!--{new string('x', most - empty + 1)}-->")).Status);
        Assert.Equal(413, _rig.Put(Team + "/~~/group/list-service/list/entry%5b2%5d", ElementType, "<entry uri='sip:x@example.com'/>").Status);
    }

    [Fact]
    public void A_user_has_as_many_documents_as_the_limit_and_no_more()
    {
        var most = _rig.Server.Node.World.Limits.DocumentsPerUser;
        for (var i = 0; i < most; i++) Assert.Equal(201, _rig.Put($"{Lists}/{i}", ListsType, "<resource-lists xmlns='urn:ietf:params:xml:ns:resource-lists'/>").Status);
        var condition = Condition(_rig.Put(Team, GroupsType, Group("sip:team@example.com")));
        Assert.Equal("extension", condition.Name.LocalName);
        Assert.Equal("too-many-documents", Assert.Single(condition.Elements()).Name.LocalName);
        Assert.Equal(200, _rig.Put($"{Lists}/0", ListsType, "<resource-lists xmlns='urn:ietf:params:xml:ns:resource-lists'> </resource-lists>").Status);
        _rig.Delete($"{Lists}/0");
        Assert.Equal(201, _rig.Put(Team, GroupsType, Group("sip:team@example.com")).Status);
        Assert.Equal(201, _rig.Put("/xcap/org.openmobilealliance.groups/users/sip:bob@example.com/x", GroupsType, Group("sip:x@example.com"), "bob").Status);
    }

    [Theory]
    [InlineData("attributes")]
    [InlineData("siblings")]
    [InlineData("entries of one URI")]
    [InlineData("namespaces")]
    [InlineData("rules of one id")]
    public void The_worst_document_of_the_largest_size_takes_no_great_work(string kind)
    {
        var count = 200_000 / 20;
        var inner = kind switch
        {
            "attributes" => $"<x xmlns='urn:x' {string.Concat(Enumerable.Range(0, count).Select(static i => $" a{i}='1'"))}/>",
            "siblings" => string.Concat(Enumerable.Repeat("<x xmlns='urn:x'/>", count)),
            "entries of one URI" => $"<list>{string.Concat(Enumerable.Repeat("<entry uri='a'/>", count))}</list>",
            "namespaces" => $"<x xmlns='urn:x' {string.Concat(Enumerable.Range(0, count).Select(static i => $" xmlns:a{i}='u'"))}/>",
            _ => $"<cr:ruleset>{string.Concat(Enumerable.Repeat("<cr:rule id='a'/>", count))}</cr:ruleset>",
        };
        var began = CpuClock.Now;
        _rig.Put(Team, GroupsType, Group("sip:team@example.com", inner));
        _rig.Get(Team + "/~~/*/*/*%5b3%5d");
        _rig.Put(Lists + "/l", ListsType, $"<resource-lists xmlns='urn:ietf:params:xml:ns:resource-lists'><list>{string.Concat(Enumerable.Repeat("<entry uri='a'/>", count))}</list></resource-lists>");
        Assert.InRange(CpuClock.Now - began, TimeSpan.Zero, TimeSpan.FromSeconds(10)); // a fraction of a second, unless the work grows with the square
    }

    [Fact]
    public void Bytes_that_were_changed_at_random_never_make_an_exception()
    {
        var random = new Random(4825);
        var document = Encoding.UTF8.GetBytes(Group("sip:team@example.com", "<!-- c --><![CDATA[x]]><?p i?><cr:ruleset><cr:rule id='a'/></cr:ruleset>"));
        _rig.Put(Team, GroupsType, Encoding.UTF8.GetString(document));
        for (var i = 0; i < 2_000; i++)
        {
            var bytes = document.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)"<>&\"'/=! ?-[]x:\u00ff\u0000"[random.Next(16)];
            Assert.Contains(_rig.Send("PUT", Team, GroupsType, bytes: bytes).Status, (int[])[200, 201, 409]);
            if (i % 4 == 0) Assert.Contains(_rig.Send("PUT", Team + "/~~/group/list-service%5b1%5d/x", ElementType, bytes: bytes[random.Next(200)..]).Status, (int[])[200, 201, 409]);
        }
    }

    [Fact]
    public void Targets_that_were_changed_at_random_never_make_an_exception()
    {
        var random = new Random(4825);
        _rig.Put(Team, GroupsType, Group("sip:team@example.com"));
        const string target = Team + "/~~/g:group/list-service%5b1%5d%5b@uri=%22sip:team@example.com%22%5d/list/entry/@uri?xmlns(g=urn:oma:xml:poc:list-service)";
        for (var i = 0; i < 3_000; i++)
        {
            var text = new StringBuilder(target);
            for (var n = random.Next(1, 4); n > 0; n--) text[random.Next("/xcap/".Length, text.Length)] = "/~%5b]@='*:()^?xd0"[random.Next(18)];
            var method = ((string[])["GET", "PUT", "DELETE"])[random.Next(3)];
            Assert.Contains(_rig.Send(method, text.ToString(), AttributeType, "\"sip:bob@example.com\"").Status, (int[])[200, 201, 400, 403, 404, 405, 409, 415]);
        }
    }
}
