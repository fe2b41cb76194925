using System.Xml;

namespace Confab.Server.Xdm;

/// <summary>How XML of others is read: no document type, so no entities of theirs; nothing is fetched; the size was bounded before.</summary>
internal static class SafeXml
{
    public static XmlReader Read(ReadOnlyMemory<byte> document) => XmlReader.Create(new MemoryStream(document.ToArray(), writable: false), Settings());

    public static XmlReaderSettings Settings() => new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        CheckCharacters = true,
        CloseInput = true,
    };
}
