using System.Text.Json;
using Confab.Server;
using Microsoft.Extensions.Configuration;

namespace Confab.Host.Configuration;

/// <summary>
/// Reads the configuration: a JSON file, the environment, <c>--set</c>; later ones win, and a source that names any element of a
/// list replaces the whole list. Every error is collected, so that an operator mends a file once.
/// </summary>
public sealed class ServerConfiguration
{
    const string Prefix = "CONFAB__";

    readonly List<ConfigurationError> _errors = [];
    bool _usersGiven;

    ServerConfiguration()
    {
    }

    public ServerOptions Options { get; } = new();

    /// <summary>What is wrong; the options are not to be used where this is not empty.</summary>
    public IReadOnlyList<ConfigurationError> Errors => _errors;

    /// <summary>Whether the demo users were added.</summary>
    public bool HasDemoUsers { get; private set; }

    /// <summary>What the operator should find in the log about how the configuration came out.</summary>
    public string? Note { get; private set; }

    /// <summary>Reads all sources, the weakest first.</summary>
    /// <param name="file">The file of <c>--config</c>, where there is one.</param>
    /// <param name="environment">The environment; names that do not begin with <c>CONFAB__</c> are left alone.</param>
    /// <param name="settings">The arguments of <c>--set</c>, each KEY=VALUE.</param>
    public static ServerConfiguration Load(
        string? file, IEnumerable<KeyValuePair<string, string?>> environment, IReadOnlyList<string> settings)
    {
        var configuration = new ServerConfiguration();
        if (file is not null)
            configuration.ReadFile(file);
        configuration.Read("the environment", environment
            .Where(e => e.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            .Select(e => KeyValuePair.Create(e.Key[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal), e.Value)));
        configuration.Read("--set", configuration.Split(settings));
        configuration._errors.AddRange(WholeRules.Check(configuration.Options));
        if (configuration._errors.Count == 0)
            configuration.Complete(file);
        return configuration;
    }

    void ReadFile(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            Read(file, new ConfigurationBuilder().AddJsonStream(stream).Build());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _errors.Add(new("", $"the configuration file cannot be read: {e.Message}", file));
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidDataException)
        {
            _errors.Add(new("", $"not a JSON object (comments are allowed): {(e.InnerException ?? e).Message}", file));
        }
    }

    IEnumerable<KeyValuePair<string, string?>> Split(IReadOnlyList<string> settings)
    {
        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
                yield return KeyValuePair.Create<string, string?>(setting[..equals].Trim(), setting[(equals + 1)..]);
            else
                _errors.Add(new(setting, "is not KEY=VALUE, such as Sip:Listen:0=udp://127.0.0.1:5060", "--set"));
        }
    }

    void Read(string origin, IEnumerable<KeyValuePair<string, string?>> pairs)
    {
        var last = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in pairs)
            last[key] = value;
        Read(origin, new ConfigurationBuilder().AddInMemoryCollection(last).Build());
    }

    void Read(string origin, IConfigurationRoot source)
    {
        new OptionsReader(origin, _errors).Read(source, ConfigurationKey.Root, "", Options);
        _usersGiven |= source.GetSection(nameof(ServerOptions.Users)).Exists();
    }

    void Complete(string? file)
    {
        Options.Sip.ConferenceFactory ??= $"sip:conference-factory@{Options.Domain}";
        Options.Sip.Exploder ??= $"sip:im-exploder@{Options.Domain}";
        if (file is not null || _usersGiven)
            return;
        HasDemoUsers = DemoUsers.TryAdd(Options, out var note);
        Note = note;
    }
}
