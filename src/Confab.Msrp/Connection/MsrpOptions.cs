namespace Confab.Msrp;

/// <summary>What a user of the transport decides; bounds that hold for the whole program are in <c>Limits</c>.</summary>
public sealed class MsrpOptions
{
    /// <summary>The longest message that is taken, in octets; a sender of more is answered 413 (MSW-14).</summary>
    public long MaxMessageSize { get; set; } = 100 * 1024 * 1024;

    /// <summary>
    /// Octets of a chunk of an own long message after its first, which has 2048 so that a receiver can refuse early. Other messages and
    /// answers go out between two chunks.
    /// </summary>
    public int ChunkBytes { get; set; } = 8 * 1024;
}
