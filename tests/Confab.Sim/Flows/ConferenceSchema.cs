// Whether a document follows the schema of RFC 4575 6; every one that the server sends in a play is held to it (IMS-NTF-10).
using System.Xml;
using System.Xml.Schema;

namespace Confab.Sim.Flows;

/// <summary>Validates conference-info documents.</summary>
public static class ConferenceSchema
{
    private static readonly XmlSchemaSet s_schemas = Load();

    /// <summary>The first difference; null when it follows the schema.</summary>
    public static string? Difference(string document)
    {
        string? difference = null;
        var settings = new XmlReaderSettings { ValidationType = ValidationType.Schema, Schemas = s_schemas };
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

        return difference is null ? null : $"the document breaks RFC 4575 6: {difference}";
    }

    private static XmlSchemaSet Load()
    {
        using var stream = typeof(ConferenceSchema).Assembly.GetManifestResourceStream("Confab.Sim.Flows.conference-info.xsd")!;
        using var reader = XmlReader.Create(stream);
        var schemas = new XmlSchemaSet();
        schemas.Add(null, reader);
        schemas.Compile();
        return schemas;
    }
}
