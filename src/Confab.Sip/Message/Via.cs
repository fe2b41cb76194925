namespace Confab.Sip.Message;

/// <summary>
/// One Via value: the transport, who sent it, and the parameters that responses are routed and matched by.
/// RFC 3261 20.42, 18.2; rport RFC 3581.
/// </summary>
public readonly struct Via
{
    readonly Text _text;
    readonly int _transportStart;
    readonly int _transportLength;
    readonly int _hostStart;
    readonly int _hostLength;
    readonly int _parametersStart;
    readonly ParameterRange _branch;
    readonly ParameterRange _received;
    readonly ParameterRange _rport;
    readonly ushort _port;

    Via(Text text, int transportStart, int transportLength, int hostStart, int hostLength, int port, int parametersStart, in ParameterRange branch, in ParameterRange received, in ParameterRange rport)
    {
        _text = text;
        _transportStart = transportStart;
        _transportLength = transportLength;
        _hostStart = hostStart;
        _hostLength = hostLength;
        _port = (ushort)port;
        _parametersStart = parametersStart;
        _branch = branch;
        _received = received;
        _rport = rport;
    }

    /// <summary>The whole value.</summary>
    public Text Text => _text;

    public bool IsEmpty => _text.IsEmpty;

    /// <summary>UDP, TCP, TLS, WS ... as written.</summary>
    public Text Transport => _text.Slice(_transportStart, _transportLength);

    /// <summary>Host of sent-by; an IPv6 reference keeps its brackets.</summary>
    public Text Host => _text.Slice(_hostStart, _hostLength);

    /// <summary>Port of sent-by; 0 when absent.</summary>
    public int Port => _port;

    public Text Branch => Value(_branch);

    public Text Received => Value(_received);

    /// <summary>The client asks for the answer on the port it sent from, or a server has noted that port.</summary>
    public bool HasRport => _rport.NameLength > 0;

    /// <summary>The port noted in rport; 0 when it has no (valid) value.</summary>
    public int Rport => Characters.TryNumber(Value(_rport).Span, ushort.MaxValue, out var port) ? (int)port : 0;

    public Parameters Parameters => _parametersStart == 0 ? default : new(_text.Slice(_parametersStart));

    public Text Parameter(ReadOnlySpan<byte> name) => Parameters.TryGet(name, out var value) ? value : default;

    public override string ToString() => _text.ToString();

    internal int ParametersStart => _parametersStart;

    Text Value(in ParameterRange range) => range.ValueLength == 0 ? default : _text.Slice(_parametersStart + range.ValueStart, range.ValueLength);

    public static bool TryParse(Text text, out Via via)
    {
        via = default;
        var bytes = text.Span;
        var at = Characters.SkipSpace(bytes, 0);

        // sent-protocol: name / version / transport, with white space around the slashes.
        if (!Token(bytes, ref at, out _, out _) || !Skip(bytes, ref at, (byte)'/') || !Token(bytes, ref at, out _, out _)
            || !Skip(bytes, ref at, (byte)'/') || !Token(bytes, ref at, out var transportStart, out var transportLength)
            || at == bytes.Length || !Characters.IsSpace(bytes[at]))
            return false;

        // sent-by
        at = Characters.SkipSpace(bytes, at);
        var hostStart = at;
        var hostLength = Characters.HostLength(bytes[at..]);
        at = Characters.SkipSpace(bytes, at + hostLength);
        if (hostLength == 0)
            return false;
        var port = 0;
        if (at < bytes.Length && bytes[at] == ':')
        {
            var digits = at = Characters.SkipSpace(bytes, at + 1);
            while (at < bytes.Length && Characters.IsDigit(bytes[at]))
                at++;
            if (!Characters.TryNumber(bytes[digits..at], ushort.MaxValue, out var number) || number == 0)
                return false;
            port = (int)number;
            at = Characters.SkipSpace(bytes, at);
        }

        ParameterRange branch = default, received = default, rport = default;
        var parametersStart = 0;
        if (at < bytes.Length)
        {
            if (bytes[at] != ';' || !Scan(bytes[(at + 1)..], ref branch, ref received, ref rport))
                return false;
            parametersStart = at + 1;
        }

        via = new Via(text, transportStart, transportLength, hostStart, hostLength, port, parametersStart, branch, received, rport);
        return true;
    }

    static bool Scan(ReadOnlySpan<byte> parameters, ref ParameterRange branch, ref ParameterRange received, ref ParameterRange rport)
    {
        var position = 0;
        ParameterStep step;
        while ((step = ParameterScan.Next(parameters, ref position, out var found)) == ParameterStep.Found)
        {
            if (found.NameLength == 6 && found.Is(parameters, "branch"u8))
                branch = found;
            else if (found.NameLength == 5 && found.Is(parameters, "rport"u8))
                rport = found;
            else if (found.NameLength == 8 && found.Is(parameters, "received"u8))
                received = found;
        }

        return step == ParameterStep.End && position > 0;
    }

    static bool Token(ReadOnlySpan<byte> bytes, ref int at, out int start, out int length)
    {
        start = at;
        var end = Characters.FirstNonToken(bytes[at..]);
        length = end < 0 ? bytes.Length - at : end;
        at += length;
        return length > 0;
    }

    static bool Skip(ReadOnlySpan<byte> bytes, ref int at, byte separator)
    {
        at = Characters.SkipSpace(bytes, at);
        if (at == bytes.Length || bytes[at] != separator)
            return false;
        at = Characters.SkipSpace(bytes, at + 1);
        return true;
    }
}
