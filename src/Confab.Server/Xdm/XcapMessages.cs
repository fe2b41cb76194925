using System.Collections.Immutable;
using System.Net;

namespace Confab.Server.Xdm;

/// <summary>An HTTP request for an XCAP resource, whatever HTTP server it came by.</summary>
/// <param name="Method">As it stands in the request line.</param>
/// <param name="Target">The request target as it stands there, thus encoded.</param>
/// <param name="Remote">Where it came from.</param>
public sealed record XcapRequest(string Method, string Target, IPAddress Remote)
{
    /// <summary>The values of Authorization.</summary>
    public ImmutableArray<string> Authorization { get; init; } = [];

    public string? ContentType { get; init; }

    /// <summary>The value of If-Match, several joined by commas; null where there is none.</summary>
    public string? IfMatch { get; init; }

    /// <summary>The value of If-None-Match.</summary>
    public string? IfNoneMatch { get; init; }

    /// <summary>Scheme and authority that the client uses: <c>http://host:port</c>.</summary>
    public string Origin { get; init; } = "";

    /// <summary>At most <c>Limits.DocumentBytes</c>; a longer one is answered before (413).</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
}

/// <summary>What is answered to it.</summary>
/// <param name="Status">The HTTP status.</param>
public sealed record XcapResponse(int Status)
{
    public string? ContentType { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Without quotes.</summary>
    public string? ETag { get; init; }

    /// <summary>The path of the document in its owner's home directory, where it was found by another; percent-encoded.</summary>
    public string? ContentLocation { get; init; }

    /// <summary>Methods for Allow, with a 405.</summary>
    public string? Allow { get; init; }

    /// <summary>Values of WWW-Authenticate, with a 401.</summary>
    public ImmutableArray<string> Challenges { get; init; } = [];

    /// <summary>Seconds of Retry-After, with a 503.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>A status with a line for people.</summary>
    internal static XcapResponse Of(int status, string text) =>
        new(status) { ContentType = "text/plain; charset=utf-8", Body = System.Text.Encoding.UTF8.GetBytes(text + "\n") };

    internal static XcapResponse NotAllowed(string allow, string text) => Of(405, text) with { Allow = allow };

    internal static XcapResponse Conflict(XcapError error) => new(409) { ContentType = XcapError.MimeType, Body = error.Write() };
}
