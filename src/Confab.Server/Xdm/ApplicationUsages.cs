using System.Collections.Immutable;

namespace Confab.Server.Xdm;

/// <summary>The kinds of documents that this server knows.</summary>
internal static class ApplicationUsages
{
    public static ImmutableArray<ApplicationUsage> All { get; } = [new GroupsUsage()];

    public static ApplicationUsage? Find(string auid) => All.FirstOrDefault(u => u.Auid == auid);
}
