using System.Text;
using Confab.Client;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>Servers that are broken or mean it: each ends with a clear outcome and leaves nothing behind.</summary>
public sealed class HostileServerTests
{
    const string Identity = "sip:sess-7f3a@198.51.100.5:5060;transport=tcp";
    const string Focus = $"Contact: <{Identity}>;isfocus;+g.oma.sip-im\nAllow-Events: refer";
    const string Accepted = "Contact: <sip:one-5c1d@198.51.100.5:5060;transport=tcp>;+g.oma.sip-im";
    const string Peer = "msrp://198.51.100.5:2855/peersession;tcp";

    /// <summary>After whatever still runs has run out, the client holds nothing any more.</summary>
    static void ExpectNothingLeft(Scene scene, int flowsKept = 1)
    {
        scene.World.Advance(TimeSpan.FromMinutes(15));
        scene.World.ThrowOnErrors();
        var client = scene.Client;
        Assert.Equal((0, 0, 0, 0), (client.Sessions.Count, client.Refers.Count, client.Subscriptions.Count, client.Transactions.Count));
        Assert.Equal(0, client.Media.SessionCount);
        Assert.True(scene.World.Network.Streams.Count(static s => s.IsOpen && !s.IsAccepted) <= flowsKept);
    }

    static string Challenge(int number, int status) =>
        $"{(status == 401 ? "WWW" : "Proxy")}-Authenticate: Digest realm=\"example.com\",nonce=\"n{number}\",stale=true,algorithm=MD5,qop=\"auth\"";

    /// <summary>Challenges all that comes, with a new nonce each time; gives how much came.</summary>
    static int ChallengeAll(Scene scene, string method, int status)
    {
        var count = 0;
        while (scene.TryHear(method, out var request) && count < 100)
        {
            scene.Peer.Answer(request, status, Challenge(++count, status));
            while (scene.TryHear("ACK", out _))
            {
                // of the refusal
            }
        }

        return count;
    }

    [Theory]
    [InlineData(401)]
    [InlineData(407)]
    public void Challenges_for_ever_end_a_registration(int status)
    {
        using var scene = new Scene();
        var registering = scene.Client.RegisterAsync();
        Assert.InRange(ChallengeAll(scene, "REGISTER", status), 2, 6);
        Assert.Equal((false, status), (registering.Result().IsRegistered, registering.Result().Status));
        ExpectNothingLeft(scene);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(407)]
    public void Challenges_for_ever_end_a_call(int status)
    {
        using var scene = new Scene();
        var calling = scene.Client.CallAsync("sip:bob@example.com");
        Assert.InRange(ChallengeAll(scene, "INVITE", status), 2, 6);
        Assert.Equal((SessionFailure.Refused, status), (calling.Result().Failure, calling.Result().Status));
        ExpectNothingLeft(scene);
    }

    [Fact]
    public void Challenges_for_ever_end_a_subscription_a_refer_and_a_bye()
    {
        using var scene = new Scene();
        var session = scene.Called(out _, Focus.Replace("refer", "conference", StringComparison.Ordinal));
        Assert.InRange(ChallengeAll(scene, "SUBSCRIBE", 401), 2, 6);
        var adding = session.AddAsync(["sip:carol@example.com"]);
        Assert.InRange(ChallengeAll(scene, "REFER", 401), 2, 6);
        Assert.Equal((ReferFailure.Refused, 401), (adding.Result().Failure, adding.Result().Status));
        var leaving = session.LeaveAsync();
        Assert.InRange(ChallengeAll(scene, "BYE", 401), 2, 6);
        scene.World.Run();
        Assert.True(leaving.IsCompleted);
        Assert.Equal(SessionEnd.Left, scene.Events().OfType<Ended>().Single().Reason);
        ExpectNothingLeft(scene);
    }

    [Fact]
    public void A_registrar_that_never_has_enough_is_refused_as_423()
    {
        using var scene = new Scene();
        var registering = scene.Client.RegisterAsync();
        var count = 0;
        while (scene.TryHear("REGISTER", out var register) && count < 100) scene.Peer.Answer(register, 423, $"Min-Expires: {10_000 * ++count}");
        Assert.Equal(4, count);
        Assert.Equal((false, 423), (registering.Result().IsRegistered, registering.Result().Status));
    }

    [Theory]
    [InlineData("Expires: 0")]
    [InlineData("Expires: 4294967295")]
    [InlineData("Expires: 99999999999999999999")]
    public void A_registration_of_no_time_or_of_for_ever_is_refreshed_no_faster_than_each_second(string expires)
    {
        using var scene = new Scene();
        var registering = scene.Client.RegisterAsync();
        scene.Peer.Answer(scene.Peer.Expect("REGISTER"), 200, expires);
        Assert.True(registering.Result().IsRegistered);
        for (var second = 0; second < 20; second++)
        {
            scene.World.Advance(TimeSpan.FromSeconds(1));
            while (scene.TryHear("REGISTER", out var again)) scene.Peer.Answer(again, 200, expires);
        }

        Assert.InRange(scene.Peer.Heard.Count, 1, 21);
    }

    [Fact]
    public void A_redirection_in_a_ring_ends()
    {
        using var scene = new Scene();
        var calling = scene.Client.CallAsync("sip:bob@example.com");
        var count = 0;
        while (scene.TryHear("INVITE", out var invite) && count < 100)
        {
            scene.Peer.Answer(invite, 302, $"Contact: <sip:room{++count % 2}@198.51.100.5;transport=tcp>;isfocus");
            while (scene.TryHear("ACK", out _))
            {
                // of the redirection
            }
        }

        Assert.InRange(count, 1, 10);
        Assert.False(calling.Result().IsEstablished);
        ExpectNothingLeft(scene);
    }

    [Theory]
    [InlineData("From")]
    [InlineData("To")]
    [InlineData("Call-ID")]
    [InlineData("CSeq")]
    [InlineData("branch")]
    public void An_answer_that_is_not_to_us_changes_nothing(string what)
    {
        using var scene = new Scene();
        var calling = scene.Client.CallAsync("sip:bob@example.com");
        var invite = scene.Peer.Expect("INVITE");
        var via = invite["Via"]!;
        var text = $"SIP/2.0 200 OK\r\nVia: {(what == "branch" ? via.Replace(invite.Branch, "z9hG4bKother", StringComparison.Ordinal) : via)}\r\n"
            + $"From: {(what == "From" ? "<sip:alice@example.com>;tag=other" : invite["From"])}\r\nTo: {(what == "To" ? "<sip:mallory@example.com>" : invite["To"])};tag=x\r\n"
            + $"Call-ID: {(what == "Call-ID" ? "other" : invite["Call-ID"])}\r\nCSeq: {(what == "CSeq" ? "77 INVITE" : invite["CSeq"])}\r\nContent-Length: 0\r\n\r\n";
        scene.Peer.Send(text);
        scene.World.Run();
        Assert.True(!calling.IsCompleted || !calling.Result().IsEstablished, what); // nothing without a session description is a session
        scene.World.Advance(TimeSpan.FromMinutes(10));
        Assert.False(calling.Result().IsEstablished);
        ExpectNothingLeft(scene);
    }

    [Theory]
    [InlineData("BYE")]
    [InlineData("INVITE")]
    [InlineData("NOTIFY")]
    [InlineData("OPTIONS")]
    [InlineData("REFER")]
    [InlineData("UPDATE")]
    [InlineData("NONSENSE")]
    public void A_request_with_wrong_tags_is_answered_and_touches_no_session(string method)
    {
        using var scene = new Scene();
        var session = scene.Called(out var invite);
        foreach (var (to, from) in new[] { ("wrong", "bobtag"), (invite.Tag("From"), "wrong"), ("wrong", "wrong") })
        {
            scene.Peer.Request(
                method, "sip:alice@192.0.2.11", $"From: <sip:bob@example.com>;tag={from}\nTo: <sip:alice@example.com>;tag={to}\nCall-ID: {invite["Call-ID"]}\nCSeq: 9 {method}\nEvent: conference\nSubscription-State: active\nContact: <sip:x@198.51.100.5>");
            var answer = scene.Peer.Expect("SIP/2.0 ");
            Assert.True(answer.Status is 481 or 405 or 200 && (answer.Status != 200 || method == "OPTIONS"), answer.StartLine);
            if (method == "INVITE") scene.Peer.Request("ACK", "sip:alice@192.0.2.11", $"From: <sip:bob@example.com>;tag={from}\nTo: <sip:alice@example.com>;tag={to}\nCall-ID: {invite["Call-ID"]}\nCSeq: 9 ACK");
        }

        Assert.Equal(ImSessionState.Established, session.State);
        Assert.Empty(scene.Events());
    }

    [Fact]
    public void A_notify_without_a_subscription_is_answered_481()
    {
        using var scene = new Scene().Registered();
        scene.Peer.Request("NOTIFY", "sip:alice@192.0.2.11", "From: <sip:x@example.com>;tag=a\nTo: <sip:alice@example.com>\nCall-ID: out-of-nowhere\nCSeq: 1 NOTIFY\nEvent: conference\nSubscription-State: active\nContact: <sip:x@198.51.100.5>");
        Assert.Equal(481, scene.Peer.Expect("SIP/2.0 ").Status);
        Assert.Empty(scene.Events());
        ExpectNothingLeft(scene);
    }

    static WireMessage Subscribed(Scene scene, out ImSession session)
    {
        session = scene.Called(out _, Focus.Replace("refer", "conference", StringComparison.Ordinal));
        var subscribe = scene.Peer.Expect("SUBSCRIBE");
        scene.Peer.Answer(subscribe, 200, "Expires: 3600\nContact: <sip:sess-7f3a@198.51.100.5;transport=tcp>;isfocus", tag: "focustag");
        return subscribe;
    }

    static void Notify(Scene scene, WireMessage subscribe, int number, string body) => scene.Peer.Request(
        "NOTIFY", "sip:alice@192.0.2.11", $"From: {subscribe["To"]};tag=focustag\nTo: {subscribe["From"]}\nCall-ID: {subscribe["Call-ID"]}\nCSeq: {number} NOTIFY\nEvent: conference\nSubscription-State: active;expires=3600\nContact: <sip:sess-7f3a@198.51.100.5;transport=tcp>\nContent-Type: application/conference-info+xml",
        body);

    static string Roster(long version, string state, IEnumerable<string> users) =>
        $"<conference-info xmlns='urn:ietf:params:xml:ns:conference-info' entity='{Identity}' state='{state}' version='{version}'><users state='{state}'>"
        + string.Concat(users.Select(static u => $"<user entity='sip:{u}@example.com' state='full'><endpoint entity='sip:{u}@h'><status>connected</status></endpoint></user>")) + "</users></conference-info>";

    [Fact]
    public void A_roster_of_10_000_is_told_and_one_of_10_001_is_refused()
    {
        using var scene = new Scene(change: static o => new ImClientOptions { Address = o.Address, Password = o.Password, Server = o.Server });
        var subscribe = Subscribed(scene, out var session);
        // A document of a SIP body has 256 KiB at most: a whole one of two thousand, and the others in parts.
        Notify(scene, subscribe, 1, Roster(1, "full", Enumerable.Range(0, 1500).Select(static i => $"u{i}")));
        for (var part = 1; part * 1500 < 10_000; part++)
            Notify(scene, subscribe, part + 1, Roster(part + 1, "partial", Enumerable.Range(part * 1500, Math.Min(1500, 10_000 - (part * 1500))).Select(static i => $"u{i}")));
        Assert.Equal(10_000, scene.Events().OfType<RosterChanged>().Last().Users.Count);
        Assert.Equal(10_000, session.Roster.Count);
        scene.Peer.Ignore();
        Notify(scene, subscribe, 50, Roster(8, "partial", ["one-too-many"]));
        scene.World.Run();
        Assert.True(session.Roster.Count <= 10_000);
        scene.World.ThrowOnErrors();
    }

    [Fact]
    public void Versions_that_jump_make_the_client_ask_at_most_each_5_seconds_and_not_for_ever()
    {
        using var scene = new Scene();
        var subscribe = Subscribed(scene, out var session);
        Notify(scene, subscribe, 1, Roster(1, "full", ["alice", "bob"]));
        Assert.Equal(2, session.Roster.Count);
        var asked = 0;
        for (var i = 2; i < 200; i++)
        {
            Notify(scene, subscribe, i, Roster(i * 1000L, "partial", ["carol"]));
            scene.World.Advance(TimeSpan.FromMilliseconds(100));
            while (scene.TryHear("SUBSCRIBE", out var again))
            {
                asked++;
                scene.Peer.Answer(again, 200, "Expires: 3600");
            }

            while (scene.TryHear("SIP/2.0 ", out _))
            {
                // what the NOTIFY was answered
            }
        }

        Assert.InRange(asked, 1, 5);
        Assert.Equal(2, session.Roster.Count);
        Assert.Equal(ImSessionState.Established, session.State);
    }

    [Fact]
    public void The_same_user_twice_in_a_roster_is_one_user()
    {
        using var scene = new Scene();
        var subscribe = Subscribed(scene, out var session);
        Notify(scene, subscribe, 1, Roster(1, "full", ["bob", "bob", "alice"]));
        Notify(scene, subscribe, 2, Roster(2, "partial", ["bob", "bob", "carol"]));
        scene.World.ThrowOnErrors();
        Assert.Equal(session.Roster.Count, session.Roster.Select(static u => u.Address).Distinct().Count());
        Assert.Contains(session.Roster, static u => u.Address == "sip:bob@example.com");
    }

    [Theory]
    [InlineData("1-10/5", "hello", 1)]
    [InlineData("1-5/999999999999", "hello", 413)]
    [InlineData("1-5/3", "hello", 1)]
    [InlineData("999999999-*/*", "hello", 413)]
    [InlineData("9223372036854775807-*/*", "hello", 400)]
    [InlineData("0-5/5", "hello", 400)]
    [InlineData("-1-5/5", "hello", 400)]
    [InlineData("5-1/5", "hello", 1)]
    [InlineData("x-y/z", "hello", 400)]
    [InlineData("18446744073709551617-5/5", "hello", 400)]
    public void MSRP_that_lies_about_its_length_is_refused_or_taken_by_what_came(string range, string content, int status)
    {
        foreach (var over in (int?[])[null, 2])
        {
            using var scene = new Scene(change: o => new ImClientOptions { Address = o.Address, Password = o.Password, Server = o.Server, StreamOver = over });
            var session = scene.Called(out var invite);
            scene.Peer.Msrp!.Send($"MSRP lying SEND\nTo-Path: {invite.Sdp("path")}\nFrom-Path: {Peer}\nMessage-ID: m\nByte-Range: {range}\nContent-Type: text/plain\n\n{content}\n-------lying$\n");
            scene.World.Run();
            Assert.True(scene.Events().OfType<MessageReceived>().All(m => m.Content.Length <= content.Length), range);
            if (status > 1) Assert.Contains($" {status} ", scene.Peer.Msrp.Expect(), StringComparison.Ordinal);
            scene.World.ThrowOnErrors();
            Assert.Equal(ImSessionState.Established, session.State);
        }
    }

    [Fact]
    public void Messages_that_begin_and_never_end_are_bounded_and_gone_with_the_session()
    {
        using var scene = new Scene(change: static o => new ImClientOptions { Address = o.Address, Password = o.Password, Server = o.Server, StreamOver = 1000 });
        var session = scene.Called(out var invite);
        var refused = 0;
        for (var i = 0; i < 500; i++)
        {
            scene.Peer.Msrp!.Send($"MSRP part{i:0000} SEND\nTo-Path: {invite.Sdp("path")}\nFrom-Path: {Peer}\nMessage-ID: m{i}\nByte-Range: 1-*/{(i % 2 == 0 ? "*" : "9000000")}\nContent-Type: text/plain\n\nhello\n-------part{i:0000}+\n");
            if (scene.Peer.Msrp.Expect().Contains(" 413 ", StringComparison.Ordinal)) refused++;
        }

        Assert.True(refused > 400);
        Assert.Equal(4, scene.Events().OfType<ContentReceived>().Count());
        _ = session.LeaveAsync();
        scene.World.Run();
        scene.Peer.Answer(scene.Peer.Expect("BYE"), 200);
        ExpectNothingLeft(scene);
    }

    [Fact]
    public void A_frame_that_never_ends_closes_the_connection_alone()
    {
        using var scene = new Scene();
        scene.Called(out _);
        scene.Peer.Msrp!.Send("MSRP endless SEND\nTo-Path: " + new string('x', 100_000));
        Assert.False(scene.Peer.Msrp.IsOpen);
        scene.World.Advance(TimeSpan.FromMilliseconds(300));
        scene.Peer.Msrp.Answer(scene.Peer.Msrp.Expect());
        Assert.Contains(scene.Events(), static e => e is Resumed);
    }

    [Fact]
    public void Garbage_on_the_connection_for_signalling_is_answered_by_going_away_and_coming_back_slowly()
    {
        using var scene = new Scene().Registered();
        for (var i = 0; i < 20; i++)
        {
            if (scene.Peer.Flow is { IsOpen: true } flow)
            {
                flow.Send(Encoding.ASCII.GetBytes("NONSENSE\r\nthat is no header\r\n\r\n" + new string('\0', 70_000)));
                scene.World.Run();
            }

            scene.World.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(scene.Peer.Heard.Count(static m => m.StartLine.StartsWith("REGISTER", StringComparison.Ordinal)), 1, 21);
        scene.World.ThrowOnErrors();
    }

    [Theory]
    [InlineData("calling")]
    [InlineData("accepting")]
    [InlineData("sending")]
    [InlineData("streaming")]
    [InlineData("receiving")]
    [InlineData("adding")]
    [InlineData("subscribing")]
    [InlineData("leaving")]
    [InlineData("interrupted")]
    public void A_bye_in_the_middle_of_everything_ends_it(string middle)
    {
        using var scene = new Scene(change: static o => new ImClientOptions { Address = o.Address, Password = o.Password, Server = o.Server, StreamOver = 1000 });
        if (middle == "calling")
        {
            var calling = scene.Client.CallAsync("sip:bob@example.com");
            var early = scene.Peer.Expect("INVITE");
            scene.Peer.Answer(early, 180, Accepted, tag: "bobtag");
            Bye(scene, early);
            Assert.True(scene.Peer.Expect("SIP/2.0 ").Status is 481 or 200);
            scene.Peer.Answer(early, 487, tag: "bobtag");
            scene.Peer.Expect("ACK");
            Assert.False(calling.Result().IsEstablished);
            ExpectNothingLeft(scene);
            return;
        }

        if (middle == "accepting")
        {
            scene.Registered();
            var invitation = scene.Invite();
            scene.Peer.Expect("SIP/2.0 180");
            var accepting = ((Invited)scene.NextEvent()).Session.AcceptAsync();
            scene.World.Run();
            var answer = scene.Peer.Expect("SIP/2.0 200");
            scene.InDialog(invitation, answer, "BYE", 2);
            Assert.Equal(200, scene.Peer.Expect("SIP/2.0 ").Status);
            scene.World.Advance(TimeSpan.FromSeconds(40));
            Assert.False(accepting.Result().IsEstablished);
            ExpectNothingLeft(scene);
            return;
        }

        var session = scene.Called(out var invite, middle is "adding" or "subscribing" ? Focus.Replace("refer", "conference", StringComparison.Ordinal) : Accepted);
        Task pending = middle switch
        {
            "sending" => session.SendAsync(new string('x', 5000)),
            "streaming" => session.SendAsync("text/plain", new MemoryStream(new byte[1_000_000])),
            "adding" => session.AddAsync(["sip:carol@example.com"]),
            "leaving" => session.LeaveAsync(),
            _ => Task.CompletedTask,
        };
        Task<int>? reading = null;
        if (middle == "receiving")
        {
            scene.Peer.Msrp!.Send($"MSRP begun SEND\nTo-Path: {invite.Sdp("path")}\nFrom-Path: {Peer}\nMessage-ID: m\nByte-Range: 1-*/500000\nContent-Type: text/plain\n\nhello");
            scene.Peer.Msrp.Send($"MSRP begunb SEND\nTo-Path: {invite.Sdp("path")}\nFrom-Path: {Peer}\nMessage-ID: m2\nByte-Range: 1-*/500000\nContent-Type: text/plain\n\nhello");
        }

        if (middle == "interrupted") scene.Peer.Msrp!.Close();
        scene.World.Run();
        scene.Peer.Ignore();
        if (scene.Events().OfType<ContentReceived>().FirstOrDefault() is { } content) reading = ReadAll(content.Content);
        Bye(scene, invite);
        scene.World.Advance(TimeSpan.FromSeconds(40));
        Assert.True(pending.IsCompleted, middle);
        Assert.Equal(ImSessionState.Ended, session.State);
        if (pending is Task<SendOutcome> { Result.IsSent: true }) Assert.Fail("Nobody took it.");
        if (reading is not null) Assert.IsType<IOException>(reading.Exception!.InnerException);
        ExpectNothingLeft(scene);
    }

    static async Task<int> ReadAll(Stream content)
    {
        var all = new MemoryStream();
        await content.CopyToAsync(all).ConfigureAwait(false);
        return (int)all.Length;
    }

    static void Bye(Scene scene, WireMessage invite) => scene.Peer.Request(
        "BYE", "sip:alice@192.0.2.11", $"From: <sip:bob@example.com>;tag=bobtag\nTo: {invite["From"]}\nCall-ID: {invite["Call-ID"]}\nCSeq: 9 BYE");

    [Fact]
    public void A_flood_of_invitations_is_64_and_the_others_are_answered_486()
    {
        using var scene = new Scene().Registered();
        for (var i = 0; i < 1000; i++) scene.Invite(branch: $"z9hG4bKflood{i}", callId: $"flood-{i}");
        Assert.Equal(64, scene.Events().OfType<Invited>().Count());
        scene.World.Advance(TimeSpan.FromSeconds(180));
        Assert.Equal(64, scene.Events().OfType<Ended>().Count());
        Assert.Equal(1000 - 64, scene.Peer.Heard.Count(static m => m.StartLine.StartsWith("SIP/2.0 486", StringComparison.Ordinal)));
        ExpectNothingLeft(scene);
    }
}
