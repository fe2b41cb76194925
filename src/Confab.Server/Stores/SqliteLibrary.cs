using System.Runtime.InteropServices;
using SQLitePCL;

namespace Confab.Server.Stores;

/// <summary>
/// Which SQLite is used: the system's library where there is one, since it is newer than the bundled 3.35 and gets security updates; else
/// the bundled one.
/// </summary>
internal static class SqliteLibrary
{
    private const string System = "libsqlite3.so.0";

    private static readonly Lazy<bool> s_ready = new(Prepare);

    /// <summary>To be called before the first connection; only the first call does something.</summary>
    public static void Ready() => _ = s_ready.Value;

    private static bool Prepare()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, static (name, _, _) =>
            name == "e_sqlite3" && NativeLibrary.TryLoad(System, out var library) ? library : 0);
        Batteries_V2.Init();
        return true;
    }
}
