namespace Confab.Tests.Client;

/// <summary>What the tests of large content have in common.</summary>
internal static class LargeContent
{
    /// <summary>The path of the peer.</summary>
    public const string Peer = "msrp://198.51.100.5:2855/peersession;tcp";

    /// <summary>A text in which each place can be told from its neighbours.</summary>
    public static string Letters(int length) => string.Create(length, 0, static (span, _) =>
    {
        for (var i = 0; i < span.Length; i++) span[i] = (char)('a' + (i % 23));
    });
}
