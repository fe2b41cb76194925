using System.Reflection;
using Confab.Server;

namespace Confab.Host.Configuration;

/// <summary>
/// A known key, found by reflection on <see cref="ServerOptions"/>: a section of further keys, a list, or a value.
/// The option classes are thus the only list of keys there is. A list's element has the path of the list and <c>*</c>.
/// </summary>
sealed class ConfigurationKey
{
    static readonly NullabilityInfoContext Nullability = new();

    ConfigurationKey(string path, Type type, PropertyInfo? property)
    {
        Path = path;
        Type = type;
        Property = property;
        IsNullable = property is not null && Nullability.Create(property).WriteState == NullabilityState.Nullable;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>))
            Item = new ConfigurationKey(path + ":*", type.GetGenericArguments()[0], property: null);
        else if (type.IsClass && type != typeof(string))
            Children = type.GetProperties()
                .Select(p => new ConfigurationKey(path.Length == 0 ? p.Name : path + ":" + p.Name, p.PropertyType, p))
                .ToDictionary(k => k.Name, StringComparer.OrdinalIgnoreCase);
    }

    public static ConfigurationKey Root { get; } = new("", typeof(ServerOptions), property: null);

    public string Path { get; }

    public Type Type { get; }

    /// <summary>Where the value is put; null for the root and for a list's element.</summary>
    public PropertyInfo? Property { get; }

    /// <summary>Whether the key may be without a value.</summary>
    public bool IsNullable { get; }

    /// <summary>The element, where this key is a list.</summary>
    public ConfigurationKey? Item { get; }

    /// <summary>The keys below, where this key is a section.</summary>
    public IReadOnlyDictionary<string, ConfigurationKey>? Children { get; }

    public string Name => Path[(Path.LastIndexOf(':') + 1)..];

    /// <summary>A password is never shown, not even a wrong one.</summary>
    public bool IsSecret => Name is nameof(UserOptions.Password) or nameof(StorageOptions.ConnectionString);

    /// <summary>This key and all below it, in the order they are declared.</summary>
    public IEnumerable<ConfigurationKey> All()
    {
        yield return this;
        IEnumerable<ConfigurationKey> below = Item is not null ? [Item] : Children?.Values ?? [];
        foreach (var key in below.SelectMany(k => k.All()))
            yield return key;
    }
}
