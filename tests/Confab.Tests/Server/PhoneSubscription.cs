using Confab.Content.ConferenceInfo;
using Confab.Sim.Flows;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Server;

/// <summary>A phone's subscription to the state of a session; what comes is held to the schema and to the order of versions (RFC 4575 4.6).</summary>
internal sealed class PhoneSubscription
{
    private readonly Phone _phone;
    private readonly string _room;
    private readonly string _id;
    private uint _number;
    private string _toTag = "";

    public PhoneSubscription(Phone phone, string room, int expires = 3600)
    {
        _phone = phone;
        _room = room;
        _id = $"sub-{phone.NewBranch()}";
        phone.Notified += Hear;
        Subscribe(expires);
    }

    public string CallId => _id;

    /// <summary>What a NOTIFY is answered with; 0 for nothing.</summary>
    public int Answers { get; set; } = 200;

    /// <summary>The final status of the last SUBSCRIBE; 0 while there is none.</summary>
    public int Status => _phone.Heard.OfType<SipResponse>().LastOrDefault(r => r.CallId.ToString() == _id && r.IsFinal && r.CSeq.Number == _number)?.Status ?? 0;

    public List<SipRequest> Notifies { get; } = [];

    public ConferenceView View { get; } = new(20_000);

    /// <summary>Whether nothing is missing between the documents that were taken.</summary>
    public bool IsWhole { get; private set; } = true;

    public bool IsTerminated => Notifies.Count > 0 && State(Notifies[^1]).StartsWith("terminated", StringComparison.Ordinal);

    public void Subscribe(int expires)
    {
        if (_toTag.Length == 0 && _phone.Heard.OfType<SipResponse>().FirstOrDefault(r => r.CallId.ToString() == _id && r.IsSuccess) is { } accepted) _toTag = accepted.ToTag.ToString();
        _phone.Send(_phone.Request(
            "SUBSCRIBE", _room, _id, ++_number, "s1", _room, _toTag, _phone.NewBranch(), $"Contact: {_phone.Contact}\r\nEvent: conference\r\nExpires: {expires}\r\n"));
    }

    public static string State(SipRequest notify) => notify.TryGet(HeaderName.SubscriptionState, out var state) ? state.ToString() : "";

    private void Hear(SipRequest notify)
    {
        if (notify.CallId.ToString() != _id) return;
        Notifies.Add(notify);
        if (Answers is > 0 and < 300) Take(notify);
        if (Answers > 0) _phone.Respond(notify, Answers, "s1");
    }

    private void Take(SipRequest notify)
    {
        if (notify.Body.IsEmpty) return;
        var xml = System.Text.Encoding.UTF8.GetString(notify.Body.Span);
        Assert.Null(BodySchema.Conference.Difference(xml));
        Assert.True(ConferenceInfoReader.TryParse(notify.Body, 20_000, out var document, out var fault), fault.Reason);
        if (View.Apply(document) == ViewChange.Gap) IsWhole = false;
    }
}
