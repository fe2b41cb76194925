using Confab.Runtime;
using Confab.Server.Ports;
using Confab.Server.Xdm.Usages;
using Confab.Sip.Message;

namespace Confab.Server.Xdm;

/// <summary>What a user may read, whichever way it is told him: by GET or by NOTIFY (RFC 5875 7). Any thread may call.</summary>
[Clause("RFC 4825", "5.7")]
internal sealed class ReadableDocuments(Documents documents, IDirectory directory)
{
    public ApplicationUsages Usages { get; } = new();

    /// <summary>The IM Address that an XCAP User Identifier means; null where it is nobody's here.</summary>
    public string? AddressOf(string xui)
    {
        if (!SipUri.TryParse(Text.Of(xui), out var uri) || !uri.IsSipOrSips) return null;
        var address = uri.AddressKey();
        return IsUser(address) ? address : null;
    }

    /// <summary>Whether this is the address of an account, in its one spelling.</summary>
    public bool IsUser(string address) => directory.TryGetAccount(Account.UserOf(address), out var account) && account.Address == address;

    /// <summary>The document, whoever asks; null where there is none.</summary>
    /// <param name="uri">Where; its user identifier in the one spelling (<see cref="AddressOf"/>).</param>
    /// <param name="usage">Its usage.</param>
    /// <param name="root">The XCAP root without a slash at its end, as it is to stand in documents that the server makes.</param>
    public Document? Find(XcapUri uri, ApplicationUsage usage, string root) =>
        uri.IsGlobal || !usage.IsWritable
            ? usage.Make(uri, new UsageView(documents, Usages, root))
            : uri.Path is [var name] ? documents.Find(new DocumentId(uri.Auid, uri.Xui, name)) : null;

    /// <summary>Whether a user may read what is there: his own tree, and what the usage allows in the global one.</summary>
    public static bool IsAllowed(XcapUri uri, ApplicationUsage usage, Document document, string user) =>
        uri.IsGlobal ? usage.MayRead(document, user) : uri.Xui == user;

    /// <summary>The documents that a user has, and those that the server makes for him, by where they are; in their order.</summary>
    public IEnumerable<string> SelectorsOf(string user) =>
        documents.Of(user).Select(static d => d.Id.Selector).Concat(Usages.All.SelectMany(u => u.MadeFor(user))).Order(StringComparer.Ordinal);

    /// <summary>The identity of the group whose document stands there; null where none can.</summary>
    public static string? GroupOf(XcapUri uri) =>
        uri is { Auid: GroupsUsage.Id, IsGlobal: true, Path: ["byGroupID", var group] } ? GroupsUsage.IdentityOf(group) : null;
}
