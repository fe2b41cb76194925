using System.Buffers;
using System.Globalization;
using Confab.Sip.Message;

namespace Confab.Cli.Bench;

/// <summary>A request of a load and what becomes of it: sent, again over UDP until it is heard, with credentials when it is asked for them.</summary>
sealed class SipExchange
{
    const int T1 = 500; // ms, RFC 3261 17.1.2.2; doubled up to
    const int T2 = 4_000;
    const int MostTries = 3;

    [ThreadStatic]
    static ArrayBufferWriter<byte>? s_scratch;

    HashSet<string>? _answered;
    byte[]? _bytes; // over UDP, until a response has come
    string _via = "";
    uint _cseq;
    long _begunAt;
    long _sentAt;
    int _interval = T1;
    int _tries;

    public required LoadUser User { get; init; }

    public required SipMethod Method { get; init; }

    public required string Uri { get; init; }

    /// <summary>URI and, in a dialog, its tag.</summary>
    public required string To { get; init; }

    public string FromTag { get; init; } = "";

    public required string CallId { get; init; }

    public IReadOnlyList<string> Route { get; init; } = [];

    /// <summary>The number of the request; 0 takes the next one of the user.</summary>
    public uint CSeq { get; init; }

    /// <summary>Headers between those of the protocol and the body.</summary>
    public HeadersWriter? More { get; init; }

    public string? ContentType { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Called once: with the final response, or with null when none came.</summary>
    public required Action<SipExchange, SipResponse?> Done { get; init; }

    /// <summary>When it should have begun; for who measures.</summary>
    public long Intended { get; init; }

    /// <summary>CSeq of the request that was answered.</summary>
    public uint LastCSeq => _cseq;

    /// <summary>Why there was no response.</summary>
    public string Missing => User.Link.IsClosed ? "the server closed the SIP connection" : "no answer";

    public void Begin()
    {
        _begunAt = User.Link.World.Time.GetTimestamp();
        Send(User.Foresee(Method, Uri));
    }

    public void OnResponse(uint number, SipResponse response)
    {
        _bytes = null;
        if (!response.IsFinal || !User.Link.Forget(number)) return;
        if (Method == SipMethod.Invite && !response.IsSuccess) Acknowledge(response);
        if (response.Status is StatusCode.Unauthorized or StatusCode.ProxyAuthenticationRequired && ++_tries < MostTries
            && User.Answer(response, Method, Uri, _answered ??= new(StringComparer.Ordinal)) is { } credentials)
        {
            Send(credentials);
            return;
        }

        Done(this, response);
    }

    public void OnLinkClosed(uint number)
    {
        if (User.Link.Forget(number)) Done(this, null);
    }

    public void Sweep(uint number, long now, TimeSpan patience)
    {
        var time = User.Link.World.Time;
        if (time.GetElapsedTime(_begunAt, now) >= patience)
        {
            OnLinkClosed(number);
            return;
        }

        if (_bytes is not { } bytes || time.GetElapsedTime(_sentAt, now).TotalMilliseconds < _interval) return;
        _interval = Method == SipMethod.Invite ? _interval * 2 : Math.Min(_interval * 2, T2);
        _sentAt = now;
        User.Link.Send(bytes);
    }

    void Send(HeadersWriter? credentials)
    {
        var link = User.Link;
        if (link.IsClosed)
        {
            Done(this, null);
            return;
        }

        var branch = link.Expect(this, out _);
        _via = string.Create(CultureInfo.InvariantCulture, $"SIP/2.0/{(link.IsReliable ? "TCP" : "UDP")} {link.SentBy};branch={branch};rport");
        _cseq = CSeq > 0 && _tries == 0 ? CSeq : CSeq > 0 ? CSeq + (uint)_tries : User.NextCSeq();
        _interval = T1;
        _sentAt = link.World.Time.GetTimestamp();
        var scratch = Compose(credentials);
        if (!link.IsReliable) _bytes = scratch.WrittenSpan.ToArray();
        link.Send(scratch.WrittenSpan);
    }

    ArrayBufferWriter<byte> Compose(HeadersWriter? credentials)
    {
        var scratch = Scratch();
        var writer = new SipWriter(scratch);
        Start(ref writer, Method, _via, To);
        writer.CSeq(_cseq, Method);
        More?.Invoke(ref writer);
        credentials?.Invoke(ref writer);
        if (ContentType is null) writer.NoBody();
        else writer.Body(System.Text.Encoding.ASCII.GetBytes(ContentType), Body.Span);
        return scratch;
    }

    /// <summary>ACK to a refusal belongs to the INVITE's transaction (RFC 3261 17.1.1.3).</summary>
    void Acknowledge(SipResponse refusal)
    {
        var scratch = Scratch();
        var writer = new SipWriter(scratch);
        Start(ref writer, SipMethod.Ack, _via, refusal.To.Text.ToString());
        writer.CSeq(_cseq, SipMethod.Ack);
        writer.NoBody();
        User.Link.Send(scratch.WrittenSpan);
    }

    void Start(ref SipWriter writer, SipMethod method, string via, string to)
    {
        writer.Request(method, Uri);
        writer.Header(HeaderName.Via, via);
        writer.Header(HeaderName.MaxForwards, 70);
        foreach (var route in Route) writer.Header(HeaderName.Route, route);
        writer.Address(HeaderName.From, User.Address, FromTag.Length > 0 ? FromTag : User.RegisterCallId);
        if (to.Contains('<', StringComparison.Ordinal)) writer.Header(HeaderName.To, to);
        else writer.Address(HeaderName.To, to, "");
        writer.Header(HeaderName.CallId, CallId);
    }

    static ArrayBufferWriter<byte> Scratch()
    {
        var scratch = s_scratch ??= new ArrayBufferWriter<byte>(4096);
        scratch.ResetWrittenCount();
        return scratch;
    }
}
