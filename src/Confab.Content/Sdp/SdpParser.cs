// Reads a session description line by line (RFC 4566 9).
// Accepted beyond the grammar: bare LF, empty lines, lines in any order after v=, missing s= and t=, spaces in the user name.
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Confab.Content.Sdp;

sealed class SdpParser
{
    internal const int MaxBytes = 64 * 1024;
    internal const int MaxLines = 512;
    internal const int MaxMedia = 32;

    readonly List<SdpAttribute> _sessionAttributes = [];
    readonly List<OpenMedia> _media = [];
    Origin? _origin;
    string _sessionName = "-";
    string? _sessionAddress;

    public bool TryParse(ReadOnlySpan<byte> body, [NotNullWhen(true)] out SessionDescription? description, out Fault fault)
    {
        description = null;
        if (body.Length > MaxBytes) return Fail("session description too long", "4.1", MaxBytes, out fault);

        var lines = new LineReader(body);
        for (int count = 0; lines.TryRead(out var line);)
        {
            if (line.IsEmpty) continue;
            if (++count > MaxLines) return Fail("too many lines", "5", lines.Start, out fault);
            if (line.ContainsAny((byte)'\r', (byte)0)) return Fail("control character in a line", "9", lines.Start, out fault);
            if (line.Length < 2 || line[1] != '=') return Fail("line is not type=value", "5", lines.Start, out fault);
            if (count == 1 && !line.SequenceEqual("v=0"u8)) return Fail("does not begin with v=0", "5.1", lines.Start, out fault);
            if (!Take((char)line[0], Encoding.UTF8.GetString(line[2..]), lines.Start, out fault)) return false;
        }
        if (_origin is not { } origin) return Fail("no origin", "5.2", body.Length, out fault);

        fault = default;
        description = new SessionDescription
        {
            Origin = origin,
            SessionName = _sessionName,
            ConnectionAddress = _sessionAddress,
            Attributes = _sessionAttributes,
            Media = _media.ConvertAll(static open => open.Close()),
        };
        return true;
    }

    bool Take(char type, string value, int offset, out Fault fault)
    {
        fault = default;
        switch (type)
        {
            case 'o' when _origin is null:
                _origin = SdpFields.Origin(value);
                return _origin is not null || Fail("malformed origin", "5.2", offset, out fault);
            case 's' when _media.Count == 0:
                _sessionName = value;
                return true;
            case 'c' when _media.Count == 0:
                _sessionAddress ??= SdpFields.Address(value);
                return true;
            case 'c':
                _media[^1].Address ??= SdpFields.Address(value);
                return true;
            case 'a':
                (_media.Count == 0 ? _sessionAttributes : _media[^1].Attributes).Add(SdpFields.Attribute(value));
                return true;
            case 'm':
                if (_media.Count == MaxMedia) return Fail("too many media lines", "5.14", offset, out fault);
                if (SdpFields.Media(value) is not { } media) return Fail("malformed media line", "5.14", offset, out fault);
                _media.Add(new OpenMedia(media));
                return true;
            default:
                return true; // i u e p b t r z k, a second o=, and types not known to us: read over (RFC 4566 5)
        }
    }

    static bool Fail(string reason, string section, int offset, out Fault fault)
    {
        fault = new Fault(reason, "RFC 4566 " + section, offset);
        return false;
    }

    sealed class OpenMedia(MediaDescription line)
    {
        public string? Address;

        public List<SdpAttribute> Attributes { get; } = [];

        public MediaDescription Close() => new()
        {
            Media = line.Media,
            Port = line.Port,
            Protocol = line.Protocol,
            Formats = line.Formats,
            ConnectionAddress = Address,
            Attributes = Attributes,
        };
    }
}
