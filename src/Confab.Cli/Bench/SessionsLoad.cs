// 1-1 sessions: INVITE, SDP, an MSRP connection of each end, BYE. Users go in pairs, the even number calls the odd one; a pair sets up one session at
// a time. Through a proxy the two ends meet each other's MSRP, so this side listens too.
using System.Collections.Concurrent;
using System.Net;
using Confab.Content.Sdp;
using Confab.Msrp;
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Cli.Bench;

/// <summary>Sessions set up and torn down; or, with a hold, so many of them kept while nothing else happens.</summary>
sealed class SessionsLoad(World world, LoadOptions options) : Load(world, options), IMsrpLoad
{
    static readonly TimeSpan s_looks = TimeSpan.FromMilliseconds(20);

    readonly ConcurrentQueue<int> _idle = new();
    readonly ConcurrentDictionary<string, (Call Call, bool IsCaller)> _bySession = new(StringComparer.Ordinal); // of MSRP
    readonly ConcurrentDictionary<string, (Call Call, bool IsCaller)> _byCallId = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<(IPEndPoint, int), SharedWire> _shared = new();
    Call?[] _current = [];
    IListener? _listener;
    int _held;
    int _turn;

    public override string Unit => "sessions";

    protected override int MostUnderWay => Options.Rate > 0 ? _current.Length : Math.Min(Options.Window, _current.Length);

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(Options.Members).ConfigureAwait(false);
        await RegisterAsync(cancellationToken).ConfigureAwait(false);
        _listener = World.Network.Listen(new IPEndPoint(Links[0].Address, 0), Transport.Tcp, flow => new MsrpWire(flow, this));
        _current = new Call?[Options.Members / 2];
        for (var pair = 0; pair < _current.Length; pair++) _idle.Enqueue(pair);
        if (Options.Hold == 0) return;
        Start();
        while (Volatile.Read(ref _held) < Options.Hold)
        {
            if (Outcomes.Failed > 0) throw new LoadFailedException($"of {Options.Hold} sessions {_held} were held when one failed: {string.Join(", ", Outcomes.Failures.Keys)}");
            await Task.Delay(s_looks, World.Time, cancellationToken).ConfigureAwait(false);
        }

        Stop();
    }

    public override async Task EndAsync()
    {
        foreach (var (call, isCaller) in _byCallId.Values)
        {
            if (isCaller && call.TryMove(CallState.Established, CallState.Leaving)) Leave(call);
        }

        for (var patience = 0; patience < 250 && !_byCallId.IsEmpty; patience++) await Task.Delay(s_looks, World.Time).ConfigureAwait(false);
        _listener?.Dispose();
    }

    public override void OnRequest(SipLink link, SipRequest request)
    {
        var callId = request.CallId.ToString();
        if (request.Method == SipMethod.Invite) OnInvite(link, request, callId);
        else base.OnRequest(link, request);
        if (request.Method != SipMethod.Bye || !_byCallId.TryGetValue(callId, out var found)) return;
        var (call, _) = found;

        // Through a proxy both ends have one Call-ID: who says goodbye is the caller.
        call.Callee.HasEnded = true;
        if (call.State is CallState.Calling or CallState.Established) Over(call, "ended by the server");
        else CheckOver(call);
    }

    public override void OnStray(SipLink link, SipResponse response)
    {
        base.OnStray(link, response);
        if (response.IsSuccess && response.CSeq.Method == SipMethod.Invite && _byCallId.TryGetValue(response.CallId.ToString(), out var found) && found.IsCaller)
            found.Call.Caller.Dialog?.Acknowledge();
    }

    public void OnFrame(MsrpWire wire, in MsrpFrame frame)
    {
        if (!MsrpUriView.TryParse(MsrpUriView.First(frame.ToPath), out var to) || !_bySession.TryGetValue(System.Text.Encoding.ASCII.GetString(to.SessionId), out var found))
            return; // of a session that is over
        var end = found.Call.EndOf(found.IsCaller);
        if (frame.Kind == MsrpKind.Response)
        {
            if (frame.Status != MsrpStatus.Ok) Over(found.Call, $"MSRP {(int)frame.Status}");
            else if (!end.IsBound) Bound(found.Call, end);
            return;
        }

        if (frame.IsLastPiece) wire.Answer(frame);
        if (end.IsBound) return;
        end.Wire = wire;
        Bound(found.Call, end);
    }

    public void OnClosed(MsrpWire wire)
    {
        // The other end may close it before its BYE has come; sessions that miss it are over by their BYE, or time out.
    }

    protected override bool TryBegin(long intended)
    {
        if (Options.Hold > 0 && Interlocked.Increment(ref _turn) > Options.Hold) return false;
        if (!_idle.TryDequeue(out var pair))
        {
            if (Options.Hold > 0) Interlocked.Decrement(ref _turn);
            return false;
        }

        var call = new Call(NewEnd(Users[2 * pair]), NewEnd(Users[(2 * pair) + 1]), intended);
        _current[pair] = call;
        _bySession[SessionOf(call.Caller)] = (call, true);
        _bySession[SessionOf(call.Callee)] = (call, false);
        Invite(call);
        return true;
    }

    protected override void OnSweep(long now)
    {
        foreach (var call in _current)
        {
            if (call is null || call.State is CallState.Over || (Options.Hold > 0 && call.State == CallState.Established)) continue;
            if (World.Time.GetElapsedTime(call.Intended, now) >= Options.Patience + TimeSpan.FromSeconds(1)) Over(call, Missing(call));
        }
    }

    static string Missing(Call call) => call switch
    {
        { State: CallState.Leaving } => "no BYE to the callee",
        { Caller.Dialog: null } => "no answer to the INVITE",
        { Callee.Dialog: null } => "callee not invited",
        _ => "MSRP not bound",
    };

    CallEnd NewEnd(LoadUser user) => new(user, MediaOffer.PathOf(user.Link.Host, _listener!.Local.Port, MediaOffer.NewSession(World.Ids)));

    void Invite(Call call)
    {
        var caller = call.Caller;
        var callId = World.Ids.Token(64);
        _byCallId[call.CallId = callId] = (call, true);
        new SipExchange
        {
            User = caller.User,
            Method = SipMethod.Invite,
            Uri = call.Callee.User.Address,
            To = call.Callee.User.Address,
            FromTag = World.Ids.Token(40),
            CallId = callId,
            CSeq = 1,
            ContentType = "application/sdp",
            Body = MediaOffer.Compose(caller.OwnPath, caller.User.Link.Host, SetupRole.Active, World.Ids.Number()),
            More = (ref SipWriter writer) =>
            {
                writer.Header(HeaderName.Contact, Contact(caller));
                writer.Header(HeaderName.AcceptContact, "*;+g.oma.sip-im");
                WriteIdentity(ref writer, caller.User);
            },
            Done = (invite, response) => OnInvited(call, invite, response),
        }.Begin();
    }

    void OnInvited(Call call, SipExchange invite, SipResponse? response)
    {
        if (response is not { IsSuccess: true })
        {
            Over(call, response is null ? invite.Missing : $"{response.Status} {response.Reason}");
            return;
        }

        var dialog = call.Caller.Dialog = LoadDialog.OfCaller(call.Caller.User, invite, response);
        dialog.Acknowledge();
        if (call.State == CallState.Over) dialog.Bye(Identity(call.Caller), static _ => { });
        else if (!MediaOffer.TryRead(response.Body, out var media, out var next)) Over(call, "an answer without MSRP");
        else if (media.Setup == SetupRole.Active) call.Caller.Remote = media;
        else Connect(call, isCaller: true, media, next);
    }

    void OnInvite(SipLink link, SipRequest invite, string callId)
    {
        var user = invite.RequestUri.User.Span;
        if (user.Length < 2 || user[0] != 'm' || !System.Buffers.Text.Utf8Parser.TryParse(user[1..], out int number, out _) || (uint)number >= Users.Length
            || (number & 1) == 0 || _current[number / 2] is not { State: CallState.Calling } call || !MediaOffer.TryRead(invite.Body, out var media, out var next))
        {
            link.Reply(invite, StatusCode.BusyHere);
            return;
        }

        var callee = call.Callee;
        var setup = media.Setup == SetupRole.Active ? SetupRole.Passive : SetupRole.Active;
        var sdp = MediaOffer.Compose(callee.OwnPath, link.Host, setup, World.Ids.Number());
        link.Reply(invite, StatusCode.Ok, (ref SipWriter writer) => writer.Header(HeaderName.Contact, Contact(callee)), "application/sdp", sdp);
        if (callee.Dialog is not null) return; // over UDP once more
        callee.Dialog = LoadDialog.OfCallee(callee.User, invite, SipLink.TagFor(invite));
        _byCallId.TryAdd(callId, (call, false));
        if (setup == SetupRole.Active) Connect(call, isCaller: false, media, next);
        else callee.Remote = media;
    }

    void Connect(Call call, bool isCaller, MsrpMedia media, IPEndPoint next)
    {
        var end = call.EndOf(isCaller);
        end.Remote = media;
        if (Options.MsrpConnections == 0) MsrpWire.Open(World, next, this, wire => Connected(call, end, wire));
        else _shared.GetOrAdd((next, end.User.Number % Options.MsrpConnections), key => new SharedWire(World, key.Item1, this)).Use(wire => Connected(call, end, wire));
    }

    void Connected(Call call, CallEnd end, MsrpWire? wire)
    {
        end.Wire = wire;
        if (wire is null) Over(call, "no MSRP connection");
        else wire.Bind("b1nd" + World.Ids.Token(40), string.Join(' ', end.Remote!.Path), end.OwnPath);
    }

    void Bound(Call call, CallEnd end)
    {
        end.IsBound = true;
        Interlocked.MemoryBarrier();
        if (!call.Caller.IsBound || !call.Callee.IsBound || !call.TryMove(CallState.Calling, CallState.Established)) return;
        if (IsMeasured(call.Intended)) Latency.Add(Nanoseconds(call.Intended));
        if (Options.Hold > 0)
        {
            Interlocked.Increment(ref _held);
            Free(call);
            End(succeeded: true);
        }
        else if (call.TryMove(CallState.Established, CallState.Leaving)) Leave(call);
    }

    void Leave(Call call) => call.Caller.Dialog!.Bye(Identity(call.Caller), response =>
    {
        if (response is not { IsSuccess: true })
        {
            Over(call, response is null ? "no answer to the BYE" : $"BYE {response.Status}");
            return;
        }

        call.Caller.HasEnded = true;
        CheckOver(call);
    });

    void CheckOver(Call call)
    {
        if (call.Caller.HasEnded && call.Callee.HasEnded) Over(call, problem: null);
    }

    void Over(Call call, string? problem)
    {
        var before = call.State;
        if (before == CallState.Over || !call.TryMove(before, CallState.Over)) return;
        _byCallId.TryRemove(call.CallId, out _);
        foreach (var end in (CallEnd[])[call.Caller, call.Callee])
        {
            _bySession.TryRemove(SessionOf(end), out _);
            if (end.Dialog is { } dialog) _byCallId.TryRemove(dialog.CallId, out _);
            if (problem is not null && !end.HasEnded) end.Dialog?.Bye(Identity(end), static _ => { });
            if (Options.MsrpConnections == 0) end.Wire?.Flow.Close(EndReason.Left);
        }

        if (Options.Hold > 0 && before != CallState.Calling) return; // it was counted when it was held
        if (problem is null) Outcomes.Add();
        else Fail(problem);
        Free(call);
        End(problem is null);
    }

    void Free(Call call)
    {
        _current[call.Caller.User.Number / 2] = null;
        _idle.Enqueue(call.Caller.User.Number / 2);
    }

    HeadersWriter Identity(CallEnd end) => (ref SipWriter writer) => WriteIdentity(ref writer, end.User);

    static string Contact(CallEnd end) => end.User.Link.ContactOf(end.User.Number) + ";+g.oma.sip-im";

    static string SessionOf(CallEnd end) => MsrpUri.TryParse(end.OwnPath, out var uri) ? uri.SessionId : end.OwnPath;
}
