using System.Globalization;
using System.Text.Json;
using Confab.Server;

namespace Confab.Host.Hosting;

/// <summary>
/// <c>server.json</c> in the data directory while a server runs on it: how the operator's commands reach it, and the token that proves that they
/// come from who may read that directory. A server that keeps nothing has none.
/// </summary>
/// <param name="ProcessId">Of the server.</param>
/// <param name="Http">Where it listens, <c>http://HOST:PORT</c>; null where HTTP is off.</param>
/// <param name="Token">A secret of this run.</param>
public sealed record RunFile(int ProcessId, string? Http, string Token)
{
    const string Name = "server.json";

    /// <summary>What the directory says; null where no server runs on it, as far as that tells.</summary>
    public static RunFile? Read(ServerOptions options)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(PathOf(options)));
            var root = json.RootElement;
            return new(root.GetProperty("pid").GetInt32(), root.GetProperty("http").GetString(), root.GetProperty("token").GetString() ?? "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    internal static void Write(ServerOptions options, string? http, string token)
    {
        if (IsKept(options) is false)
            return;
        Remove(options);
        var open = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            open.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new StreamWriter(PathOf(options), open);
        var where = http is null ? "null" : $"\"{JsonEncodedText.Encode(http.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal).Replace("[::]", "[::1]", StringComparison.Ordinal))}\"";
        file.WriteLine(string.Create(CultureInfo.InvariantCulture, $$"""{"pid":{{Environment.ProcessId}},"http":{{where}},"token":"{{token}}"}"""));
    }

    internal static void Remove(ServerOptions options)
    {
        try
        {
            if (IsKept(options))
                File.Delete(PathOf(options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It names a process that is gone, which who reads it sees.
        }
    }

    static bool IsKept(ServerOptions options) => !options.Storage.Provider.Equals("Memory", StringComparison.OrdinalIgnoreCase);

    static string PathOf(ServerOptions options) => Path.Combine(options.DataDirectory, Name);
}
