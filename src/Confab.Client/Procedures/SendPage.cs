using System.Buffers;
using System.Globalization;
using Confab.Content.Cpim;
using Confab.Content.Media;
using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Pager;

namespace Confab.Client.Procedures;

/// <summary>
/// Sending in pager mode: RFC 3428 4, and 8 for its bounds; to several users through the exploder, RFC 5365 4 and 6. Flow F15.
/// </summary>
[Clause("RFC 3428", "4", "IMC-PGR-1", "IMC-PGR-4", "IMC-PGR-5", "IMC-PGR-7")]
[Clause("RFC 3428", "8", "IMC-PGR-3")]
[Clause("RFC 5365", "4", "IMC-PGR-9")]
internal sealed class SendPage
{
    private readonly ImClient _client;
    private readonly string _target;
    private readonly string _key;
    private readonly Page _page;
    private readonly string _contentType;
    private readonly ReadOnlyMemory<byte> _body;
    private readonly bool _isToSeveral;
    private readonly TaskCompletionSource<PageOutcome> _answer;
    private string _id = "";

    private SendPage(ImClient client, List<string> recipients, Page page, TaskCompletionSource<PageOutcome> answer)
    {
        _client = client;
        _page = page;
        _answer = answer;
        _isToSeveral = recipients.Count > 1;
        _target = _isToSeveral ? client.Exploder : recipients[0];
        _key = ImAddress.Key(_target);
        (_contentType, _body) = page.InCpim || page.Member is not null ? (AcceptList.Cpim, Wrap()) : (page.ContentType, page.Content);
        if (_isToSeveral) (_contentType, _body) = RecipientList.Beside(client, _contentType, _body, recipients);
    }

    private bool IsAnonymous => _page.Anonymous ?? _client.Options.Anonymous;

    public static void Start(ImClient client, IReadOnlyCollection<string> addresses, Page page, TaskCompletionSource<PageOutcome> answer)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        List<string> recipients = [.. addresses.Where(address => known.Add(ImAddress.Key(address)))];
        if (recipients.Count == 0)
        {
            answer.TrySetResult(new PageOutcome("", PageFate.NobodyNamed, 0, "Name at least one user."));
            return;
        }

        if (client.Ims.IsOn && !client.Registration.IsRegistered)
        {
            answer.TrySetResult(new PageOutcome("", PageFate.Unreachable, 0, ImsCore.NotRegistered));
            return;
        }

        var sending = new SendPage(client, recipients, page, answer);
        var waiting = new WaitingPage(sending.Send, () => !answer.Task.IsCompleted, () => answer.TrySetResult(new PageOutcome("", PageFate.Unreachable, 0, "The client is closed.")));
        if (!client.Pages.TryAdd(sending._key, waiting))
            answer.TrySetResult(new PageOutcome("", PageFate.QueueFull, 0, $"{PagesUnderWay.MostWaiting} messages wait for the ones before them; wait for what comes of those."));
    }

    private void Send() => _client.ReachServer(_body.Length + 1000, flow =>
    {
        if (flow is null) _client.Mailbox.Post(() => Done(StatusCode.ServiceUnavailable, null)); // the next one begins in a turn of its own
        else _id = PagerRequest.Send(_client, Compose(flow), Done).CallId;
    });

    private PagerMessage Compose(Flow flow)
    {
        var (uri, name) = IsAnonymous ? (General.AnonymousUri, "Anonymous") : (_client.Options.Address, _client.Options.DisplayName ?? "");
        return new PagerMessage(_target, uri, _target, _contentType, _body, WriteHeaders, flow, FromName: name, Route: _client.Ims.Route, MostOctets: _client.Options.MaxPageSize);
    }

    private void WriteHeaders(ref SipWriter writer)
    {
        writer.Header(HeaderName.AcceptContact, "*;" + General.FeatureTag);
        General.WritePreferredIdentity(ref writer, _client);
        if (IsAnonymous) writer.Header(HeaderName.Privacy, "id");
        if (_isToSeveral) writer.Header(HeaderName.Require, "recipient-list-message");
        if (_page.Validity is not { } validity) return;
        writer.Header(HeaderName.Date, _client.World.Time.GetUtcNow().ToString("r", CultureInfo.InvariantCulture));
        writer.Header(HeaderName.Expires, (long)Math.Clamp(Math.Ceiling(validity.TotalSeconds), 1, uint.MaxValue));
    }

    private void Done(int status, SipResponse? response)
    {
        if (status == StatusCode.MessageTooLarge && response is null && _page.LargeWhenTooLong && !_isToSeveral) SendLarge();
        else _answer.TrySetResult(Outcome(status, response));
        _client.Pages.OnDone(_key);
    }

    /// <summary>What does not fit pager mode goes in large message mode.</summary>
    [Clause("OMA-IM", "9.1.1", "IMC-LMM-1")]
    private void SendLarge() => SendLargeMessage.Start(
        _client,
        _target,
        _page.ContentType,
        IsAnonymous,
        (session, sent) => SendMessage.Send(session, _page.ContentType, _page.Content, sent),
        sent => _answer.TrySetResult(sent.IsCompletedSuccessfully && sent.GetAwaiter().GetResult() is var outcome
            ? new PageOutcome(outcome.Id, outcome.IsSent ? PageFate.Accepted : outcome.Status == 0 ? PageFate.Unreachable : PageFate.Refused, outcome.Status, outcome.Text)
            : new PageOutcome("", PageFate.Unreachable, 0, "Given up.")));

    private PageOutcome Outcome(int status, SipResponse? response)
    {
        if (response is not null)
        {
            var fate = !response.IsSuccess ? PageFate.Refused : status == StatusCode.Accepted ? PageFate.Accepted : PageFate.Delivered;
            return new PageOutcome(_id, fate, status, TerminatingGeneral.TextOf(response));
        }

        return status switch
        {
            StatusCode.MessageTooLarge => new PageOutcome(
                "", PageFate.TooLong, 0, $"The message{(_isToSeveral ? " and the list of its recipients do" : " does")} not fit into a request of {_client.Options.MaxPageSize} octets; {(_isToSeveral ? "send it to fewer at once" : "send it in large message mode")}, or in a session."),
            StatusCode.RequestTimeout => new PageOutcome(_id, PageFate.Unreachable, 0, $"The server {_client.Options.Server} does not answer."),
            _ => new PageOutcome(_id, PageFate.Unreachable, 0, $"There is no way to the server {_client.Options.Server}."),
        };
    }

    /// <summary>CPIM says whom of a group it is for (RFC 3862 4); there is none but the exploder for several.</summary>
    private ReadOnlyMemory<byte> Wrap()
    {
        var message = new ArrayBufferWriter<byte>(_page.Content.Length + 512);
        var (from, name) = IsAnonymous ? (General.AnonymousUri, "Anonymous") : (_client.Options.Address, _client.Options.DisplayName ?? "");
        var to = _page.Member ?? (_isToSeveral ? General.AnonymousUri : _target); // who else gets it is the list's to say
        CpimWriter.Write(message, from, to, _client.World.Time.GetUtcNow(), _page.ContentType, _page.Content.Span, fromName: name);
        return message.WrittenMemory;
    }
}
