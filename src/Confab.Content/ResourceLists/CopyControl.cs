// In which role an entry of a list receives (RFC 5364 4).
namespace Confab.Content.ResourceLists;

/// <summary>In order of precedence, the highest first; an entry without one counts as <see cref="Bcc"/>.</summary>
public enum CopyControl
{
    To,
    Cc,
    Bcc,
}
