// The sample bodies of flows F1 and F2, with the line ends of the wire.
using System.Text;

namespace Confab.Tests.Content;

static class Samples
{
    public static readonly byte[] OfferOfF1 = Wire("""
        v=0
        o=alice 3945600001 1 IN IP4 192.0.2.11
        s=-
        c=IN IP4 192.0.2.11
        t=0 0
        m=message 7654 TCP/MSRP *
        a=accept-types:message/cpim
        a=accept-wrapped-types:text/plain application/im-iscomposing+xml
        a=path:msrp://192.0.2.11:7654/kA3vQ9xT7mZp2RwL;tcp
        a=setup:actpass

        """);

    public static readonly byte[] AnswerOfF1 = Wire("""
        v=0
        o=imserv 3945600102 1 IN IP4 198.51.100.5
        s=-
        c=IN IP4 198.51.100.5
        t=0 0
        m=message 2855 TCP/MSRP *
        a=accept-types:message/cpim
        a=accept-wrapped-types:text/plain application/im-iscomposing+xml
        a=path:msrp://198.51.100.5:2855/sA8dJ4nYc1HfXe6U;tcp
        a=setup:passive

        """);

    public static readonly byte[] CpimOfF1 = Wire("""
        From: <sip:alice@example.com>
        To: <sip:bob@example.com>
        DateTime: 2025-01-15T10:00:05Z

        Content-Type: text/plain; charset=utf-8

        Hello Bob
        """);

    public static readonly byte[] OfferOfF2 = Wire("""
        v=0
        o=alice 3945600002 1 IN IP4 192.0.2.11
        s=-
        c=IN IP4 192.0.2.11
        t=0 0
        m=message 7654 TCP/MSRP *
        a=accept-types:message/cpim
        a=accept-wrapped-types:text/plain application/im-iscomposing+xml
        a=path:msrp://192.0.2.11:7654/kF2vQ9xT7mZp2RwL;tcp
        a=setup:actpass

        """);

    public static readonly byte[] ListOfF2 = Wire("""
        <?xml version="1.0" encoding="UTF-8"?>
        <resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"
            xmlns:cp="urn:ietf:params:xml:ns:copycontrol">
          <list>
            <entry uri="sip:bob@example.com" cp:copyControl="to"/>
            <entry uri="sip:carol@example.net" cp:copyControl="to"/>
          </list>
        </resource-lists>
        """);

    public static readonly byte[] MultipartOfF2 = Wire("""
        --bnd-f2
        Content-Type: application/sdp

        v=0
        o=alice 3945600002 1 IN IP4 192.0.2.11
        s=-
        c=IN IP4 192.0.2.11
        t=0 0
        m=message 7654 TCP/MSRP *
        a=accept-types:message/cpim
        a=accept-wrapped-types:text/plain application/im-iscomposing+xml
        a=path:msrp://192.0.2.11:7654/kF2vQ9xT7mZp2RwL;tcp
        a=setup:actpass

        --bnd-f2
        Content-Type: application/resource-lists+xml
        Content-Disposition: recipient-list

        <?xml version="1.0" encoding="UTF-8"?>
        <resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"
            xmlns:cp="urn:ietf:params:xml:ns:copycontrol">
          <list>
            <entry uri="sip:bob@example.com" cp:copyControl="to"/>
            <entry uri="sip:carol@example.net" cp:copyControl="to"/>
          </list>
        </resource-lists>
        --bnd-f2--

        """);

    /// <summary>Text with CRLF line ends, in UTF-8.</summary>
    public static byte[] Wire(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));

    /// <summary>Text with the line ends it has, in UTF-8.</summary>
    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] BareLf(byte[] wire) => Array.FindAll(wire, static b => b != '\r');

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
