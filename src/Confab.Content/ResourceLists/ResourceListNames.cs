// The XML namespaces of resource lists (RFC 4826 3.2, RFC 5364 9.2).
namespace Confab.Content.ResourceLists;

static class ResourceListNames
{
    public const string Lists = "urn:ietf:params:xml:ns:resource-lists";
    public const string CopyControl = "urn:ietf:params:xml:ns:copycontrol";

    /// <summary>The wrong case of RFC 5366 figure 3, accepted and never sent (C-60a).</summary>
    public const string CopyControlMiscased = "urn:ietf:params:xml:ns:copyControl";
}
