using System.Buffers;
using Confab.Content.ConferenceInfo;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Events;

namespace Confab.Server.Procedures.Notifications;

/// <summary>Generating a NOTIFY of the conference state: OMA-IM 7.2.2.10, RFC 4575 3.6, 4.3 and 4.4. When it leaves is the notifier's affair.</summary>
[Clause("OMA-IM", "7.2.2.10", "IMS-NTF-1..4", "IMS-NTF-6..11")]
internal static class GenerateNotification
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_head;

    public static Notification Run(ConferenceSubscription subscription, NotifyKind kind)
    {
        var focus = subscription.Focus;
        var documents = focus.Subscriptions.Documents;
        if (focus.IsReleased) return Document(subscription, ElementState.Deleted, subscription.NextVersion, s_end);
        var hasNews = subscription.Told < documents.Changes.Last || subscription.NextVersion == 0;

        // Who ends it is told what he does not know yet, and nothing where there is nothing (RFC 6665 4.2.1.4).
        if (kind == NotifyKind.Last && !hasNews) return default;

        var isWhole = kind == NotifyKind.Whole || subscription.NextVersion == 0;
        var document = documents.Since(subscription.Told, isWhole);

        // A whole document that tells nothing new keeps the version of the one before (RFC 4575 5.2).
        var version = hasNews ? subscription.NextVersion++ : subscription.NextVersion - 1;
        subscription.Told = document.Reached;
        return Document(subscription, isWhole ? ElementState.Full : ElementState.Partial, version, document.Bytes.Span, document.HasMore);
    }

    private static readonly byte[] s_end = "</conference-info>\r\n"u8.ToArray();

    private static Notification Document(ConferenceSubscription subscription, ElementState state, uint version, ReadOnlySpan<byte> rest, bool hasMore = false)
    {
        var output = s_head ??= new ArrayBufferWriter<byte>(4096);
        output.ResetWrittenCount();
        ConferenceInfoWriter.Head(output, subscription.Focus.Identity(subscription.Notifier.Dialog!.Flow), state, version);
        output.Write(rest);
        return new Notification(ConferenceInfoNames.ContentType, output.WrittenSpan.ToArray(), hasMore);
    }
}
