using System.Runtime.CompilerServices;

namespace Confab.Client;

/// <summary>Media types as a program gives them; what is none is misuse, and said before anything is sent.</summary>
internal static class MediaTypes
{
    public static void Verify(string type, [CallerArgumentExpression(nameof(type))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(type, name);
        if (!Content.Media.ContentType.TryParse(type, out _, out _)) throw new ArgumentException($"'{type}' is no media type; one looks like text/plain.", name);
    }

    /// <summary>Of what is taken: <c>*</c> is all.</summary>
    public static void Verify(IReadOnlyList<string> types, [CallerArgumentExpression(nameof(types))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(types, name);
        foreach (var type in types)
        {
            if (type != "*") Verify(type, name);
        }
    }
}
