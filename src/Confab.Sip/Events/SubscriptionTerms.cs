namespace Confab.Sip.Events;

/// <summary>What a notifier grants to who subscribes.</summary>
/// <param name="DefaultSeconds">How long a subscription lasts whose SUBSCRIBE says nothing: the package's own value (RFC 6665 5.4.4).</param>
/// <param name="LeastSeconds">What is asked for less than this is refused with 423; under an hour, or nothing would be refused (RFC 6665 4.2.1.1).</param>
/// <param name="MostSeconds">What is asked for more than this is shortened to it.</param>
/// <param name="Gathering">After a change has been told, how long further ones are gathered; zero tells each at once (RFC 6665 5.4.10).</param>
public sealed record SubscriptionTerms(uint DefaultSeconds, uint LeastSeconds, uint MostSeconds, TimeSpan Gathering)
{
    /// <summary>Whether the first NOTIFY begins a gathering too, so that no two follow one another faster; else the first change is told at once.</summary>
    public bool GathersFromFirst { get; init; }

    /// <summary>
    /// Whether each NOTIFY builds upon the one before, so that one which is not taken ends the subscription; else the next one tells all.
    /// </summary>
    public bool EndsOnRefusal { get; init; }
}
