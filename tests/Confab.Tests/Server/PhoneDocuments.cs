using System.Xml.Linq;
using Confab.Server.Xdm;
using Confab.Sim.Flows;
using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Server;

/// <summary>A phone's subscription to documents; what comes is held to the schema, and each change to what was told before (RFC 5874 6).</summary>
internal sealed class PhoneDocuments
{
    private static readonly XNamespace s_diff = "urn:ietf:params:xml:ns:xcap-diff";

    private readonly Phone _phone;
    private readonly string _id;
    private readonly string _list;
    private readonly Queue<SipRequest> _waiting = [];
    private uint _number;
    private string _toTag = "";
    private bool _isAnew;

    public PhoneDocuments(Phone phone, params string[] uris)
        : this(phone, 3600, uris)
    {
    }

    public PhoneDocuments(Phone phone, int seconds, params string[] uris)
    {
        _phone = phone;
        _id = $"docs-{phone.NewBranch()}";
        _list = Phone.List(uris.Select(static u => u.Replace("&", "&amp;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal)));
        phone.Notified += Hear;
        Subscribe(seconds);
    }

    /// <summary>Whether a NOTIFY is answered 200 at once; else by <see cref="Answer"/>.</summary>
    public bool AnswersAtOnce { get; set; } = true;

    /// <summary>The final status of the last SUBSCRIBE; 0 while there is none.</summary>
    public int Status => _phone.Heard.OfType<SipResponse>().LastOrDefault(r => r.CallId.ToString() == _id && r.IsFinal && r.CSeq.Number == _number)?.Status ?? 0;

    public List<SipRequest> Notifies { get; } = [];

    /// <summary>When each came.</summary>
    public List<DateTimeOffset> Times { get; } = [];

    /// <summary>The documents with their entity tags, as they were told.</summary>
    public Dictionary<string, string> View { get; } = [];

    public string State => PhoneSubscription.State(Notifies[^1]);

    public void Subscribe(int expires, bool hasList = true)
    {
        if (_toTag.Length == 0 && _phone.Heard.OfType<SipResponse>().FirstOrDefault(r => r.CallId.ToString() == _id && r.IsSuccess) is { } accepted) _toTag = accepted.ToTag.ToString();
        _isAnew = expires > 0;
        _phone.Send(_phone.Request(
            "SUBSCRIBE",
            "sip:example.com",
            _id,
            ++_number,
            "d1",
            "sip:example.com",
            _toTag,
            _phone.NewBranch(),
            $"Contact: {_phone.Contact}\r\nEvent: xcap-diff\r\nExpires: {expires}\r\n{(hasList ? "Content-Type: application/resource-lists+xml\r\n" : "")}",
            hasList ? _list : ""));
    }

    /// <summary>Answers the oldest NOTIFY that waits.</summary>
    public void Answer(int status = 200)
    {
        if (_waiting.TryDequeue(out var notify)) _phone.Respond(notify, status, "d1");
    }

    private void Hear(SipRequest notify)
    {
        if (notify.CallId.ToString() != _id || Notifies.Exists(n => n.CSeq.Number == notify.CSeq.Number)) return; // else it comes again
        Notifies.Add(notify);
        Times.Add(_phone.Rig.World.Time.GetUtcNow());
        if (!notify.Body.IsEmpty) Take(notify);
        Assert.Empty(_waiting); // none is sent before the one before it was answered (RFC 5875 4.7)
        _waiting.Enqueue(notify);
        if (AnswersAtOnce) Answer();
    }

    private void Take(SipRequest notify)
    {
        var xml = System.Text.Encoding.UTF8.GetString(notify.Body.Span);
        Assert.Null(BodySchema.XcapDiff.Difference(xml));
        if (_isAnew) View.Clear();
        _isAnew = false;
        foreach (var document in XDocument.Parse(xml).Root!.Elements(s_diff + "document"))
        {
            var sel = (string)document.Attribute("sel")!;
            var (before, after) = ((string?)document.Attribute("previous-etag"), (string?)document.Attribute("new-etag"));
            Assert.Equal(View.GetValueOrDefault(sel), before);
            if (after is null) Assert.True(View.Remove(sel));
            else View[sel] = after;
        }
    }

    /// <summary>What is there, as an unhurried reader finds it.</summary>
    public static Dictionary<string, string> Stored(ServerRig rig, string user, string auid) =>
        rig.Server.Node.Documents.Of(user).Where(d => d.Id.Auid == auid).ToDictionary(static d => d.Id.Selector, static d => d.ETag);

    /// <summary>What a task of the server's comes to, whose end is run by the pool.</summary>
    public static T Wait<T>(ServerRig rig, Task<T> task)
    {
        for (var i = 0; i < 1000 && !task.IsCompleted; i++)
        {
            rig.Run();
            if (!task.IsCompleted) task.Wait(5, TestContext.Current.CancellationToken);
        }

        return task.GetAwaiter().GetResult();
    }

    /// <summary>Stores a document, or deletes it.</summary>
    public static void Put(ServerRig rig, string user, string auid, string name, string? content)
    {
        var documents = rig.Server.Node.Documents;
        var id = new DocumentId(auid, user, name);
        DocumentOutcome? outcome = null;
        documents.Change(
            id,
            _ => content is null ? null : documents.NewVersion(id, System.Text.Encoding.UTF8.GetBytes(content), rig.Server.Xcap.Usages.Find(auid)!.UrisOf(XmlTree.Of(content))),
            done => outcome = done);
        rig.Run();
        Assert.True(outcome is DocumentOutcome.Done or DocumentOutcome.Unchanged);
    }
}
