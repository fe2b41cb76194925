using Confab.Server.Registration;
using Confab.Server.Xdm;
using Xunit;

namespace Confab.Tests.Server.Registration;

/// <summary>An account and what is its user's go together, whatever happens in between.</summary>
public sealed class AccountsTests
{
    private const string Alice = "sip:alice@example.com";
    private const string Lists = "resource-lists";
    private const string Empty = "<resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\"/>";

    [Fact]
    public void A_user_who_was_removed_has_no_documents_though_the_server_is_killed_right_then()
    {
        using var rig = Rig();
        PhoneDocuments.Put(rig, Alice, Lists, "mine", Empty);
        PhoneDocuments.Put(rig, "sip:bob@example.com", Lists, "his", Empty);
        var removing = rig.Server.Accounts.RemoveAsync(Alice);
        rig.Run(); // the account is gone, and who removes it has not been told yet
        rig.Restart();
        Assert.DoesNotContain(Alice, rig.Server.Accounts.Addresses);
        Assert.Empty(rig.Server.Node.Documents.Of(Alice));
        Assert.Single(rig.Server.Node.Documents.Of("sip:bob@example.com"));
        _ = removing.ContinueWith(static t => t.Exception, TestContext.Current.CancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>It was on its way to the disk when its owner was removed.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_document_that_is_being_stored_goes_with_its_owner_too(bool isFirst)
    {
        using var rig = Rig();
        var documents = rig.Server.Node.Documents;
        var id = new DocumentId(Lists, Alice, "late");
        rig.Lane.Hold();
        var removing = isFirst ? null : rig.Server.Accounts.RemoveAsync(Alice);
        documents.Change(id, _ => documents.NewVersion(id, System.Text.Encoding.UTF8.GetBytes(Empty), []), static _ => { });
        rig.Run();
        removing ??= rig.Server.Accounts.RemoveAsync(Alice);
        rig.Run();
        rig.Lane.Release();
        Assert.Equal(AccountOutcome.Done, PhoneDocuments.Wait(rig, removing).Outcome);
        Assert.Empty(documents.Of(Alice));
        Assert.DoesNotContain(rig.Disk.Documents.LoadDocuments(), static d => d.Id.Xui == Alice);
        rig.Restart();
        Assert.Empty(rig.Server.Node.Documents.Of(Alice));
    }

    /// <summary>Users of the configuration would come back.</summary>
    private static ServerRig Rig()
    {
        var rig = new ServerRig(static options => options.Users.RemoveAll(static u => u.Address == Alice));
        Assert.Equal(AccountOutcome.Done, PhoneDocuments.Wait(rig, rig.Server.Accounts.PutAsync(Alice, "demo", isNew: true)).Outcome);
        return rig;
    }
}
