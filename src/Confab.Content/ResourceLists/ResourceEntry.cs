// One entry of a resource list with its copy control (RFC 4826 3.1, RFC 5364 4).
namespace Confab.Content.ResourceLists;

/// <summary>A resource of a list and the role in which it receives.</summary>
/// <param name="Uri">As it stands; lists are compared by the canonical form, which is the caller's business.</param>
/// <param name="Copy">Null when the list does not say, which counts as bcc (RFC 5364 4).</param>
/// <param name="Anonymize">Whether the history list shows an anonymous URI in its place.</param>
/// <param name="Count">How many equal entries this one stands for; more than 1 only for anonymous ones in a history list.</param>
public sealed record ResourceEntry(string Uri, string? DisplayName = null, CopyControl? Copy = null, bool Anonymize = false, int Count = 1)
{
    /// <summary>What stands in a history list for the entries that asked to be anonymous (RFC 5364 4).</summary>
    public const string AnonymousUri = "sip:anonymous@anonymous.invalid";
}
