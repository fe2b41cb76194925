using Confab.Client.Media;
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
    public Task<PageOutcome> PageAsync(string address, string text, CancellationToken cancellationToken = default)
    {
        _ = ImAddress.Parse(address);
        return PageAsync([address], Page.Of(text), cancellationToken);
    }

    /// <summary>
    /// Sends a message without a session: to one user or pre-defined group, or to several users, which the server takes with 202. A second one to the
    /// same address waits until the first is through (RFC 3428 8).
    /// </summary>
    /// <param name="addresses">To whom; each user once, however often he is named.</param>
    /// <param name="page">The message.</param>
    /// <param name="cancellationToken">Takes it back where it still waits for one before it; after that it only stops waiting for what comes of it.</param>
    /// <exception cref="ArgumentException">One of them is no IM Address, or the content of no media type.</exception>
    public Task<PageOutcome> PageAsync(IReadOnlyCollection<string> addresses, Page page, CancellationToken cancellationToken = default)
    {
        var users = ImAddress.Verify(addresses);
        ArgumentNullException.ThrowIfNull(page);
        MediaTypes.Verify(page.ContentType, nameof(page));
        if (page.Member is { } member) _ = ImAddress.Parse(member, nameof(page));
        return Ask<PageOutcome>(answer => SendPage.Start(this, users, page, answer), cancellationToken);
    }

    /// <summary>
    /// Sends one large message to a user (large message mode): a session for it alone, which ends when all of it was taken, or not. The token gives it up:
    /// the recipient is told that the rest will not come. The stream stays the caller's.
    /// </summary>
    /// <param name="address">To whom.</param>
    /// <param name="contentType">What it is, with parameters.</param>
    /// <param name="content">The content, from its present position.</param>
    /// <param name="length">How many octets of it are sent; null for all that a seekable stream has.</param>
    /// <param name="progress">Told how much was taken, of content longer than 64 KiB.</param>
    /// <param name="anonymous">Whether the recipient is not to be told who sends it; null is what <see cref="ImClientOptions.Anonymous"/> says.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>Whether it was taken; with the SIP status where the recipient refused before anything was sent (488, 480), else with that of MSRP (413, 415).</returns>
    /// <exception cref="ArgumentException">This is no IM Address or no media type, the stream cannot be read, or the length is not given and not known.</exception>
    /// <exception cref="EndOfStreamException">The stream ended before the length; what it throws itself, and what <paramref name="progress"/> throws, comes through as well.</exception>
    public Task<SendOutcome> SendLargeAsync(
        string address,
        string contentType,
        Stream content,
        long? length = null,
        IProgress<TransferProgress>? progress = null,
        bool? anonymous = null,
        CancellationToken cancellationToken = default)
    {
        _ = ImAddress.Parse(address);
        MediaTypes.Verify(contentType);
        var octets = ContentSource.Length(content, length);
        SendLargeMessage? sending = null;
        return Ask<SendOutcome>(
            answer => sending = SendLargeMessage.Start(
                this,
                address,
                contentType,
                anonymous ?? Options.Anonymous,
                (session, sent) => SendMessage.Send(session, contentType, content, octets, progress, sent),
                sent => Complete(answer, sent)),
            cancellationToken,
            () => sending?.GiveUp());
    }

    private static void Complete(TaskCompletionSource<SendOutcome> answer, Task<SendOutcome> sent)
    {
        if (sent.IsCompletedSuccessfully) answer.TrySetResult(sent.GetAwaiter().GetResult());
        else if (sent.IsFaulted) answer.TrySetException(sent.Exception!.InnerExceptions); // what the stream threw
        else answer.TrySetCanceled();
    }
}
