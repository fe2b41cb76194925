namespace Confab.Sim.Flows;

/// <summary>A flow cannot be read, or did not go as it is written; the message names the line.</summary>
public sealed class FlowFailureException(string message) : Exception(message);
