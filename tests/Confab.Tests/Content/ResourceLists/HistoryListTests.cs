using System.Text;
using Confab.Content.ResourceLists;
using Xunit;

namespace Confab.Tests.Content.ResourceLists;

/// <summary>RFC 5364 4: what becomes of a recipient list that the recipients are shown.</summary>
public sealed class HistoryListTests
{
    [Fact]
    public void The_list_of_figure_3_becomes_that_of_figure_4()
    {
        const string figure3 = """
            <?xml version="1.0" encoding="UTF-8"?>
            <resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists" xmlns:cp="urn:ietf:params:xml:ns:copycontrol">
              <list>
                <entry uri="sip:bill@example.com" cp:copyControl="to" />
                <entry uri="sip:randy@example.net" cp:copyControl="to" cp:anonymize="true"/>
                <entry uri="sip:eddy@example.com" cp:copyControl="to" cp:anonymize="true"/>
                <entry uri="sip:joe@example.org" cp:copyControl="cc" />
                <entry uri="sip:carol@example.net" cp:copyControl="cc" cp:anonymize="true"/>
                <entry uri="sip:ted@example.net" cp:copyControl="bcc" />
                <entry uri="sip:andy@example.com" cp:copyControl="bcc" />
              </list>
            </resource-lists>
            """;
        Assert.True(ResourceListReader.TryParse(Encoding.UTF8.GetBytes(figure3), 100, out var entries, out _));
        Assert.Equal(
            [
                new("sip:bill@example.com", Copy: CopyControl.To),
                new(ResourceEntry.AnonymousUri, Copy: CopyControl.To, Count: 2),
                new("sip:joe@example.org", Copy: CopyControl.Cc),
                new(ResourceEntry.AnonymousUri, Copy: CopyControl.Cc, Count: 1),
            ],
            HistoryList.Of(entries));
    }

    [Fact]
    public void Who_does_not_say_is_seen_by_nobody() => Assert.Empty(HistoryList.Of([new("sip:bob@example.com"), new("sip:carol@example.com", Copy: CopyControl.Bcc)]));

    [Theory]
    [InlineData(null, CopyControl.Cc, CopyControl.Cc)]
    [InlineData(CopyControl.Bcc, CopyControl.To, CopyControl.To)]
    [InlineData(CopyControl.To, CopyControl.Cc, CopyControl.To)]
    [InlineData(null, null, CopyControl.Bcc)]
    public void Two_entries_for_one_count_as_the_higher(CopyControl? one, CopyControl? other, CopyControl expected) =>
        Assert.Equal(expected, HistoryList.Merge(new("sip:bob@example.com", Copy: one), new("sip:bob@example.com", Copy: other)).Copy);

    [Fact]
    public void Anonymous_in_one_entry_is_anonymous() =>
        Assert.True(HistoryList.Merge(new("sip:bob@example.com", Copy: CopyControl.To), new("sip:bob@example.com", Copy: CopyControl.To, Anonymize: true)).Anonymize);
}
