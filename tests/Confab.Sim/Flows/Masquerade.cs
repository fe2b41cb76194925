// Random users around one who hides: he starts sessions, talks, adds, removes, leaves, loses the network and comes back, on two devices, always
// without his name; the others do what they can as well. The stage holds every message to them against all that could tell who he is.
using System.Globalization;

namespace Confab.Sim.Flows;

/// <summary>One such play.</summary>
public sealed class Masquerade : IAsyncDisposable
{
    private const string Opening = """
        # RFC 3323 4.2  Somebody hides
        server Session:MinNotifyIntervalSeconds=0 Session:ReleaseAdhocOnOriginatorLeave=false
        cast zelda (registered hidden) zeldaphone (registered hidden as zelda) alice bob carol dave (registered)

        """;

    private static readonly string[] s_reports =
    [
        Report("<recipient-uri>sip:zelda@example.com</recipient-uri>"),
        Report("<recipient-uri><!-- it is --><![CDATA[sip:zelda@example.com]]></recipient-uri>"),
        Report("<original-recipient-uri>sip:&#x7a;elda@example.com</original-recipient-uri><z:z xmlns:z='urn:z'>zelda</z:z>"),
        "<imdn xmlns='urn:ietf:params:xml:ns:imdn'><recipient-uri>sip:zelda@example.com</recipient-uri></imdn>",
    ];

    private static readonly string[] s_hidden = ["zelda", "zeldaphone"];
    private static readonly string[] s_others = ["alice", "bob", "carol", "dave"];
    private static readonly string[] s_froms = ["zelda", "sip:anonymous@anonymous.invalid", "sip:anonymous1@anonymous.invalid", "sip:ZELDA@Example.com", "bob"];

    private readonly Random _random;
    private readonly FlowStage _stage = new(FlowParser.Parse("masquerade", Opening));
    private int _seen;

    private static string Report(string names) =>
        $"<imdn xmlns='urn:ietf:params:xml:ns:imdn'><message-id>1</message-id>{names}<delivery-notification><status><delivered/></status></delivery-notification></imdn>";

    private Masquerade(Random random) => _random = random;

    /// <summary>Messages that came to the others.</summary>
    public int Heard => _stage.Arrivals.Count(static a => s_others.Contains(a.Member));

    /// <summary>Those of them in which somebody anonymous stands.</summary>
    public int HeardOfSomebody => _stage.Arrivals.Count(static a => s_others.Contains(a.Member) && a.ToString().Contains("anonymous.invalid", StringComparison.Ordinal));

    /// <summary>Plays so many random steps.</summary>
    /// <exception cref="FlowFailureException">Somebody was told who hides, or the server erred; the message has the transcript.</exception>
    public static async Task<Masquerade> PlayAsync(Random random, int steps)
    {
        var play = new Masquerade(random);
        await play._stage.StartAsync().ConfigureAwait(false);
        for (var i = 0; i < steps; i++)
        {
            play.Do(random.Next(3) > 0 ? play.HiddenStep() : play.StepOfAnother());
            play.React();
            play._stage.ThrowOnErrors();
        }

        return play;
    }

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    private string HiddenStep()
    {
        var who = Of(s_hidden);
        var name = "P-Preferred-Identity: \"Zelda Zett\" <sip:zelda@example.com> | Privacy: id";
        return _random.Next(16) switch
        {
            0 => $"{who} -> im INVITE sip:conference-factory@example.com | {name} | body: offer(accept-wrapped-types *) + list({string.Join(", ", s_others.Where(_ => _random.Next(3) > 0).Append("alice"))})",
            1 => $"{who} -> im INVITE sip:{Of(s_others)}@example.com | {name} | Subject: zelda | body: offer(accept-wrapped-types *)",
            2 or 3 => $"{who} -> im INVITE ${{{Of(s_hidden)}.identity}} | {name}",
            4 => $"{who} -> im REFER | Refer-To: <sip:{Of(s_others)}@example.com> | Referred-By: \"Zelda\" <sip:zelda@example.com>",
            5 => $"{who} -> im REFER | Refer-To: <sip:{Of(s_others)}@example.com;method=BYE> | Refer-Sub: false | {name}",
            6 => $"{who} -> im REFER ${{{who}.identity}} | Refer-To: <sip:{Of("zelda", "alice", "bob", "carol")}@example.com{Of("", ";method=BYE", ";method=BYE")}>",
            7 => $"{who} -> im BYE | Privacy: id | Reason: SIP;text=\"zelda goes\"",
            8 => _random.Next(2) == 0 ? $"{who} ~x im" : $"{who} -x im",
            9 => $"{who} -> im SUBSCRIBE ${{{who}.identity}}",
            10 => $"{who} ~> im SEND \"{Of(s_reports)}\" | wrapped: message/imdn+xml | from: {Of(s_froms)} | to: {Of("room", "alice", "bob")} | chunks: {_random.Next(1, 4)}",
            _ => $"{who} ~> im SEND \"words\" | from: {Of(s_froms)} | to: {Of("room", "room", "alice", "bob", "sip:nobody@example.com")} | size: {_random.Next(10, 9000)} | chunks: {_random.Next(1, 5)}",
        };
    }

    private string StepOfAnother()
    {
        var who = Of(s_others);
        var alias = string.Create(CultureInfo.InvariantCulture, $"sip:anonymous{_random.Next(1, 3)}@anonymous.invalid");
        return _random.Next(12) switch
        {
            0 => $"{who} -> im INVITE ${{{who}.identity}}{(_random.Next(2) == 0 ? " | Privacy: id" : "")}",
            1 => $"{who} -> im REFER | Refer-To: <{(_random.Next(2) == 0 ? alias : $"sip:{Of(s_others)}@example.com")};method=BYE>",
            2 => $"{who} -> im REFER | Refer-To: <{(_random.Next(2) == 0 ? alias : $"sip:{Of(s_others)}@example.com")}>",
            3 or 4 => $"{who} -> im SUBSCRIBE ${{{who}.identity}}",
            5 => $"{who} -> im BYE",
            6 => string.Create(CultureInfo.InvariantCulture, $"advance {_random.Next(1, 200)}s"),
            7 => $"{who} -> im OPTIONS ${{{who}.identity}}",
            _ => $"{who} ~> im SEND \"words\" | to: {(_random.Next(2) == 0 ? "room" : alias)}",
        };
    }

    /// <summary>What clients do by themselves: accept or decline, acknowledge, bind, answer.</summary>
    private void React()
    {
        for (_stage.Settle(); _seen < _stage.Arrivals.Count; _stage.Settle())
        {
            var arrival = _stage.Arrivals[_seen++];
            arrival.IsListed = true;
            if (arrival.Sip is not { } sip) continue;
            if (sip is { IsResponse: true, Method: "INVITE", Status: >= 200 and < 300 })
            {
                Do($"{arrival.Member} -> im ACK");
                Do($"{arrival.Member} ~> im BIND");
            }
            else if (sip is { IsResponse: false, Method: "INVITE" })
            {
                var accepts = _random.Next(4) > 0;
                if (_random.Next(3) == 0) Do($"{arrival.Member} -> im 180 INVITE");
                Do($"{arrival.Member} -> im {(accepts ? "200 INVITE | body: answer(accept-wrapped-types *)" : Of("486 INVITE", "603 INVITE"))}{(_random.Next(5) == 0 ? " | Privacy: id" : "")}");
                if (accepts) Do($"{arrival.Member} ~> im BIND");
            }
            else if (sip is { IsResponse: false, Method: "BYE" or "NOTIFY" or "CANCEL" }) Do($"{arrival.Member} -> im 200 {sip.Method}");
        }
    }

    private void Do(string line) => new FlowRunner(FlowParser.Parse("masquerade", Opening + line), _stage).PlayAnyway();

    private string Of(params string[] these) => these[_random.Next(these.Length)];
}
