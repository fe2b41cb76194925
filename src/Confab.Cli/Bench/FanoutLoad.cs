// A group of members who each have an MSRP connection; some of them send, and every message reaches all the others.
using Confab.Content.Sdp;
using Confab.Msrp;
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Cli.Bench;

/// <summary>Fan-out: the first users of the group send, and the deliveries to all others are counted and timed.</summary>
sealed class FanoutLoad(World world, LoadOptions options) : Load(world, options)
{
    const string Boundary = "bench-parts";
    static readonly TimeSpan s_looks = TimeSpan.FromMilliseconds(20);

    readonly TaskCompletionSource _joined = new();
    Member[] _members = [];
    Speaker[] _speakers = [];
    int _bound;
    int _gone;
    int _turn;
    string? _problem;

    public uint Run { get; } = world.Ids.Number();

    public override string Unit => "deliveries";

    public override long Units => _members.Sum(static m => m.Got);

    protected override int MostUnderWay => Options.Rate > 0 ? int.MaxValue : Options.Senders * Options.Window;

    int Others => Options.Members - 1;

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(Options.Members).ConfigureAwait(false);
        await RegisterAsync(cancellationToken).ConfigureAwait(false);
        _members = [.. Users.Select(user => new Member(this, user, Options.Senders) { OwnPath = MediaOffer.PathOf(user.Link.Host, 9, MediaOffer.NewSession(World.Ids)) })];
        var waiting = World.Time.GetTimestamp();
        if (Options.Group is null) Invite(_members[0], Options.Factory, WithList(_members));
        else foreach (var member in _members) Invite(member, Options.Group, ("application/sdp", Offer(member)));
        while (!_joined.Task.IsCompleted)
        {
            await Task.WhenAny(_joined.Task, Task.Delay(s_looks, World.Time, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (_problem is { } problem) throw new LoadFailedException(problem);
            if (World.Time.GetElapsedTime(waiting) > Options.Patience + TimeSpan.FromMilliseconds(20 * Options.Members))
                throw new LoadFailedException($"only {_bound} of {Options.Members} members joined within {World.Time.GetElapsedTime(waiting).TotalSeconds:0} s.");
        }

        var room = _members[0].Dialog!.Target;
        _speakers = [.. _members.Take(Options.Senders).Select(m => new Speaker(m.User.Number, Run, m.User.Address, room, m.ServerPath, m.OwnPath, Options.Size, Others))];
    }

    public override async Task EndAsync()
    {
        var left = _members.Length;
        var all = new TaskCompletionSource();
        foreach (var member in _members) member.Dialog?.Bye(Identity(member), _ => { if (Interlocked.Decrement(ref left) == 0) all.TrySetResult(); });
        await Task.WhenAny(all.Task, Task.Delay(TimeSpan.FromSeconds(2), World.Time)).ConfigureAwait(false);
        foreach (var member in _members) member.Wire?.Flow.Close(EndReason.Left);
    }

    public override void Complete(LoadReport report)
    {
        report.Sent = _speakers.Sum(static s => (long)s.Sent);
        report.Lost = (report.Sent * Others) - Units;
        report.Duplicated = _members.Sum(static m => m.Again);
        report.OutOfOrder = _members.Sum(static m => m.Late);
        var received = _members.Sum(static m => m.Wire?.Received ?? 0);
        if (Units > 0) report.BytesEach = (double)received / Units;
    }

    /// <summary>A member has his connection.</summary>
    public void OnBound(Member member, bool isBound)
    {
        if (isBound && Interlocked.Increment(ref _bound) == _members.Length) _joined.TrySetResult();
    }

    public void OnMemberGone(Member member)
    {
        if (!member.IsBound) Refused($"the server closed the MSRP connection of {member.User.Address} before it was bound.");
        else if (!IsStopped && Interlocked.Increment(ref _gone) >= 1) Fail("MSRP connection closed");
    }

    public void Refused(string why) => _problem ??= why;

    /// <summary>The server's answer to a message of that member.</summary>
    public void OnAnswer(int member, int sender, uint number, MsrpStatus status)
    {
        if (sender != member || sender >= _speakers.Length) OnStrange();
        else if (!status.IsSuccess() && _speakers[sender].GiveUp(number))
        {
            Fail($"MSRP {(int)status}");
            End(succeeded: false);
        }
    }

    public void OnDelivered(in Mark mark)
    {
        if (IsMeasured(mark.Intended)) Latency.Add(Nanoseconds(mark.Intended));
        if (_speakers[mark.Sender].OnDelivered(mark.Number)) End(succeeded: true);
    }

    public override void OnRequest(SipLink link, SipRequest request)
    {
        if (request.Method != SipMethod.Invite || !TryMember(request, out var member))
        {
            base.OnRequest(link, request);
            return;
        }

        if (!MediaOffer.TryRead(request.Body, out var media, out var next))
        {
            link.Reply(request, StatusCode.NotAcceptableHere);
            Refused($"the server invited {member.User.Address} without an MSRP path that can be used.");
            return;
        }

        link.Reply(request, StatusCode.Ok, (ref SipWriter writer) => writer.Header(HeaderName.Contact, Contact(member)), "application/sdp", Offer(member));
        if (member.Dialog is { } known && known.CallId == request.CallId.ToString()) return; // over UDP once more
        member.Dialog = LoadDialog.OfCallee(member.User, request, SipLink.TagFor(request));
        Connect(member, media, next);
    }

    protected override bool TryBegin(long intended)
    {
        for (var i = 0; i < _speakers.Length; i++)
        {
            var at = (int)((uint)Interlocked.Increment(ref _turn) % _speakers.Length);
            if (Options.Rate <= 0 && _speakers[at].UnderWay >= Options.Window) continue;
            if (_speakers[at].TrySend(_members[at].Wire!.Flow, intended)) return true;
        }

        return false;
    }

    protected override void OnSweep(long now)
    {
        var before = now - (long)(Options.Patience.TotalSeconds * World.Time.TimestampFrequency);
        foreach (var speaker in _speakers)
        {
            for (var given = speaker.GiveUpBefore(before); given > 0; given--) End(succeeded: false);
        }
    }

    void Invite(Member member, string uri, (string Type, byte[] Body) content) => new SipExchange
    {
        User = member.User,
        Method = SipMethod.Invite,
        Uri = uri,
        To = uri,
        FromTag = World.Ids.Token(40),
        CallId = World.Ids.Token(64),
        CSeq = 1,
        ContentType = content.Type,
        Body = content.Body,
        More = (ref SipWriter writer) =>
        {
            writer.Header(HeaderName.Contact, Contact(member));
            writer.Header(HeaderName.AcceptContact, "*;+g.oma.sip-im");
            if (content.Type.StartsWith("multipart", StringComparison.Ordinal)) writer.Header(HeaderName.Require, "recipient-list-invite");
            WriteIdentity(ref writer, member.User);
        },
        Done = (invite, response) => OnInvited(member, invite, response),
    }.Begin();

    void OnInvited(Member member, SipExchange invite, SipResponse? response)
    {
        if (response is not { IsSuccess: true })
        {
            Refused(Refusals.Explain(Options, member.User.Address, "INVITE", response));
            return;
        }

        member.Dialog = LoadDialog.OfCaller(member.User, invite, response);
        member.Dialog.Acknowledge();
        if (MediaOffer.TryRead(response.Body, out var media, out var next)) Connect(member, media, next);
        else Refused($"the answer to the INVITE of {member.User.Address} has no MSRP path that can be used.");
    }

    void Connect(Member member, MsrpMedia media, System.Net.IPEndPoint next)
    {
        member.ServerPath = string.Join(' ', media.Path);
        _ = ConnectAsync(member, next);
    }

    async Task ConnectAsync(Member member, System.Net.IPEndPoint next)
    {
        var wire = await MsrpWire.OpenAsync(World, next, member).ConfigureAwait(false);
        if (wire is null)
        {
            Refused($"nothing takes MSRP connections at {next}, where the server sends {member.User.Address}.");
            return;
        }

        member.Wire = wire;
        wire.Bind("b1nd" + World.Ids.Token(40), member.ServerPath, member.OwnPath);
    }

    (string Type, byte[] Body) WithList(Member[] members)
    {
        var entries = string.Concat(members.Skip(1).Select(m => $"<entry uri=\"{System.Security.SecurityElement.Escape(m.User.Address)}\"/>"));
        var list = $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\"><list>{entries}</list></resource-lists>";
        var body = $"--{Boundary}\r\nContent-Type: application/sdp\r\n\r\n{System.Text.Encoding.ASCII.GetString(Offer(members[0]))}\r\n"
            + $"--{Boundary}\r\nContent-Type: application/resource-lists+xml\r\nContent-Disposition: recipient-list\r\n\r\n{list}\r\n--{Boundary}--\r\n";
        return ($"multipart/mixed;boundary={Boundary}", System.Text.Encoding.UTF8.GetBytes(body));
    }

    byte[] Offer(Member member) => MediaOffer.Compose(member.OwnPath, member.User.Link.Host, SetupRole.Active, World.Ids.Number());

    HeadersWriter Identity(Member member) => (ref SipWriter writer) => WriteIdentity(ref writer, member.User);

    static string Contact(Member member) => member.User.Link.ContactOf(member.User.Number) + ";+g.oma.sip-im";

    bool TryMember(SipRequest request, out Member member)
    {
        member = null!;
        var user = request.RequestUri.User.Span;
        if (user.Length < 2 || user[0] != 'm' || !System.Buffers.Text.Utf8Parser.TryParse(user[1..], out int number, out _) || (uint)number >= _members.Length) return false;
        member = _members[number];
        return true;
    }
}
