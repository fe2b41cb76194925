using System.Buffers;
using System.Text;
using Confab.Content.ConferenceInfo;
using Confab.Sim.Flows;
using Xunit;

namespace Confab.Tests.Content.ConferenceInfo;

/// <summary>RFC 4575 5 and 6: documents written and read.</summary>
public sealed class ConferenceInfoTests
{
    const string Namespace = "xmlns=\"urn:ietf:params:xml:ns:conference-info\"";

    static readonly ConferenceUser Bob = new(
        "sip:bob@example.com",
        ElementState.Full,
        "Bob <\"the&man\">\u0001",
        ["originator"],
        [
            new ConferenceEndpoint(
                "sip:bob@example.com",
                ElementState.Full,
                "disconnected",
                "dialed-out",
                new Execution(new DateTimeOffset(2026, 1, 15, 10, 5, 0, TimeSpan.Zero), "sip:alice@example.com"),
                "booted",
                new Execution(new DateTimeOffset(2026, 1, 15, 10, 7, 0, TimeSpan.Zero), "sip:alice@example.com"),
                [new ConferenceMedia("1", "message", "sendrecv")]),
        ]);

    [Fact]
    public void IMS_NTF_10_what_is_written_follows_the_schema_and_reads_the_same()
    {
        var xml = Write(Bob, new ConferenceUser("sip:carol@example.com", ElementState.Deleted, null, null, []));
        Assert.Null(BodySchema.Conference.Difference(Encoding.UTF8.GetString(xml)));
        Assert.True(ConferenceInfoReader.TryParse(xml, 10, out var document, out _));
        Assert.Equal(("sip:room@example.com", ElementState.Partial, 7u, 3u, ElementState.Partial), (document.Entity, document.State, document.Version!.Value, document.UserCount!.Value, document.UsersState!.Value));
        Assert.Equal(new ConferenceDescription("Lunch & more", 10), document.Description);
        var bob = document.Users![0];
        Assert.Equal("Bob <\"the&man\">\ufffd", bob.DisplayText);
        Assert.Equal(["originator"], bob.Roles);
        var (read, written) = (bob.Endpoints[0], Bob.Endpoints[0]);
        Assert.Equal((written.Status, written.JoiningMethod, written.JoiningInfo, written.DisconnectionMethod, written.DisconnectionInfo), (read.Status, read.JoiningMethod, read.JoiningInfo, read.DisconnectionMethod, read.DisconnectionInfo));
        Assert.Equal(written.Media, read.Media);
        Assert.Equal(ElementState.Deleted, document.Users[1].State);
    }

    [Fact]
    public void Extensions_and_what_an_instant_messaging_conference_does_not_have_are_passed_over()
    {
        var xml = $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <ci:conference-info xmlns:ci="urn:ietf:params:xml:ns:conference-info" xmlns:x="urn:x" entity="sip:r@h" version="0" x:a="b">
              <ci:host-info><ci:uris><ci:entry><ci:uri>sip:h@h</ci:uri></ci:entry></ci:uris></ci:host-info>
              <ci:users><x:user entity="sip:no@h"/><ci:user entity="sip:b@h"><ci:associated-aors><ci:entry><ci:uri>tel:1</ci:uri></ci:entry></ci:associated-aors>
                <ci:endpoint entity="sip:b@h"><ci:referred><ci:by>sip:z@h</ci:by></ci:referred><ci:status>connected</ci:status><x:mood>good</x:mood></ci:endpoint></ci:user></ci:users>
              <ci:sidebars-by-val><ci:entry entity="sip:s@h"><ci:users><ci:user entity="sip:hidden@h"/></ci:users></ci:entry></ci:sidebars-by-val>
            </ci:conference-info>
            """;
        Assert.True(ConferenceInfoReader.TryParse(Encoding.UTF8.GetBytes(xml), 10, out var document, out var fault), fault.Reason);
        Assert.Equal((ElementState.Full, null), (document.State, document.UsersState));
        var user = Assert.Single(document.Users!);
        Assert.Equal(("sip:b@h", "connected"), (user.Entity, user.Endpoints[0].Status));
    }

    [Theory]
    [InlineData("<conference-info NS/>", "conference-info without entity")]
    [InlineData("<conference NS entity='sip:r@h'/>", "root is not conference-info")]
    [InlineData("<conference-info NS entity='sip:r@h' version='-1'/>", "version is no number")]
    [InlineData("<conference-info NS entity='sip:r@h' state='odd'/>", "unknown state")]
    [InlineData("<conference-info NS entity='sip:r@h'><users><user/></users></conference-info>", "user without entity")]
    [InlineData("<conference-info NS entity='sip:r@h'><users>", "malformed XML")]
    [InlineData("<!DOCTYPE a [<!ENTITY b 'c'>]><conference-info NS entity='sip:r@h'/>", "malformed XML")]
    [InlineData("<conference-info NS entity='sip:r@h'><users><user entity='a'/><user entity='b'/><user entity='c'/></users></conference-info>", "too many users")]
    [InlineData("", "malformed XML")]
    public void What_is_no_document_is_a_fault(string xml, string reason)
    {
        Assert.False(ConferenceInfoReader.TryParse(Encoding.UTF8.GetBytes(xml.Replace("NS", Namespace, StringComparison.Ordinal)), 2, out _, out var fault));
        Assert.Equal(reason, fault.Reason);
    }

    [Fact]
    public void Depth_endpoints_and_octets_are_bounded()
    {
        var deep = $"<conference-info {Namespace} entity='e'>{string.Concat(Enumerable.Repeat("<users><user entity='a'>", 40))}";
        Assert.False(ConferenceInfoReader.TryParse(Encoding.UTF8.GetBytes(deep), 100, out _, out _));
        var many = $"<conference-info {Namespace} entity='e'><users><user entity='a'>{string.Concat(Enumerable.Repeat("<endpoint/>", 9))}</user></users></conference-info>";
        Assert.False(ConferenceInfoReader.TryParse(Encoding.UTF8.GetBytes(many), 2, out _, out var fault));
        Assert.Equal("too many endpoints", fault.Reason);
        Assert.False(ConferenceInfoReader.TryParse(new byte[(4 * 1024 * 1024) + 1], 2, out _, out _));
        Assert.False(ConferenceInfoReader.TryParse("\xff\xfe"u8.ToArray().AsMemory()[..1], 2, out _, out _));
    }

    [Fact]
    public void No_damaged_document_throws()
    {
        var sample = Write(Bob);
        foreach (var bytes in Mutation.Of(sample, 4575))
        {
            if (!ConferenceInfoReader.TryParse(bytes, 4, out var document, out _)) continue;
            new ConferenceView(4).Apply(document);
        }
    }

    static byte[] Write(params ConferenceUser[] users)
    {
        var output = new ArrayBufferWriter<byte>();
        ConferenceInfoWriter.Head(output, "sip:room@example.com", ElementState.Partial, 7);
        ConferenceInfoWriter.Description(output, new ConferenceDescription("Lunch & more", 10));
        ConferenceInfoWriter.State(output, 3);
        ConferenceInfoWriter.BeginUsers(output, ElementState.Partial);
        foreach (var user in users) ConferenceInfoWriter.User(output, user);
        ConferenceInfoWriter.EndUsers(output);
        ConferenceInfoWriter.End(output);
        return output.WrittenSpan.ToArray();
    }
}
