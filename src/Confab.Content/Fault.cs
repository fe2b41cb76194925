// Why a body could not be read. Peer bytes never throw: a codec returns one of these instead.
namespace Confab.Content;

/// <summary>What is wrong with a body, by which clause, and where.</summary>
/// <param name="Reason">Plain words, fit for a log line or a Warning text; never content of the message.</param>
/// <param name="Clause">The specification that says so, for example <c>RFC 3862 4.1</c>.</param>
/// <param name="Offset">Offset in what was given to the codec, in bytes (in characters for text).</param>
public readonly record struct Fault(string Reason, string Clause, int Offset);
