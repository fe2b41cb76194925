using System.Globalization;

namespace Confab.Host.Configuration;

/// <summary>
/// What is wrong with a value: null where nothing is, empty where there is no more to say than what is allowed.
/// A value that may be written in several ways is left in its plain one.
/// </summary>
delegate string? Problem(ref string value);

/// <summary>What a key allows, in words and in code.</summary>
sealed record Rule(string Allowed, Problem Problem)
{
    public static Rule Boolean { get; } = new("true or false", (ref string v) => bool.TryParse(v, out _) ? null : "");

    public static Rule Text { get; } = new("a text that is not empty", (ref string v) => string.IsNullOrWhiteSpace(v) ? "" : null);

    /// <summary>A whole number; the upper end is not worth a word where it is only the type's.</summary>
    public static Rule Number(long min, long max)
    {
        var allowed = max is int.MaxValue or long.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"a whole number, {min} or more")
            : string.Create(CultureInfo.InvariantCulture, $"a whole number, {min} to {max}");
        return new(allowed, (ref string v) =>
            long.TryParse(v, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) && n >= min && n <= max ? null : "");
    }

    /// <summary>A whole number, or 0 for none.</summary>
    public static Rule NumberOrZero(long min, long max)
    {
        var number = Number(min, max);
        return new(string.Create(CultureInfo.InvariantCulture, $"0, or {number.Allowed}"), (ref string v) => v.Trim() == "0" ? null : number.Problem(ref v));
    }

    /// <summary>One of a few words; the case does not matter.</summary>
    public static Rule OneOf(string[] words, string[] later) => new(string.Join(" or ", words), (ref string v) =>
    {
        var given = v;
        if (later.FirstOrDefault(w => w.Equals(given, StringComparison.OrdinalIgnoreCase)) is { } word)
            return $"{word} is a later capability";
        if (words.FirstOrDefault(w => w.Equals(given, StringComparison.OrdinalIgnoreCase)) is not { } known)
            return "";
        v = known;
        return null;
    });

    public static Rule Matching(string allowed, Func<string, bool> isAllowed) => new(allowed, (ref string v) => isAllowed(v) ? null : "");

    public static Rule Listener(string[] schemes, string[] later) =>
        new($"{string.Join(" or ", schemes.Select(s => s + "://HOST:PORT"))}, HOST an IP address or localhost, PORT 0 to 65535", (ref string v) =>
        {
            var scheme = v.Split("://")[0].ToLowerInvariant();
            if (later.Contains(scheme))
                return $"{scheme} listeners are a later capability";
            if (!ListenAddress.TryParse(v, out var address) || !schemes.Contains(address.Scheme))
                return "";
            v = address.ToString();
            return null;
        });
}
