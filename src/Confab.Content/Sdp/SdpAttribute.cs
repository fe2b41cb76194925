// One a= line (RFC 4566 5.13).
namespace Confab.Content.Sdp;

/// <summary>An attribute; a property attribute such as <c>a=sendonly</c> has no value.</summary>
public readonly record struct SdpAttribute(string Name, string? Value = null)
{
    internal static string? ValueOf(IReadOnlyList<SdpAttribute> attributes, string name)
    {
        foreach (var attribute in attributes)
        {
            if (attribute.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return attribute.Value ?? "";
        }
        return null;
    }
}
