using System.Diagnostics.CodeAnalysis;

namespace Confab.Server.Xdm;

/// <summary>The document selector of a document that a user keeps. RFC 4825 6.2.</summary>
/// <param name="Auid">The application usage.</param>
/// <param name="Xui">Whose home directory it is in: the IM Address in its one spelling.</param>
/// <param name="Name">The rest of the path, each segment decoded.</param>
public sealed record DocumentId(string Auid, string Xui, string Name)
{
    /// <summary>Relative to the XCAP root, percent-encoded.</summary>
    [SuppressMessage("Design", "CA1056", Justification = "A path, and it is written as it stands.")]
    public string Selector => $"{Auid}/users/{XcapEscapes.Encode(Xui)}/{XcapEscapes.Encode(Name, keepSlash: true)}";

    public override string ToString() => Selector;
}
