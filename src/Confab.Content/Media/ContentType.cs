// A media type with its parameters, as Content-Type carries it (RFC 2045 5.1).
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Confab.Content.Media;

/// <summary>A media type and its parameters; type and subtype are kept in lower case.</summary>
public sealed class ContentType
{
    readonly KeyValuePair<string, string>[] _parameters;

    internal ContentType(string type, string subType, KeyValuePair<string, string>[] parameters)
    {
        Type = type;
        SubType = subType;
        _parameters = parameters;
    }

    public string Type { get; }

    public string SubType { get; }

    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out ContentType? contentType, out Fault fault) =>
        ContentTypeParser.TryParse(text, out contentType, out fault);

    /// <summary>Whether this is that type, whatever the case and the parameters of either.</summary>
    public bool Is(string mediaType)
    {
        var other = MediaRange.WithoutParameters(mediaType);
        int slash = other.IndexOf('/');
        return slash >= 0
            && other[..slash].Equals(Type, StringComparison.OrdinalIgnoreCase)
            && other[(slash + 1)..].Equals(SubType, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The value of a parameter, unquoted; the name is compared without case. The first of several wins.</summary>
    public string? Parameter(string name)
    {
        foreach (var (key, value) in _parameters)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase)) return value;
        }
        return null;
    }

    public override string ToString()
    {
        if (_parameters.Length == 0) return $"{Type}/{SubType}";
        var text = new StringBuilder().Append(Type).Append('/').Append(SubType);
        foreach (var (key, value) in _parameters)
        {
            text.Append("; ").Append(key).Append('=');
            if (Token.Is(value)) text.Append(value);
            else AppendQuoted(text, value);
        }
        return text.ToString();
    }

    static void AppendQuoted(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char c in value)
        {
            if (c is '"' or '\\') text.Append('\\');
            text.Append(c);
        }
        text.Append('"');
    }
}
