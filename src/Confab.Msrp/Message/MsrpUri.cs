// An MSRP URI that is kept (RFC 4975 6). On the wire's way the bytes are viewed in place instead: MsrpUriView.
using System.Text;

namespace Confab.Msrp;

/// <summary>An MSRP URI; equal to another by the rules of RFC 4975 6.1.</summary>
public sealed class MsrpUri : IEquatable<MsrpUri>
{
    /// <summary>The recommended port; never assumed, for a URI that is exchanged states its port (6).</summary>
    public const int RecommendedPort = 2855;

    private readonly byte[] _text;

    private MsrpUri(byte[] text, MsrpUriView view)
    {
        _text = text;
        IsSecure = view.IsSecure;
        Host = Encoding.ASCII.GetString(view.Host);
        Port = view.Port;
        SessionId = Encoding.ASCII.GetString(view.SessionId);
        Transport = Encoding.ASCII.GetString(view.Transport);
    }

    public bool IsSecure { get; }

    /// <summary>Host name or address, IPv6 in its brackets.</summary>
    public string Host { get; }

    /// <summary>The port, or -1 when the URI has none.</summary>
    public int Port { get; }

    public string SessionId { get; }

    public string Transport { get; }

    /// <summary>Makes the URI of a session at this side.</summary>
    public static MsrpUri Create(string host, int port, string sessionId, bool isSecure = false)
    {
        var bracketed = host.Contains(':') && host[0] != '[' ? $"[{host}]" : host;
        var text = $"{(isSecure ? "msrps" : "msrp")}://{bracketed}:{port}/{sessionId};tcp";
        return TryParse(text, out var uri) ? uri : throw new ArgumentException("These parts make no MSRP URI: " + text, nameof(host));
    }

    public static bool TryParse(ReadOnlySpan<char> text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out MsrpUri? uri)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        return TryParse(bytes, out uri);
    }

    public static bool TryParse(ReadOnlySpan<byte> text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out MsrpUri? uri)
    {
        uri = MsrpUriView.TryParse(text, out var view) ? new MsrpUri(text.ToArray(), view) : null;
        return uri is not null;
    }

    public bool Matches(ReadOnlySpan<byte> other) =>
        other.SequenceEqual(_text) || (MsrpUriView.TryParse(other, out var view) && MsrpUriView.TryParse(_text, out var mine) && mine.Matches(view));

    public bool Equals(MsrpUri? other) => other is not null && Matches(other._text);

    public override bool Equals(object? obj) => Equals(obj as MsrpUri);

    public override int GetHashCode() => HashCode.Combine(IsSecure, Port, SessionId);

    public override string ToString() => Encoding.ASCII.GetString(_text);
}
