using Microsoft.Data.Sqlite;

namespace Confab.Server.Stores;

/// <summary>Says why the store cannot be used, which file it is, and what to do.</summary>
internal static class StoreProblem
{
    private const int Corrupt = 11; // SQLITE_CORRUPT
    private const int NotADatabase = 26; // SQLITE_NOTADB

    public static ServerStartException Explain(string dataDirectory, Exception exception)
    {
        var file = Path.Combine(Path.GetFullPath(dataDirectory), SqliteDatabase.FileName);
        var (what, toDo) = exception switch
        {
            NotSupportedException => ("cannot be used", ""),
            InvalidDataException or InvalidCastException or FormatException or SqliteException { SqliteErrorCode: Corrupt or NotADatabase } =>
                ("is damaged", " Restore it from a backup, or move it away: Confab then begins with an empty one."),
            _ => ("cannot be opened", " Name a folder that this user may write to."),
        };
        return new ServerStartException($"The store {file} (DataDirectory) {what}: {exception.Message.TrimEnd('.')}.{toDo}", exception);
    }
}
