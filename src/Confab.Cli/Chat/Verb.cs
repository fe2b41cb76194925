namespace Confab.Cli.Chat;

/// <summary>A command of the chat.</summary>
/// <param name="Name">With its slash.</param>
/// <param name="Arguments">What follows it, for people.</param>
/// <param name="Does">What it does, for people.</param>
/// <param name="Run">Does it.</param>
sealed record Verb(string Name, string Arguments, string Does, Func<Conversation, string[], Task> Run)
{
    /// <summary>After so many arguments the rest of the line is one, as it was typed; null where all are words.</summary>
    public int? WordsBeforeText { get; init; }
}
