// Whether a document follows the schema of its specification; every one that the server sends in a play is held to it (IMS-NTF-10).
using System.Xml;
using System.Xml.Schema;

namespace Confab.Sim.Flows;

/// <summary>Validates documents of one kind.</summary>
public sealed class BodySchema
{
    private readonly XmlSchemaSet _schemas = new();
    private readonly string _clause;

    private BodySchema(string file, string clause)
    {
        _clause = clause;
        using var stream = typeof(BodySchema).Assembly.GetManifestResourceStream($"Confab.Sim.Flows.{file}.xsd")!;
        using var reader = XmlReader.Create(stream);
        _schemas.Add(null, reader);
        _schemas.Compile();
    }

    public static BodySchema Conference { get; } = new("conference-info", "RFC 4575 6");

    /// <summary>Without the patches of RFC 5261, which nobody sends here.</summary>
    public static BodySchema XcapDiff { get; } = new("xcap-diff", "RFC 5874 4");

    /// <summary>The schema of a media type; null where there is none.</summary>
    public static BodySchema? Of(string? contentType) => contentType switch
    {
        "application/conference-info+xml" => Conference,
        "application/xcap-diff+xml" => XcapDiff,
        _ => null,
    };

    /// <summary>The first difference; null when it follows the schema.</summary>
    public string? Difference(string document)
    {
        string? difference = null;
        var settings = new XmlReaderSettings { ValidationType = ValidationType.Schema, Schemas = _schemas };
        settings.ValidationFlags |= XmlSchemaValidationFlags.ReportValidationWarnings; // an unknown root is but a warning
        settings.ValidationEventHandler += (_, problem) => difference ??= problem.Message;
        try
        {
            using var reader = XmlReader.Create(new StringReader(document), settings);
            while (reader.Read())
            {
                // all of it is validated by being read
            }
        }
        catch (XmlException exception)
        {
            difference ??= exception.Message;
        }

        return difference is null ? null : $"the document breaks {_clause}: {difference}";
    }
}
