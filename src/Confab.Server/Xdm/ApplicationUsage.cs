using System.Collections.Immutable;
using Confab.Runtime;

namespace Confab.Server.Xdm;

/// <summary>What one kind of document is. A new kind is a class of its own, named in <see cref="ApplicationUsages"/>. RFC 4825 5.</summary>
[Clause("RFC 4825", "5")]
internal abstract class ApplicationUsage
{
    /// <summary>Application Unique ID: the first segment of the path (5.1).</summary>
    public abstract string Auid { get; }

    /// <summary>For element names without a prefix in a node selector (5.2).</summary>
    public abstract string DefaultNamespace { get; }

    /// <summary>Of whole documents (5.3).</summary>
    public abstract string MimeType { get; }

    /// <summary>The URIs of the domain that a document gives a meaning to, each in its one spelling; none where the usage has no such thing.</summary>
    public virtual ImmutableArray<string> UrisOf(ReadOnlyMemory<byte> document) => [];
}
