using System.Diagnostics.CodeAnalysis;
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Events;

/// <summary>What an Event header names: the package, and which of several subscriptions to it in one dialog. Both are case-sensitive.</summary>
/// <param name="Package">The event type, with its template where it has one: <c>conference</c>.</param>
/// <param name="Id">The id parameter; null where there is none.</param>
[Clause("RFC 6665", "8.2.1")]
public sealed record EventName(string Package, string? Id = null)
{
    /// <summary>The event of a SUBSCRIBE or NOTIFY; false where the header is missing or names nothing.</summary>
    public static bool TryRead(SipMessage message, [NotNullWhen(true)] out EventName? name)
    {
        name = null;
        if (!message.TryGet(HeaderName.Event, out var value)) return false;
        var semicolon = value.Span.IndexOf((byte)';');
        var package = (semicolon < 0 ? value : value.Slice(0, semicolon)).ToString().Trim();
        if (package.Length == 0) return false;
        var id = semicolon >= 0 && new Parameters(value.Slice(semicolon + 1)).TryGet("id"u8, out var text) ? text.ToString() : null;
        name = new EventName(package, id);
        return true;
    }

    public override string ToString() => Id is null ? Package : $"{Package};id={Id}";
}
