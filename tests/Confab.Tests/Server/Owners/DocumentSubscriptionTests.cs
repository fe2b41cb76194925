using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Confab.Server.Registration;
using Xunit;

namespace Confab.Tests.Server.Owners;

/// <summary>Subscriptions to documents (XDM-15): they converge whatever happens, no faster than they may, and nothing of them stays.</summary>
public sealed class DocumentSubscriptionTests
{
    private const string Lists = "resource-lists";
    private const string Empty = "<resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\"/>";

    private static readonly Dictionary<string, Action<ServerRig, PhoneDocuments>> s_ends = new()
    {
        ["unsubscribed"] = static (_, documents) => documents.Subscribe(0, hasList: false),
        ["expired"] = static (rig, _) => rig.Advance(3600),
        ["NOTIFY refused 481"] = static (rig, documents) => Fails(rig, documents, 481),
        ["NOTIFY refused 500"] = static (rig, documents) => Fails(rig, documents, 500),
        ["NOTIFY not answered"] = static (rig, documents) => Fails(rig, documents, 0),
        ["connection lost"] = static (rig, _) =>
        {
            rig.Alice.Drop();
            PhoneDocuments.Put(rig, rig.Alice.Address, Lists, "new", Empty);
            rig.Advance(60);
        },
        ["unsubscribed while a NOTIFY is not answered"] = static (rig, documents) =>
        {
            documents.AnswersAtOnce = false;
            rig.Advance(5);
            PhoneDocuments.Put(rig, rig.Alice.Address, Lists, "new", Empty);
            documents.Subscribe(0, hasList: false);
            documents.Answer();
            documents.Answer();
        },
        ["refused"] = static (_, documents) =>
        {
            documents.Subscribe(30);
            Assert.Equal(423, documents.Status);
            documents.Subscribe(0);
        },
    };

    public static TheoryData<string> Ends => [.. s_ends.Keys];

    [Theory]
    [MemberData(nameof(Ends))]
    public void However_it_ends_nothing_of_it_stays(string end)
    {
        using var rig = new ServerRig();
        rig.Rest();
        var documents = new PhoneDocuments(rig.Alice, "resource-lists/", "org.openmobilealliance.groups/global/byGroupID/sip:team@example.com");
        Assert.Equal(200, documents.Status);
        Assert.Equal(2, rig.Server.Node.Watchers.Count);
        s_ends[end](rig, documents);
        rig.AssertAtRest();
        Assert.Equal(0, rig.Server.Node.Watchers.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [SuppressMessage("Security", "CA5394", Justification = "Seeded play, not a secret")]
    public void Whatever_changes_while_NOTIFYs_are_slow_the_subscriber_ends_up_with_what_is_there(int seed)
    {
        var chance = new Random(seed);
        using var rig = new ServerRig(seed: seed, shuffles: true);
        rig.Rest();
        var documents = new PhoneDocuments(rig.Alice, "resource-lists/users/sip:alice@example.com/", "resource-lists/users/sip:alice@example.com/d1");
        for (var step = 0; step < 200; step++)
        {
            switch (chance.Next(10))
            {
                case < 4:
                    PhoneDocuments.Put(rig, rig.Alice.Address, Lists, Name(chance), string.Create(CultureInfo.InvariantCulture, $"<resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\"><list name=\"{step}\"/></resource-lists>"));
                    break;
                case < 6:
                    PhoneDocuments.Put(rig, rig.Alice.Address, Lists, Name(chance), null);
                    break;
                case 6:
                    documents.AnswersAtOnce = !documents.AnswersAtOnce;
                    documents.Answer();
                    break;
                case 7:
                    documents.Answer();
                    break;
                case 8 when documents.AnswersAtOnce:
                    documents.Subscribe(3600, hasList: chance.Next(2) == 0);
                    break;
                default:
                    rig.Advance(chance.NextDouble() * 3);
                    break;
            }
        }

        documents.AnswersAtOnce = true;
        documents.Answer();
        rig.Advance(20);
        Assert.Equal(200, documents.Status);
        Assert.Equal(PhoneDocuments.Stored(rig, rig.Alice.Address, Lists), documents.View);
        Assert.True(documents.Notifies.Count > 10);
    }

    [Fact]
    public void Changes_without_end_are_told_every_five_seconds()
    {
        using var rig = new ServerRig();
        rig.Rest();
        var documents = new PhoneDocuments(rig.Alice, "resource-lists/");
        for (var i = 0; i < 300; i++)
        {
            PhoneDocuments.Put(rig, rig.Alice.Address, Lists, "busy", string.Create(CultureInfo.InvariantCulture, $"<resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\"><list name=\"{i}\"/></resource-lists>"));
            rig.Advance(0.1);
        }

        Assert.Equal(7, documents.Notifies.Count); // the first, and six in thirty seconds
        Assert.All(documents.Times.Zip(documents.Times.Skip(1)), static t => Assert.True(t.Second - t.First >= TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void More_than_one_NOTIFY_carries_is_told_in_several_and_a_long_element_without_what_is_in_it()
    {
        using var rig = new ServerRig(static options =>
        {
            options.Limits.NotifyBodyBytes = 500;
            options.Limits.DocumentsPerUser = 50;
        });
        rig.Rest();
        for (var i = 0; i < 40; i++) PhoneDocuments.Put(rig, rig.Alice.Address, Lists, string.Create(CultureInfo.InvariantCulture, $"d{i}"), Empty);
        PhoneDocuments.Put(rig, rig.Alice.Address, Lists, "long", $"<resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\"><list name=\"{new string('n', 501)}\"/></resource-lists>");
        var documents = new PhoneDocuments(rig.Alice, "resource-lists/users/sip:alice@example.com/long/~~/*", "resource-lists/");
        Assert.True(documents.Notifies.Count > 5);
        Assert.All(documents.Notifies, static n => Assert.InRange(n.Body.Length, 1, 800));
        Assert.Contains("\r\n<element sel=\"resource-lists/users/sip:alice@example.com/long/~~/*\"/>\r\n", Encoding.UTF8.GetString(documents.Notifies[0].Body.Span), StringComparison.Ordinal);
        Assert.Equal(PhoneDocuments.Stored(rig, rig.Alice.Address, Lists), documents.View);
        var polled = new PhoneDocuments(rig.Alice, 0, "resource-lists/", "resource-lists/users/sip:alice@example.com/d1/~~/*");
        Assert.Single(polled.Notifies); // there is no second one to tell the rest by
        Assert.Equal(documents.View, polled.View);
        Assert.Contains("\r\n<element sel=\"resource-lists/users/sip:alice@example.com/d1/~~/*\"/>\r\n", Encoding.UTF8.GetString(polled.Notifies[0].Body.Span), StringComparison.Ordinal);
        foreach (var name in rig.Server.Node.Documents.Of(rig.Alice.Address).Select(static d => d.Id.Name).ToList()) PhoneDocuments.Put(rig, rig.Alice.Address, Lists, name, null);
        rig.Advance(5);
        Assert.Empty(documents.View);
    }

    /// <summary>Else who has the name next would be read by who had it before.</summary>
    [Fact]
    public void Who_is_no_user_any_more_is_told_nothing_any_more()
    {
        using var rig = new ServerRig();
        rig.Rest();
        var documents = new PhoneDocuments(rig.Alice, "resource-lists/");
        rig.Advance(5);
        PhoneDocuments.Put(rig, rig.Alice.Address, Lists, "mine", Empty);
        var removed = PhoneDocuments.Wait(rig, rig.Server.Accounts.RemoveAsync(rig.Alice.Address));
        Assert.Equal(AccountOutcome.Done, removed.Outcome);
        rig.Run();
        Assert.Equal("terminated;reason=rejected", documents.State);
        Assert.Equal(0, rig.Server.Node.Watchers.Count);
    }

    /// <summary>Whom a proxy asserts who has no account here has no documents, and hears of none.</summary>
    [Fact]
    public void Who_has_no_account_waits_for_nothing()
    {
        using var rig = new ServerRig();
        rig.Rest();
        PhoneDocuments.Put(rig, rig.Alice.Address, Lists, "mine", Empty);
        var documents = new PhoneDocuments(rig.Phone("mallory"), "/xcap/", "resource-lists/", "resource-lists/users/sip:alice@example.com/mine", "resource-lists/users/sip:mallory@example.com/x");
        Assert.Equal(200, documents.Status);
        Assert.DoesNotContain(documents.View.Keys, static sel => sel.StartsWith("resource-lists/", StringComparison.Ordinal));
    }

    private static void Fails(ServerRig rig, PhoneDocuments documents, int status)
    {
        documents.AnswersAtOnce = false;
        rig.Advance(5);
        PhoneDocuments.Put(rig, rig.Alice.Address, Lists, "new", Empty);
        if (status > 0) documents.Answer(status);
        rig.Advance(60);
        documents.Subscribe(3600);
        Assert.Equal(481, documents.Status);
    }

    [SuppressMessage("Security", "CA5394", Justification = "Seeded play, not a secret")]
    private static string Name(Random chance) => string.Create(CultureInfo.InvariantCulture, $"d{chance.Next(4)}");
}
