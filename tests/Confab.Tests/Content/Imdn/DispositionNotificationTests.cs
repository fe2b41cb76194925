using System.Text;
using Confab.Content.Imdn;
using Xunit;

namespace Confab.Tests.Content.Imdn;

/// <summary>RFC 5438 11: message/imdn+xml.</summary>
public sealed class DispositionNotificationTests
{
    const string OfTheRfc = """
        <?xml version="1.0" encoding="UTF-8"?>
        <imdn xmlns="urn:ietf:params:xml:ns:imdn">
              <message-id>34jk324j</message-id>
              <datetime>2008-04-04T12:16:49-05:00</datetime>
             <recipient-uri>im:bob@example.com</recipient-uri>

              <original-recipient-uri
                >im:bob@example.com</original-recipient-uri>
              <delivery-notification>
                 <status>
                    <delivered/>
                 </status>
              </delivery-notification>
            </imdn>
        """;

    static DispositionNotification Read(string xml)
    {
        Assert.True(DispositionNotification.TryParse(Encoding.UTF8.GetBytes(xml), out var read, out var fault), fault.Reason);
        return read;
    }

    static string Fault(string xml)
    {
        Assert.False(DispositionNotification.TryParse(Encoding.UTF8.GetBytes(xml), out var read, out var fault));
        Assert.Null(read);
        return fault.Reason;
    }

    static string Imdn(string content, string root = "imdn xmlns='urn:ietf:params:xml:ns:imdn'") => $"<{root}>{content}</{root.Split(' ')[0]}>";

    [Fact]
    public void RFC_5438_7_2_1_1_the_example_is_read()
    {
        var read = Read(OfTheRfc);
        Assert.Equal(("34jk324j", "2008-04-04T12:16:49-05:00"), (read.MessageId, read.DateTime));
        Assert.Equal(("im:bob@example.com", "im:bob@example.com"), (read.RecipientUri, read.OriginalRecipientUri));
        Assert.Equal((Disposition.Delivery, DispositionStatus.Delivered), (read.Disposition, read.Status));
    }

    [Theory]
    [InlineData("delivery-notification", "delivered", Disposition.Delivery, DispositionStatus.Delivered)]
    [InlineData("delivery-notification", "failed", Disposition.Delivery, DispositionStatus.Failed)]
    [InlineData("delivery-notification", "forbidden", Disposition.Delivery, DispositionStatus.Forbidden)]
    [InlineData("delivery-notification", "error", Disposition.Delivery, DispositionStatus.Error)]
    [InlineData("display-notification", "displayed", Disposition.Display, DispositionStatus.Displayed)]
    [InlineData("display-notification", "forbidden", Disposition.Display, DispositionStatus.Forbidden)]
    [InlineData("display-notification", "error", Disposition.Display, DispositionStatus.Error)]
    [InlineData("processing-notification", "processed", Disposition.Processing, DispositionStatus.Processed)]
    [InlineData("processing-notification", "stored", Disposition.Processing, DispositionStatus.Stored)]
    [InlineData("delivery-notification", "pondered", Disposition.Delivery, DispositionStatus.Other)]
    public void RFC_5438_11_1_7_every_status_is_read_and_written(string kind, string word, Disposition disposition, DispositionStatus status)
    {
        var read = Read(Imdn($"<message-id>1</message-id><datetime>then</datetime><{kind}><status><{word}/></status></{kind}>"));
        Assert.Equal((disposition, status), (read.Disposition, read.Status));
        if (status != DispositionStatus.Other) Assert.Equal(read, Read(Encoding.UTF8.GetString(read.ToBytes())));
        else Assert.Throws<InvalidOperationException>(read.ToBytes);
    }

    [Theory]
    [InlineData("<i:imdn xmlns:i='urn:ietf:params:xml:ns:imdn'><i:delivery-notification><i:status><i:delivered/></i:status></i:delivery-notification><i:message-id> 7 </i:message-id></i:imdn>")]
    [InlineData("<imdn><message-id>7</message-id><delivery-notification><status><delivered></delivered></status></delivery-notification></imdn>")]
    [InlineData("\ufeff<imdn xmlns='urn:ietf:params:xml:ns:imdn'><message-id>7</message-id><message-id>8</message-id><delivery-notification><status><delivered/><failed/></status></delivery-notification><display-notification><status><displayed/></status></display-notification></imdn>")]
    [InlineData("<imdn xmlns='urn:ietf:params:xml:ns:imdn' xmlns:x='http://www.linphone.org/xsds/imdn.xsd'><x:y><x:z>5</x:z></x:y><message-id><!-- -->&#55;</message-id><datetime/><subject>s</subject><delivery-notification><x:a/><status><x:reason code='200'>OK</x:reason><delivered/></status></delivery-notification></imdn>")]
    [InlineData("<!-- first --><imdn xmlns='urn:ietf:params:xml:ns:imdn'><?p i?><message-id><![CDATA[7]]></message-id><datetime>2025-01-15T10:00:00Z</datetime><delivery-notification><status><delivered/></status></delivery-notification></imdn>")]
    public void What_others_write_is_read(string xml) => Assert.Equal(("7", Disposition.Delivery, DispositionStatus.Delivered), (Read(xml).MessageId, Read(xml).Disposition, Read(xml).Status));

    [Theory]
    [InlineData("", "malformed XML")]
    [InlineData("delivered", "malformed XML")]
    [InlineData("<imdn xmlns='urn:x'/>", "root is not imdn")]
    [InlineData("<isComposing/>", "root is not imdn")]
    [InlineData("<imdn><delivery-notification><status><delivered/></status></delivery-notification></imdn>", "no message-id")]
    [InlineData("<imdn><message-id> </message-id><delivery-notification><status><delivered/></status></delivery-notification></imdn>", "no message-id")]
    [InlineData("<imdn><message-id>1<b/></message-id><delivery-notification><status><delivered/></status></delivery-notification></imdn>", "no message-id")]
    [InlineData("<imdn><message-id>1</message-id></imdn>", "no notification")]
    [InlineData("<imdn><message-id>1</message-id><delivery-notification><status><displayed/></status></delivery-notification></imdn>", "a status of another notification")]
    [InlineData("<imdn><message-id>1</message-id><a><b><c><d><e><f><g><h><i/></h></g></f></e></d></c></b></a></imdn>", "nested too deeply")]
    [InlineData("<imdn><message-id><b><c><d><e><f><g><h><i/></h></g></f></e></d></c></b></message-id></imdn>", "malformed XML")]
    [InlineData("<imdn><message-id>1</message-id>", "malformed XML")]
    [InlineData("<imdn><message-id>1</message-id><delivery-notification><status><delivered/></status></delivery-notification></imdn><more/>", "malformed XML")]
    [InlineData("<!DOCTYPE imdn [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><imdn><message-id>&b;</message-id></imdn>", "malformed XML")]
    [InlineData("<!DOCTYPE imdn SYSTEM 'file:///etc/passwd'><imdn/>", "malformed XML")]
    public void What_says_nothing_or_means_harm_is_a_fault(string xml, string reason) => Assert.Equal(reason, Fault(xml));

    [Fact]
    public void A_document_has_at_most_8_KiB_and_an_id_1024_characters()
    {
        Assert.Equal(1024, Read(Imdn($"<message-id>{new string('m', 1024)}</message-id><delivery-notification><status><delivered/></status></delivery-notification>")).MessageId.Length);
        Assert.Equal("no message-id", Fault(Imdn($"<message-id>{new string('m', 1025)}</message-id><delivery-notification><status><delivered/></status></delivery-notification>")));
        var rest = Imdn("<message-id>1</message-id><delivery-notification><status><delivered/></status></delivery-notification>");
        Assert.Equal("1", Read(rest + new string(' ', (8 * 1024) - rest.Length)).MessageId);
        Assert.Equal("document too long", Fault(rest + new string(' ', (8 * 1024) - rest.Length + 1)));
        Assert.False(DispositionNotification.TryParse([.. Encoding.UTF8.GetBytes("<imdn><message-id>"), 0xff, .. Encoding.UTF8.GetBytes("</message-id></imdn>")], out _, out var fault));
        Assert.Equal("not UTF-8", fault.Reason);
    }

    /// <summary>The schema: message-id, datetime, then both URIs or neither, then the notification (11.1.9).</summary>
    [Fact]
    public void RFC_5438_11_1_9_what_is_written_is_in_the_order_of_the_schema_and_escaped()
    {
        var one = new DispositionNotification("a<b>&\"", "2025-01-15T10:00:00Z", Disposition.Display, DispositionStatus.Displayed) { OriginalRecipientUri = "sip:b&b@example.com" };
        var text = Encoding.UTF8.GetString(one.ToBytes());
        Assert.Equal(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<imdn xmlns=\"urn:ietf:params:xml:ns:imdn\"><message-id>a&lt;b&gt;&amp;&quot;</message-id><datetime>2025-01-15T10:00:00Z</datetime>"
            + "<recipient-uri>sip:b&amp;b@example.com</recipient-uri><original-recipient-uri>sip:b&amp;b@example.com</original-recipient-uri>"
            + "<display-notification><status><displayed/></status></display-notification></imdn>",
            text);
        Assert.Equal(one with { RecipientUri = one.OriginalRecipientUri }, Read(text));
        var plain = new DispositionNotification("1\u0001\ufffe", "", Disposition.Delivery, DispositionStatus.Error);
        Assert.DoesNotContain("recipient-uri", Encoding.UTF8.GetString(plain.ToBytes()), StringComparison.Ordinal);
        Assert.Equal("1\ufffd\ufffd", Read(Encoding.UTF8.GetString(plain.ToBytes())).MessageId);
        Assert.Throws<InvalidOperationException>((plain with { Status = DispositionStatus.Displayed }).ToBytes);
    }

    [Fact]
    [Trait("Category", "Fuzz")]
    public void Hostile_documents_end_in_a_value_or_a_fault_and_what_was_read_can_be_written()
    {
        var accepted = 0;
        foreach (var input in Mutation.Of(Encoding.UTF8.GetBytes(OfTheRfc), seed: 5438))
        {
            if (!DispositionNotification.TryParse(input, out var read, out var fault))
            {
                Assert.NotEmpty(fault.Reason);
                continue;
            }

            accepted++;
            Assert.InRange(read.MessageId.Length, 1, 1024);
            if (read.Status != DispositionStatus.Other) Assert.True(DispositionNotification.TryParse(read.ToBytes(), out _, out _));
        }

        Assert.InRange(accepted, 1, Mutation.Inputs - 1);
    }
}
