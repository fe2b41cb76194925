using System.Reflection;
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Client;

/// <summary>Release version in User-Agent and Server headers.</summary>
[Clause("OMA-IM", "Release version in User-Agent and Server headers", "COM-VER-1", "COM-VER-3", "COM-VER-4", "COM-VER-5", "COM-VER-6")]
internal static class Release
{
    /// <summary>What this client says of itself: User-Agent in requests, Server in responses.</summary>
    public static string Own { get; } = "IM-client/OMA1.0 Confab/" + Version();

    /// <summary>What the peer says of itself, whole; null when it does not. Never a reason to refuse it.</summary>
    public static string? OfPeer(SipMessage message) =>
        message.TryGet(message is SipRequest ? HeaderName.UserAgent : HeaderName.Server, out var value) && !value.IsEmpty ? value.ToString() : null;

    private static string Version() =>
        typeof(Release).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
