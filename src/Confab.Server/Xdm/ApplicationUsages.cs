using System.Collections.Immutable;
using Confab.Server.Xdm.Usages;

namespace Confab.Server.Xdm;

/// <summary>The kinds of documents that this server knows. Another one is added here.</summary>
internal sealed class ApplicationUsages
{
    public ImmutableArray<ApplicationUsage> All { get; } = [new CapabilitiesUsage(), new ResourceListsUsage(), new GroupsUsage(), new DirectoryUsage()];

    public ApplicationUsage? Find(string auid) => All.FirstOrDefault(u => u.Auid == auid);

    /// <summary>What a stored document gives a meaning to. It was checked before it was stored.</summary>
    public ImmutableArray<string> UrisOf(Document document) =>
        Find(document.Id.Auid) is { } usage ? usage.UrisOf(XmlTree.Of(System.Text.Encoding.UTF8.GetString(document.Content.Span))) : [];
}
