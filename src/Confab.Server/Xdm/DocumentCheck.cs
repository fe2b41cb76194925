using System.Text;
using System.Text.Unicode;
using System.Xml;
using System.Xml.Schema;
using Confab.Runtime;

namespace Confab.Server.Xdm;

/// <summary>
/// Whether what a client sent is XML, and whether a document is what its schema says. Nothing is fetched, no document type is taken, and
/// schemas that a document names or holds are not looked at. RFC 4825 8.2.2, 8.2.5.
/// </summary>
[Clause("RFC 4825", "8.2.2")]
internal static class DocumentCheck
{
    /// <summary>The text of a body without a byte order mark; null where it is no UTF-8.</summary>
    public static string? TextOf(ReadOnlySpan<byte> body)
    {
        if (body.StartsWith("\ufeff"u8)) body = body[3..];
        return Utf8.IsValid(body) ? Encoding.UTF8.GetString(body) : null;
    }

    /// <summary>A whole document: well-formed, UTF-8 by its own word too, not too deep.</summary>
    public static XcapError? WellFormed(string text, int mostDepth)
    {
        string? encoding = null;
        if (Fault(() => Read(XmlReader.Create(new StringReader(text), SafeXml.Settings()), ref encoding), out var depth) is { } fault)
            return XcapError.NotWellFormed(fault);
        if (encoding is not null && !encoding.Equals("UTF-8", StringComparison.OrdinalIgnoreCase)) return XcapError.NotUtf8();
        return depth > mostDepth ? TooDeep(mostDepth) : null;
    }

    /// <summary>A fragment of one element with nothing but white space around it, whose prefixes are bound in it or around it.</summary>
    /// <param name="text">The fragment.</param>
    /// <param name="around">The element that it is put into; null for the document.</param>
    public static XcapError? Fragment(string text, ElementNode? around)
    {
        var names = new NameTable();
        var bound = new XmlNamespaceManager(names);
        if (around is not null)
        {
            foreach (var (prefix, ns) in around.Bindings()) bound.AddNamespace(prefix, ns);
        }

        var settings = SafeXml.Settings();
        settings.ConformanceLevel = ConformanceLevel.Fragment;
        settings.NameTable = names;
        string? none = null;
        var elements = 0;
        var other = false;
        var fault = Fault(
            () => Read(XmlReader.Create(new StringReader(text), settings, new XmlParserContext(names, bound, null, XmlSpace.None)), ref none, reader =>
            {
                if (reader.Depth > 0) return;
                if (reader.NodeType == XmlNodeType.Element) elements++;
                else if (reader.NodeType is not (XmlNodeType.EndElement or XmlNodeType.Whitespace)) other = true;
            }),
            out _);
        if (fault is not null) return XcapError.NotFragment(fault);
        return elements == 1 && !other ? null : XcapError.NotFragment("The body is to be one element and nothing else.");
    }

    /// <summary>Against the schemas of its usage; what is not well-formed after an edit shows here too.</summary>
    /// <param name="text">The document.</param>
    /// <param name="usage">Which schemas, and which namespaces are known as a whole.</param>
    /// <param name="mostDepth">Elements within one another.</param>
    [Clause("RFC 4825", "8.2.5")]
    public static XcapError? Valid(string text, ApplicationUsage usage, int mostDepth)
    {
        string? invalid = null;
        var settings = SafeXml.Settings();
        settings.ValidationType = ValidationType.Schema;
        settings.Schemas = usage.Schemas;
        settings.ValidationFlags = XmlSchemaValidationFlags.ProcessIdentityConstraints | XmlSchemaValidationFlags.AllowXmlAttributes | XmlSchemaValidationFlags.ReportValidationWarnings;
        settings.ValidationEventHandler += (sender, e) =>
        {
            // A warning is an element or attribute without a declaration where any may stand: an error only in a namespace that is known (8.2.5).
            if (e.Severity == XmlSeverityType.Warning && !(sender is XmlReader at && usage.KnownNamespaces.Contains(at.NamespaceURI))) return;
            invalid ??= string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Line {e.Exception.LineNumber}: {e.Message}");
        };
        string? none = null;
        if (Fault(() => Read(XmlReader.Create(new StringReader(text), settings), ref none), out var depth) is { } fault) return XcapError.NotWellFormed(fault);
        if (depth > mostDepth) return TooDeep(mostDepth);
        return invalid is null ? null : XcapError.SchemaInvalid(invalid);
    }

    private static XcapError TooDeep(int most) => XcapError.ConstraintFailed(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Elements are nested deeper than {most}."));

    private static string? Fault(Func<int> read, out int depth)
    {
        depth = 0;
        try
        {
            depth = read();
            return null;
        }
        catch (XmlException malformed)
        {
            return malformed.Message;
        }
    }

    /// <summary>Reads to the end; gives the depth of the deepest element, the outermost being 1.</summary>
    private static int Read(XmlReader reader, ref string? encoding, Action<XmlReader>? each = null)
    {
        using (reader)
        {
            var depth = 0;
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.XmlDeclaration) encoding = reader.GetAttribute("encoding");
                if (reader.NodeType == XmlNodeType.Element) depth = Math.Max(depth, reader.Depth + 1);
                each?.Invoke(reader);
            }

            return depth;
        }
    }
}
