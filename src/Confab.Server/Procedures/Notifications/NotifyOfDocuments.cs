using System.Security.Cryptography;
using System.Text;
using Confab.Content.XcapDiff;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Xdm;
using Confab.Sip.Events;

namespace Confab.Server.Procedures.Notifications;

/// <summary>
/// Generating a NOTIFY of documents: RFC 5875 4.7, in its mode no-patching, to which a notifier may always fall back (4.3). What is told is the
/// difference between what the subscriber was told and what is there as the NOTIFY leaves. When it leaves is the notifier's affair.
/// </summary>
[Clause("RFC 5875", "4.7", "XDM-15", "XDM-16")]
internal static class NotifyOfDocuments
{
    /// <summary>A resource that is there and may be read.</summary>
    /// <param name="WriteNode">Writes an element or attribute; an element without what is in it, where that is to be short.</param>
    private sealed record Present(string Key, ToldResource Resource, Action<XcapDiffWriter, bool> WriteNode);

    /// <summary>Whether there is something to tell.</summary>
    public static bool HasNews(DocumentSubscription subscription)
    {
        var count = 0;
        foreach (var present in Resolve(subscription))
        {
            if (subscription.Told.GetValueOrDefault(present.Key)?.Version != present.Resource.Version) return true;
            count++;
        }

        return count < subscription.Told.Count;
    }

    public static Notification Run(DocumentSubscription subscription, NotifyKind kind)
    {
        var told = subscription.Told;
        if (kind == NotifyKind.Whole) told.Clear();
        var node = subscription.Owner.Node;
        var writer = new XcapDiffWriter(node.XcapRoot(subscription.Notifier.Dialog!.Flow) + "/");
        var present = Resolve(subscription);
        var hasMore = false;
        foreach (var (key, resource, write) in present)
        {
            var before = told.GetValueOrDefault(key);
            if (before?.Version == resource.Version) continue;
            if (hasMore = IsFull(subscription, writer)) break;
            if (resource.Target is null) writer.Document(resource.Sel, before?.Version, resource.Version);
            else write(writer, writer.Length > node.World.Limits.NotifyBodyBytes);
            told[key] = resource;
        }

        foreach (var (key, resource) in told.ExceptBy(present.Select(static p => p.Key), static t => t.Key).ToList())
        {
            if (hasMore |= IsFull(subscription, writer)) break;
            if (resource.Target is { } target) writer.Gone(resource.Sel, target == SelectorTarget.Attribute);
            else writer.Document(resource.Sel, resource.Version, null);
            told.Remove(key);
        }

        // Who ends it is told what he does not know yet, and nothing where there is nothing (RFC 6665 4.2.1.4).
        if (writer.IsEmpty && kind == NotifyKind.Last) return default;
        return new Notification(XcapDiffWriter.ContentType, writer.Finish(), hasMore, IsNothing: writer.IsEmpty);
    }

    /// <summary>What does not fit is told by the next NOTIFY; after the last there is none, so that one may be longer.</summary>
    private static bool IsFull(DocumentSubscription subscription, XcapDiffWriter writer)
    {
        var limits = subscription.Owner.Node.World.Limits;
        return writer.Length > (subscription.Notifier.State == NotifierState.Active ? limits.NotifyBodyBytes : limits.SipBodyBytes);
    }

    /// <summary>What is there of all that he asked for and may read, each once (4.7); what is not there or not his is waited for.</summary>
    private static List<Present> Resolve(DocumentSubscription subscription)
    {
        var node = subscription.Owner.Node;
        var readable = node.Readable;
        var root = node.XcapRoot(subscription.Notifier.Dialog!.Flow);
        var found = new List<Present>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var reference in subscription.References)
        {
            if (reference.Collection is null)
            {
                Take(reference);
                continue;
            }

            foreach (var selector in readable.SelectorsOf(subscription.Address).Where(reference.Holds))
            {
                if (DocumentReference.TryParse(selector, readable, out var document) is null) Take(document);
            }
        }

        return found;

        void Take(DocumentReference reference)
        {
            if (reference is not { Uri: { } uri, Usage: { } usage } || !keys.Add(reference.Key)) return;
            if (readable.Find(uri, usage, root) is not { } document || !ReadableDocuments.IsAllowed(uri, usage, document, subscription.Address)) return;
            if (reference.Node is not { } selector)
            {
                found.Add(new Present(reference.Key, new ToldResource(reference.Sel, document.ETag, null), static (_, _) => { }));
                return;
            }

            var tree = XmlTree.Of(document);
            if (selector.FindElement(tree) is { } element && OfNode(reference, selector, tree, element, node.World.Limits.NotifyBodyBytes) is { } there) found.Add(there);
        }
    }

    /// <summary>An element or attribute of a document. One that is too long for a NOTIFY is told to be there, without what is in it (4.7).</summary>
    private static Present? OfNode(DocumentReference reference, NodeSelector selector, XmlTree tree, ElementNode element, int most)
    {
        if (selector.Target == SelectorTarget.Attribute)
        {
            return selector.FindAttribute(element) is { Value: var value }
                ? new Present(reference.Key, new ToldResource(reference.Sel, VersionOf(value), selector.Target), (writer, _) => writer.Attribute(reference.Sel, value))
                : null;
        }

        var text = tree.TextOf(element);
        var bindings = element.Bindings();
        var version = VersionOf(string.Concat(bindings.Select(static b => $"{b.Key}={b.Value} ")) + text);
        return new Present(reference.Key, new ToldResource(reference.Sel, version, selector.Target), (writer, isShort) => writer.Element(reference.Sel, isShort || text.Length > most ? null : text, bindings));
    }

    private static string VersionOf(string content) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
}
