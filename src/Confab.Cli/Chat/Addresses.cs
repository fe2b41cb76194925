using Confab.Client;

namespace Confab.Cli.Chat;

/// <summary>Addresses as people type them: <c>bob</c> is a user of one's own domain, <c>bob@example.net</c> lacks the scheme alone.</summary>
static class Addresses
{
    /// <summary>The whole address; null when it is none.</summary>
    public static string? Complete(string typed, string? domain)
    {
        var whole = typed.Contains(':', StringComparison.Ordinal) ? typed
            : typed.Contains('@', StringComparison.Ordinal) ? $"sip:{typed}"
            : domain is null ? typed
            : $"sip:{typed}@{domain}";
        return ImAddress.IsValid(whole) ? whole : null;
    }

    /// <summary>Why <see cref="Complete"/> takes it for no address.</summary>
    public static string Problem(string typed) => typed.StartsWith("sips:", StringComparison.OrdinalIgnoreCase)
        ? $"'{typed}' asks for TLS, which is a later capability; one without it looks like bob or sip:bob@example.com."
        : $"'{typed}' is no address; one looks like bob or sip:bob@example.com.";

    /// <summary>What follows the user in an address.</summary>
    public static string DomainOf(string address) => address[(address.IndexOf('@', StringComparison.Ordinal) + 1)..].Split(';', '?')[0];

    /// <summary>The user alone where that says who it is: for the eye.</summary>
    public static string Short(string address)
    {
        var at = address.IndexOf('@', StringComparison.Ordinal);
        var colon = address.IndexOf(':', StringComparison.Ordinal);
        return at > colon + 1 ? address[(colon + 1)..at] : address;
    }
}
