using System.Collections;
using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Confab.Host.Configuration;

/// <summary>Puts what one source says into the options, strictly: what is not known or not allowed is an error and is left out.</summary>
sealed class OptionsReader(string origin, List<ConfigurationError> errors)
{
    public void Read(IConfiguration source, ConfigurationKey section, string path, object target)
    {
        foreach (var given in source.GetChildren())
        {
            if (section.Children!.TryGetValue(given.Key, out var key))
                key.Property!.SetValue(target, ReadKey(given, key, Join(path, key.Name), key.Property.GetValue(target)));
            else
                Unknown(Join(path, given.Key));
        }
    }

    /// <summary>What the key is now: the value given, or the one it had where what is given is wrong.</summary>
    object? ReadKey(IConfigurationSection given, ConfigurationKey key, string path, object? present)
    {
        if (key.Children is not null)
        {
            if (!string.IsNullOrEmpty(given.Value))
                Add(path, $"is a section; set one of its keys: {string.Join(", ", key.Children.Values.Select(c => c.Path))}");
            Read(given, key, path, present!);
            return present;
        }

        return key.Item is not null ? ReadList(given, key, path, present) : ReadValue(given, key, path, present);
    }

    object? ReadList(IConfigurationSection given, ConfigurationKey key, string path, object? present)
    {
        if (!string.IsNullOrEmpty(given.Value))
        {
            Add(path, $"is a list; its first element is {path}:0");
            return present;
        }

        var errorsBefore = errors.Count;
        var list = (IList)Activator.CreateInstance(key.Type)!;
        foreach (var element in given.GetChildren())
        {
            var elementPath = Join(path, element.Key);
            if (!int.TryParse(element.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                Add(elementPath, $"is not an element of a list; the first one is {path}:0");
            else if (ReadElement(element, key.Item!, elementPath) is { } value)
                list.Add(value);
        }

        return errors.Count == errorsBefore ? list : present;
    }

    object? ReadElement(IConfigurationSection element, ConfigurationKey item, string path)
    {
        if (item.Children is null)
            return ReadValue(element, item, path, present: null);
        var value = Activator.CreateInstance(item.Type)!;
        ReadKey(element, item, path, value);
        foreach (var missing in item.Children.Values.Where(k => !k.IsNullable && !element.GetChildren().Any(Names(k))))
            Add(Join(path, missing.Name), $"is missing; allowed: {Rules.For(missing).Allowed}");
        return value;
    }

    object? ReadValue(IConfigurationSection given, ConfigurationKey key, string path, object? present)
    {
        if (given.GetChildren().Any())
        {
            Add(path, "takes one value, not a list or a section");
            return present;
        }

        if (string.IsNullOrEmpty(given.Value) && key.IsNullable)
            return null;
        var value = given.Value ?? "";
        var rule = Rules.For(key);
        if (rule.Problem(ref value) is { } problem)
        {
            var shown = given.Value is null ? "null" : key.IsSecret ? "this value" : $"\"{given.Value}\"";
            Add(path, $"{shown} is not allowed{(problem.Length == 0 ? "" : ": " + problem)}; allowed: {rule.Allowed}");
            return present;
        }

        return Convert.ChangeType(value, key.Type, CultureInfo.InvariantCulture);
    }

    void Unknown(string path) => Add(path, $"unknown key; the nearest known one is {NearestKey.To(path)}");

    void Add(string path, string problem) => errors.Add(new(path, problem, origin));

    static Func<IConfigurationSection, bool> Names(ConfigurationKey key) =>
        given => string.Equals(given.Key, key.Name, StringComparison.OrdinalIgnoreCase);

    static string Join(string path, string name) => path.Length == 0 ? name : path + ":" + name;
}
