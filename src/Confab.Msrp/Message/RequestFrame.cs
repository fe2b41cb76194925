// Requests of this side, composed into a span whose length is known first; nothing is allocated (RFC 4975 7.1).
using System.Buffers;
using Confab.Runtime;

namespace Confab.Msrp;

/// <summary>
/// A request in its parts. <c>Paths</c> is the two path lines, <c>Fields</c> the further header lines; a frame with content has the empty
/// line at the end of <c>Fields</c>, or fields and body together there and <c>Body</c> empty.
/// </summary>
[Clause("RFC 4975", "7.1", "MSW-1")]
internal readonly ref struct RequestFrame
{
    public static readonly SpanAction<byte, RequestFrame> Compose = static (target, frame) => frame.Write(target);

    private const int StartLine = 5 + TransactionId.Length + 1 + 2;

    public ulong Id { get; init; }

    public ReadOnlySpan<byte> Method { get; init; }

    public ReadOnlySpan<byte> Paths { get; init; }

    public ReadOnlySpan<byte> Fields { get; init; }

    public ReadOnlySpan<byte> Body { get; init; }

    public bool HasBody { get; init; }

    public byte Continuation { get; init; }

    public int Length =>
        StartLine + Method.Length + Paths.Length + Fields.Length + Body.Length + (HasBody ? 2 : 0) + EndLine.LengthOf(TransactionId.Length);

    public void Write(Span<byte> target)
    {
        "MSRP "u8.CopyTo(target);
        TransactionId.Write(Id, target[5..]);
        target[5 + TransactionId.Length] = (byte)' ';
        target = target[(6 + TransactionId.Length)..];
        Append(ref target, Method);
        Append(ref target, "\r\n"u8);
        Append(ref target, Paths);
        Append(ref target, Fields);
        Append(ref target, Body);
        Append(ref target, HasBody ? "\r\n-------"u8 : "-------"u8);
        TransactionId.Write(Id, target);
        target[TransactionId.Length] = Continuation;
        target[TransactionId.Length + 1] = (byte)'\r';
        target[TransactionId.Length + 2] = (byte)'\n';
    }

    internal static void Append(ref Span<byte> target, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(target);
        target = target[bytes.Length..];
    }
}
