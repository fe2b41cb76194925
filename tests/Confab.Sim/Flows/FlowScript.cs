// A flow as it was read: who plays, what the server is told beforehand, and the lines of the play in their order.
namespace Confab.Sim.Flows;

/// <summary>A conversation between cast members and <c>im</c>, the IM Server.</summary>
public sealed record FlowScript
{
    /// <summary>Path of the file, as failures name it.</summary>
    public required string Path { get; init; }

    /// <summary>The specification and the clause of the first line, e.g. <c>OMA-IM</c> and <c>7.2.1.10</c>.</summary>
    public required string Specification { get; init; }

    public required string Clause { get; init; }

    public required string Title { get; init; }

    /// <summary>Rows of the conformance matrix that this flow shows.</summary>
    public required IReadOnlyList<string> Covers { get; init; }

    public required IReadOnlyList<CastEntry> Cast { get; init; }

    /// <summary>Settings of the server: keys of <c>docs/configuration.md</c> with their values.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; }

    public required IReadOnlyDictionary<string, FlowBody> Bodies { get; init; }

    public required IReadOnlyList<FlowStep> Steps { get; init; }
}

/// <summary>One who plays.</summary>
/// <param name="Name">His user part and his name in the lines.</param>
/// <param name="IsRegistered">Whether he registers before the play.</param>
/// <param name="IsUdp">Whether he speaks SIP over UDP instead of a TCP connection.</param>
/// <param name="IsStranger">Whether the server has no account of his.</param>
/// <param name="User">The user whose device this is; he himself where nothing else is said.</param>
/// <param name="IsHidden">Whether nothing that the others are sent may name him: not his user part, his host, nor anything that he made up.</param>
public sealed record CastEntry(string Name, bool IsRegistered, bool IsUdp, bool IsStranger, string User, bool IsHidden = false);

/// <summary>A body with a name.</summary>
public sealed record FlowBody(string ContentType, string? Disposition, string Text);

/// <summary>One line of the play.</summary>
/// <param name="Line">Its number in the file.</param>
/// <param name="Text">The line, its continuations joined to it.</param>
public abstract record FlowStep(int Line, string Text);

public enum CellKind
{
    /// <summary>A header or property with this value.</summary>
    Is,

    /// <summary>One more header of that name, in a message that is sent.</summary>
    Adds,

    /// <summary>Absent where it is received, left out where it is sent.</summary>
    Absent,
}

/// <summary>What stands between two bars.</summary>
public sealed record FlowCell(CellKind Kind, string Name, string Value);

/// <summary>A message: <c>-></c> for SIP, <c>~></c> for MSRP. Sent when it comes from a cast member, expected when it comes from <c>im</c>.</summary>
/// <param name="Head">What stands before the first bar, its flags taken off: <c>INVITE sip:bob@example.com</c>, <c>486</c>, <c>SEND "Hello"</c>.</param>
/// <param name="Flags">What stood in parentheses behind it.</param>
/// <param name="Raw">The bytes themselves, of a message that is sent as it is written.</param>
public sealed record MessageStep(
    int Line, string Text, string From, string To, bool IsMsrp, string Head, IReadOnlyList<string> Flags, IReadOnlyList<FlowCell> Cells, bool IsOptional, string? Raw)
    : FlowStep(Line, Text)
{
    public bool IsExpected => From == FlowParser.Server;

    /// <summary>The cast member on the one end or the other.</summary>
    public string Member => IsExpected ? To : From;

    public bool Has(string flag) => Flags.Contains(flag, StringComparer.Ordinal);

    /// <summary>The value of a flag of two words, as in <c>(as first)</c>.</summary>
    public string? FlagValue(string flag) =>
        Flags.FirstOrDefault(f => f.StartsWith(flag + " ", StringComparison.Ordinal)) is { } found ? found[(flag.Length + 1)..].Trim() : null;

    public string? Cell(string name) => Cells.FirstOrDefault(c => c.Kind == CellKind.Is && c.Name == name)?.Value;
}

/// <summary>A connection is opened (<c>~+</c>) or closed (<c>-x</c>, <c>~x</c>); from <c>im</c> the close is expected.</summary>
public sealed record ConnectionStep(int Line, string Text, string From, string To, bool IsMsrp, bool Opens) : FlowStep(Line, Text)
{
    public bool IsExpected => From == FlowParser.Server;
}

/// <summary>A cast member stops taking what comes over its MSRP connection, or takes it again.</summary>
public sealed record ReadingStep(int Line, string Text, string Member, bool Reads) : FlowStep(Line, Text);

/// <summary>A document is stored, or deleted.</summary>
/// <param name="Auid">Of what usage.</param>
/// <param name="Name">Its name in the home directory.</param>
/// <param name="Owner">Whose it is; null for the first of the cast.</param>
/// <param name="Content">What it says; null where it is deleted.</param>
public sealed record DocumentStep(int Line, string Text, string Auid, string Name, string? Owner, string? Content) : FlowStep(Line, Text);

public enum ServerChange
{
    /// <summary>It is killed in the middle of what it does.</summary>
    Killed,

    /// <summary>It is told to stop, and has stopped.</summary>
    Stops,

    /// <summary>It runs again, with what it stored.</summary>
    Starts,
}

/// <summary>The server goes down or comes back.</summary>
public sealed record ServerStep(int Line, string Text, ServerChange Change) : FlowStep(Line, Text);

/// <summary>Time passes.</summary>
public sealed record AdvanceStep(int Line, string Text, TimeSpan By) : FlowStep(Line, Text);

/// <summary>Nothing that has not been listed has come to these.</summary>
public sealed record SilenceStep(int Line, string Text, IReadOnlyList<string> Members) : FlowStep(Line, Text);

/// <summary>Expected, in whatever order.</summary>
public sealed record UnorderedStep(int Line, string Text, IReadOnlyList<MessageStep> Expected) : FlowStep(Line, Text);
