using System.Collections.Immutable;
using System.Text;
using System.Xml;
using Confab.Runtime;

namespace Confab.Server.Xdm;

/// <summary>
/// A detailed conflict report, the body of a 409: one condition. RFC 4825 11.
/// </summary>
/// <param name="Condition">The name of its element.</param>
/// <param name="Phrase">For people.</param>
[Clause("RFC 4825", "11.1")]
internal sealed record XcapError(string Condition, string Phrase)
{
    public const string MimeType = "application/xcap-error+xml";
    public const string Namespace = "urn:ietf:params:xml:ns:xcap-error";

    /// <summary>Of conditions that are no part of RFC 4825: the content of extension.</summary>
    public const string ExtensionNamespace = "urn:confab:xml:xcap-error";

    /// <summary>Of no-parent: the closest ancestor that is there, relative to the XCAP root, percent-encoded.</summary>
    public string? Ancestor { get; init; }

    /// <summary>Of uniqueness-failure: the nodes whose values are not unique, and values that are free.</summary>
    public ImmutableArray<(string Field, ImmutableArray<string> Alternatives)> Exists { get; init; } = [];

    /// <summary>Of extension: the condition within it.</summary>
    public string? Extension { get; init; }

    public static XcapError NotWellFormed(string phrase) => new("not-well-formed", phrase);

    public static XcapError NotFragment(string phrase) => new("not-xml-frag", phrase);

    public static XcapError NotUtf8() => new("not-utf-8", "Documents are UTF-8.");

    public static XcapError NotAttributeValue() => new("not-xml-att-value", "The body is to be an attribute's value with its quotes, such as \"value\".");

    public static XcapError SchemaInvalid(string phrase) => new("schema-validation-error", phrase);

    public static XcapError ConstraintFailed(string phrase) => new("constraint-failure", phrase);

    public static XcapError NoParent(string? ancestor) => new("no-parent", "What it would be put into does not exist.") { Ancestor = ancestor };

    public static XcapError CannotInsert(string phrase) => new("cannot-insert", phrase);

    public static XcapError CannotDelete() => new("cannot-delete", "After the deletion the same URI would mean another node.");

    public static XcapError NotUnique(string phrase, params ImmutableArray<(string Field, ImmutableArray<string> Alternatives)> exists) =>
        new("uniqueness-failure", phrase) { Exists = exists };

    public static XcapError TooMany(string phrase) => new("extension", phrase) { Extension = "too-many-documents" };

    public byte[] Write()
    {
        using var body = new MemoryStream();
        using (var xml = XmlWriter.Create(body, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true }))
        {
            xml.WriteStartElement("xcap-error", Namespace);
            xml.WriteStartElement(Condition, Namespace);
            if (Extension is not null)
            {
                // The element itself has no phrase (RFC 4825 11.2).
                xml.WriteStartElement(Extension, ExtensionNamespace);
                xml.WriteAttributeString("phrase", Clean(Phrase));
                xml.WriteEndElement();
            }
            else
            {
                xml.WriteAttributeString("phrase", Clean(Phrase));
            }

            if (Ancestor is not null) xml.WriteElementString("ancestor", Namespace, Ancestor);
            foreach (var (field, alternatives) in Exists)
            {
                xml.WriteStartElement("exists", Namespace);
                xml.WriteAttributeString("field", field);
                foreach (var alternative in alternatives) xml.WriteElementString("alt-value", Namespace, alternative);
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return body.ToArray();
    }

    /// <summary>A phrase may quote what was sent, thus characters that no XML may hold.</summary>
    private static string Clean(string phrase) =>
        string.Concat(phrase.EnumerateRunes().Select(static r => r.IsBmp && !XmlConvert.IsXmlChar((char)r.Value) ? "\ufffd" : r.ToString()));
}
