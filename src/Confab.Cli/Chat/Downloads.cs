using System.Globalization;

namespace Confab.Cli.Chat;

/// <summary>
/// Where content that is no text goes: files in one folder, named by this program and never by who sent them, so that nobody's message chooses
/// a path. Bounded in octets for a run of the chat.
/// </summary>
/// <param name="folder">Where; null for a new folder of the system for temporary files, that is the user's alone.</param>
/// <param name="mostOctets">How much is kept.</param>
sealed class Downloads(string? folder, long mostOctets = 1L << 30)
{
    const int Piece = 64 * 1024;

    string? _folder = folder;
    long _saved;
    int _count;

    /// <summary>Saves the content; gives the path and the octets. What does not come whole leaves no file.</summary>
    /// <exception cref="IOException">The content did not come whole, could not be written, or is more than the chat takes.</exception>
    public async Task<(string Path, long Octets)> SaveAsync(string contentType, Stream content, TimeProvider time, Action<long> told)
    {
        _folder ??= Directory.CreateTempSubdirectory("confab-").FullName;
        Directory.CreateDirectory(_folder);
        var path = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyyMMdd-HHmmss}-{++_count}{Ending(contentType)}"));
        var octets = 0L;
        try
        {
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            var buffer = new byte[Piece];
            while (await content.ReadAsync(buffer) is var read and > 0)
            {
                octets += read;
                _saved += read;
                if (_saved > mostOctets) throw new IOException($"No more than {mostOctets / (1024 * 1024)} MiB are kept in one chat.");
                await file.WriteAsync(buffer.AsMemory(0, read));
                told(octets);
            }
        }
        catch
        {
            File.Delete(path);
            throw;
        }

        return (path, octets);
    }

    static string Ending(string contentType) => contentType.Split(';')[0].Trim().ToLowerInvariant() switch
    {
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        "image/gif" => ".gif",
        "application/pdf" => ".pdf",
        "text/plain" => ".txt",
        "text/html" => ".html.txt", // to be read, not run
        _ => ".bin",
    };
}
