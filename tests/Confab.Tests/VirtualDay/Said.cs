using Confab.Client;

namespace Confab.Tests.VirtualDay;

/// <summary>A message: who was there when it was said and has to hear it, if the switch took it.</summary>
internal sealed record Said(int Number, int Length, Seat From, DateTimeOffset At, Task<SendOutcome> Outcome, IReadOnlyList<Seat> Witnesses)
{
    /// <summary>Whether it goes in one chunk: a longer one lets others go ahead (RFC 4975 5.1).</summary>
    public bool IsShort => Length < 1500;

    public bool IsAccepted => Outcome is { IsCompletedSuccessfully: true, Result.IsSent: true };

    public override string ToString() => $"#{Number} of {From.Person.Name} in {From.Identity} at {At:HH:mm:ss.fff}";
}
