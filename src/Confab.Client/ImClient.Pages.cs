using Confab.Client.Procedures;

namespace Confab.Client;

/// <summary>Pager mode: messages without a session.</summary>
public sealed partial class ImClient
{
    /// <summary>The pages that have been asked for and are not through.</summary>
    internal PagesUnderWay Pages { get; }

    /// <summary>Where pages to several users go; <c>im-exploder</c> at the user's domain where the options do not say.</summary>
    internal string Exploder => Options.Exploder ?? $"sip:im-exploder@{Address.Host}";

    /// <summary>Sends a text without a session to one user, or to a pre-defined group.</summary>
    /// <param name="address">To whom.</param>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">Takes it back where it still waits for one before it; after that it only stops waiting for what comes of it.</param>
    /// <exception cref="ArgumentException">This is no IM Address.</exception>
    public Task<PageOutcome> PageAsync(string address, string text, CancellationToken cancellationToken = default) =>
        PageAsync([address], Page.Of(text), cancellationToken);

    /// <summary>
    /// Sends a message without a session: to one user or pre-defined group, or to several users, which the server takes with 202. A second one to the
    /// same address waits until the first is through (RFC 3428 8).
    /// </summary>
    /// <param name="addresses">To whom; each user once, however often he is named.</param>
    /// <param name="page">The message.</param>
    /// <param name="cancellationToken">Takes it back where it still waits for one before it; after that it only stops waiting for what comes of it.</param>
    /// <exception cref="ArgumentException">One of them is no IM Address.</exception>
    public Task<PageOutcome> PageAsync(IReadOnlyCollection<string> addresses, Page page, CancellationToken cancellationToken = default)
    {
        foreach (var address in addresses) _ = ImAddress.Parse(address);
        if (page.Member is { } member) _ = ImAddress.Parse(member);
        return Ask<PageOutcome>(answer => SendPage.Start(this, addresses, page, answer), cancellationToken);
    }
}
