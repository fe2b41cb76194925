using System.Collections.Immutable;
using System.Xml;
using System.Xml.Schema;
using Confab.Runtime;

namespace Confab.Server.Xdm;

/// <summary>
/// What one kind of document is. A new kind is a class of its own in <c>Usages/</c>, with its schema, and a place in
/// <see cref="ApplicationUsages"/>. RFC 4825 5.
/// </summary>
[Clause("RFC 4825", "5")]
internal abstract class ApplicationUsage
{
    private XmlSchemaSet? _schemas;

    /// <summary>Application Unique ID: the first segment of the path (5.1).</summary>
    public abstract string Auid { get; }

    /// <summary>For element names without a prefix in a node selector (5.2), and of the root element.</summary>
    public abstract string DefaultNamespace { get; }

    /// <summary>Of whole documents (5.3).</summary>
    public abstract string MimeType { get; }

    public abstract string RootName { get; }

    /// <summary>The schemas of its documents, by the names of their files in <c>Schemas/</c>; none where the server makes the documents.</summary>
    public virtual ImmutableArray<string> SchemaFiles => [];

    /// <summary>The namespaces whose every element has a schema here (8.2.5, 12).</summary>
    public virtual ImmutableArray<string> KnownNamespaces => [DefaultNamespace];

    /// <summary>Whether users put documents of it into their home directories.</summary>
    public virtual bool IsWritable => true;

    /// <summary>Compiled at the first use; used by one thread at a time.</summary>
    public XmlSchemaSet Schemas => _schemas ??= Compile();

    /// <summary>The URIs of the domain that a document gives a meaning to, each in its one spelling; none where the usage has no such thing.</summary>
    public virtual ImmutableArray<string> UrisOf(XmlTree tree) => [];

    /// <summary>What of 5.3 no schema can say; null where all is well.</summary>
    public virtual XcapError? Check(XmlTree tree, UsageScope scope) => null;

    /// <summary>A document that the server makes, or finds by another name; null where there is none.</summary>
    /// <param name="uri">Where.</param>
    /// <param name="view">What it may look at.</param>
    public virtual Document? Make(XcapUri uri, UsageView view) => null;

    /// <summary>Where the documents are that <see cref="Make"/> gives a user, other than by another name; relative to the root, percent-encoded.</summary>
    public virtual IEnumerable<string> MadeFor(string user) => [];

    /// <summary>Whether a user may read a document that <see cref="Make"/> gives in the global tree: everyone by default (5.7).</summary>
    public virtual bool MayRead(Document document, string user) => true;

    private XmlSchemaSet Compile()
    {
        var schemas = new XmlSchemaSet { XmlResolver = null };
        foreach (var file in SchemaFiles)
        {
            using var stream = typeof(ApplicationUsage).Assembly.GetManifestResourceStream($"Confab.Server.Xdm.Schemas.{file}.xsd")!;
            using var reader = XmlReader.Create(stream, SafeXml.Settings());
            schemas.Add(null, reader);
        }

        schemas.Compile();
        return schemas;
    }
}

/// <summary>What a check of a document to be stored may ask.</summary>
/// <param name="Id">The document.</param>
/// <param name="Domain">Ours.</param>
/// <param name="IsTaken">Whether a URI, in its one spelling, means something else already: another document's, a user, the server itself.</param>
internal sealed record UsageScope(DocumentId Id, string Domain, Func<string, bool> IsTaken);

/// <summary>What a document that the server makes may be made of.</summary>
/// <param name="Documents">All of them.</param>
/// <param name="Usages">All of them.</param>
/// <param name="Root">The XCAP root as the client writes it: <c>http://host:port/xcap</c>.</param>
internal sealed record UsageView(Documents Documents, ApplicationUsages Usages, string Root);
