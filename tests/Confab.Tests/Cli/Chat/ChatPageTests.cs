using System.Text.Json;
using System.Text.RegularExpressions;
using Confab.Cli.Chat;
using Confab.Tests.Client;
using Confab.Tests.House;
using Xunit;

namespace Confab.Tests.Cli.Chat;

/// <summary>docs/chat.md is true: a session is played in which every event of its table is printed, each with the keys that stand there.</summary>
public sealed partial class ChatPageTests
{
    const string Room = "<sip:sess-7f3a@198.51.100.5:5060;transport=tcp>;isfocus;+g.oma.sip-im";
    const string Participants = "application/conference-info+xml";

    static readonly string s_page = Repository.Read("docs/chat.md");

    /// <summary>The forms of each event: its keys in their order, those that may be absent with a question mark.</summary>
    static ILookup<string, string[]> Table { get; } = s_page[s_page.IndexOf("## Events", StringComparison.Ordinal)..].Split('\n')
        .Where(static line => line.StartsWith("| `", StringComparison.Ordinal) && !line.StartsWith("| `event`", StringComparison.Ordinal))
        .Select(static line => line.Split('|'))
        .ToLookup(
            static cells => Ticked().Match(cells[1]).Groups["word"].Value,
            static cells => Ticked().Matches(cells[2]).Select(static m => m.Groups["word"].Value + m.Groups["may"].Value).ToArray(),
            StringComparer.Ordinal);

    [Fact]
    public void Every_event_of_the_page_is_printed_with_its_keys_and_none_other()
    {
        using var chat = new ChatScene();
        chat.Peer.Answer(chat.Peer.Expect("REGISTER"), 200, "Expires: 600");
        PlayOneToOne(chat);
        PlayGroup(chat);
        chat.Type("/quit");
        while (chat.Wire.TryHear("BYE", out var bye) || chat.Wire.TryHear("SUBSCRIBE", out bye)) chat.Peer.Answer(bye, 200);
        chat.Peer.Answer(chat.Peer.Expect("REGISTER"), 200);

        var unseen = Table.SelectMany(static e => e.Select(keys => (Event: e.Key, Keys: string.Join(' ', keys)))).ToHashSet();
        foreach (var line in chat.Rest())
        {
            using var json = JsonDocument.Parse(line);
            var keys = json.RootElement.EnumerateObject().Select(static p => p.Name).Skip(1).ToArray();
            var name = json.RootElement.GetProperty("event").GetString()!;
            var form = Table[name].FirstOrDefault(form => form.Where(k => !k.EndsWith('?') || keys.Contains(k.TrimEnd('?'))).Select(static k => k.TrimEnd('?')).SequenceEqual(keys));
            Assert.True(form is not null, $"docs/chat.md does not know this line: {line}");
            unseen.Remove((name, string.Join(' ', form)));
        }

        Assert.Empty(unseen);
    }

    [Fact]
    public void Every_command_stands_on_the_page_with_its_arguments()
    {
        var written = Ticked().Matches(s_page[..s_page.IndexOf("## Events", StringComparison.Ordinal)]).Select(static m => m.Groups["word"].Value.Replace("\\|", "|", StringComparison.Ordinal))
            .Where(static w => w.StartsWith('/')).Order(StringComparer.Ordinal);
        Assert.Equal(VerbList.All.Select(static v => $"{v.Name} {v.Arguments}".TrimEnd()).Order(StringComparer.Ordinal), written);
    }

    // Called, written to and fro, a file, typing, held, a message that is refused; somebody invites and is sent away.
    static void PlayOneToOne(ChatScene chat)
    {
        chat.Type("/call bob");
        var invite = chat.Accept(chat.Peer.Expect("INVITE"));
        var (sdp, path) = (invite.Sdp("path")!, "msrp://198.51.100.5:2855/peersession;tcp");
        chat.Type("Hello");
        var hello = Content(chat);
        var id = ScriptedMsrp.Header(hello, "Message-ID");
        chat.Peer.Msrp!.Answer(hello);
        foreach (var (kind, status) in (ReadOnlySpan<(string, string)>)[("delivery", "delivered"), ("display", "displayed")])
        {
            chat.Peer.Msrp.SendMessage(
                sdp, path, $"From: <sip:bob@example.com>\nTo: <sip:alice@example.com>\nNS: imdn <urn:ietf:params:imdn>\nimdn.Message-ID: {kind}\n\nContent-Type: message/imdn+xml\nContent-Disposition: notification\n\n"
                + $"<imdn xmlns=\"urn:ietf:params:xml:ns:imdn\"><message-id>{id}</message-id><datetime>2025-01-15T10:00:00Z</datetime><{kind}-notification><status><{status}/></status></{kind}-notification></imdn>",
                id: kind, messageId: kind);
            Assert.Contains(" 200 ", chat.Peer.Msrp.Expect(), StringComparison.Ordinal);
        }

        chat.Type(new string('x', 200_000));
        Take(chat, "200 OK");
        chat.Type("Not this");
        chat.Peer.Msrp.Answer(Content(chat), "413 Too Large");
        const string Cpim = "From: <sip:bob@example.com>\nTo: <sip:alice@example.com>\nDateTime: 2025-01-15T09:59:00Z\n\n";
        chat.Peer.Msrp.SendMessage(sdp, path, Cpim + "Content-Type: application/im-iscomposing+xml\n\n<isComposing xmlns=\"urn:ietf:params:xml:ns:im-iscomposing\"><state>active</state></isComposing>", id: "t1");
        chat.Peer.Msrp.SendMessage(sdp, path, Cpim + "Content-Type: text/plain\n\nHello you", id: "t2", messageId: "m2");
        chat.Type("/modify types text/plain image/png");
        chat.Peer.Answer(chat.Peer.Expect("INVITE"), 200, "Contact: <sip:one-5c1d@198.51.100.5:5060;transport=tcp>;+g.oma.sip-im", ScriptedPeer.Sdp(wrapped: "text/plain image/png"));
        chat.Peer.Expect("ACK");
        chat.Peer.Msrp.SendMessage(sdp, path, Cpim + "Content-Type: image/png\n\nPNG", id: "t3", messageId: "m3");
        chat.AwaitPrinted("\"path\"");
        chat.Type("/modify hold");
        chat.Peer.Answer(chat.Peer.Expect("INVITE"), 200, "Contact: <sip:one-5c1d@198.51.100.5:5060;transport=tcp>;+g.oma.sip-im", ScriptedPeer.Sdp(more: "a=recvonly\r\n"));
        chat.Peer.Expect("ACK");
        chat.Type("/page carol See you");
        chat.Peer.Answer(chat.Peer.Expect("MESSAGE"), 200);
        chat.Peer.Request("MESSAGE", "sip:alice@192.0.2.11", "From: <sip:bob@example.com>;tag=x\nTo: <sip:alice@example.com>\nCall-ID: p1\nCSeq: 1 MESSAGE\nContent-Type: text/plain", "Lunch?");
        chat.Peer.Expect("SIP/2.0 200");
        chat.Wire.Invite(body: ScriptedPeer.Sdp("actpass", more: "a=sendonly\r\n"), branch: "z9hG4bKlarge", callId: "large");
        var large = chat.Peer.Expect("SIP/2.0 200");
        chat.Peer.Request("ACK", "sip:alice@192.0.2.11", $"From: {large["From"]}\nTo: {large["To"]}\nCall-ID: large\nCSeq: 1 ACK");
        chat.Peer.Msrp.SendMessage(large.Sdp("path")!, path, Cpim + "Content-Type: text/plain\n\nAll of it", id: "t4", messageId: "m4");
        chat.AwaitPrinted("\"large\"");
        foreach (var command in (string[])["/sessions", "/anonymous on", "/anonymous off", "/help", "/add", "/who"]) chat.Type(command);
        chat.Type("/leave");
        chat.Peer.Answer(chat.Peer.Expect("BYE"), 200);
        chat.Wire.Invite();
        chat.Peer.Expect("SIP/2.0 180");
        chat.Type("/decline");
        chat.Peer.Expect("SIP/2.0 603");
        chat.Wire.Invite(
            Room,
            branch: "z9hG4bKsecond",
            callId: "second",
            contentType: "multipart/mixed;boundary=b",
            body: $"--b\r\nContent-Type: application/sdp\r\n\r\n{ScriptedPeer.Sdp("actpass")}\r\n--b\r\nContent-Type: application/resource-lists+xml\r\nContent-Disposition: recipient-list-history\r\n\r\n"
                + "<resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\"><list><entry uri=\"sip:alice@example.com\"/></list></resource-lists>\r\n--b--\r\n");
        chat.Peer.Expect("SIP/2.0 180");
        chat.Type("/decline");
        chat.Peer.Expect("SIP/2.0 603");
    }

    // A group that tells who is there; one is added.
    static void PlayGroup(ChatScene chat)
    {
        chat.Type("/group bob carol");
        chat.Accept(chat.Peer.Expect("INVITE sip:conference-factory@example.com"), Room);
        var subscribe = chat.Peer.Expect("SUBSCRIBE");
        var accepted = chat.Peer.Answer(subscribe, 200, "Expires: 3600\nContact: " + Room);
        const string Document = "<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\" entity=\"sip:sess-7f3a@198.51.100.5:5060;transport=tcp\" state=\"full\" version=\"0\"><users>"
            + "<user entity=\"sip:alice@example.com\"><endpoint entity=\"sip:alice@192.0.2.11\"><status>connected</status></endpoint></user></users></conference-info>";
        chat.Peer.Request(
            "NOTIFY", "sip:alice@192.0.2.11", $"From: {accepted["To"]}\nTo: {subscribe["From"]}\nCall-ID: {subscribe["Call-ID"]}\nCSeq: 1 NOTIFY\nContact: {Room}\nEvent: conference\n"
            + $"Subscription-State: active;expires=3600\nContent-Type: {Participants}", Document);
        chat.Peer.Expect("SIP/2.0 200");
        chat.Type("/add dave");
        var refer = chat.Peer.Expect("REFER");
        chat.Peer.Answer(refer, 200);
        chat.Peer.Request(
            "NOTIFY", "sip:alice@192.0.2.11", $"From: {refer["To"]}\nTo: {refer["From"]}\nCall-ID: {refer["Call-ID"]}\nCSeq: 1 NOTIFY\nContact: {Room}\nEvent: refer\n"
            + "Subscription-State: active;expires=60\nContent-Type: message/sipfrag;version=2.0", "SIP/2.0 100 Trying\r\n");
        chat.Peer.Expect("SIP/2.0 200");
    }

    static string Content(ChatScene chat)
    {
        var frame = chat.Peer.Msrp!.Expect();
        while (!frame.Contains("CPIM", StringComparison.OrdinalIgnoreCase)) frame = chat.Peer.Msrp.Expect();
        return frame;
    }

    static void Take(ChatScene chat, string status)
    {
        string frame;
        do
        {
            frame = chat.Peer.Msrp!.Expect();
            chat.Peer.Msrp.Answer(frame, status);
        }
        while (frame.TrimEnd().EndsWith('+'));
    }

    [GeneratedRegex(@"`(?<word>[^`]+)`(?<may>\??)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ticked();
}
