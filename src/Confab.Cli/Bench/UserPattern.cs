using System.Globalization;
using Confab.Client;

namespace Confab.Cli.Bench;

/// <summary>Addresses of users by number: <c>sip:u{0}@example.com</c> is sip:u0@example.com, sip:u1@example.com and so on.</summary>
/// <param name="Text">An address with {0} for the number.</param>
sealed record UserPattern(string Text)
{
    public const string Number = "{0}";

    public static UserPattern Usual { get; } = new("sip:u{0}@example.com");

    /// <summary>What is wrong with it, if anything.</summary>
    public string? Problem => !Text.Contains(Number, StringComparison.Ordinal)
        ? $"'{Text}' has no {Number} where the number of the user goes, as in {Usual.Text}"
        : ImAddress.Problem(this[0])?.TrimEnd('.');

    public string Domain => this[0] is var first && first.IndexOf('@', StringComparison.Ordinal) is var at and >= 0 ? first[(at + 1)..] : first;

    public string this[int user] => Text.Replace(Number, user.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>The user part alone: the name that digest goes by.</summary>
    public string NameOf(int user)
    {
        var address = this[user];
        var (colon, at) = (address.IndexOf(':', StringComparison.Ordinal), address.IndexOf('@', StringComparison.Ordinal));
        return at > colon ? address[(colon + 1)..at] : address[(colon + 1)..];
    }
}
