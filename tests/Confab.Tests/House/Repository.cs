namespace Confab.Tests.House;

/// <summary>The checked-out tree, for the tests that read it.</summary>
static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>The C# files of <c>src/</c>, what the build generates left out.</summary>
    public static IEnumerable<string> Sources() => Files("src", "*.cs");

    /// <summary>Files below a folder of the root, as paths from the root with forward slashes.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/'))
            .Where(f => !f.Split('/').Any(part => part is "bin" or "obj"));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    // From the test program upwards, since a deterministic build does not keep the path of this file.
    static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Confab.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException("Confab.slnx is in no folder above " + AppContext.BaseDirectory);
    }
}
