using System.Text;
using Confab.Server.Xdm;
using Confab.Server.Xdm.Usages;
using Confab.Sim.Flows;
using Xunit;

namespace Confab.Tests.Server.Owners;

/// <summary>A server with the documents of groups.</summary>
internal static class GroupScene
{
    public const string Team = "sip:team@groups.example.com";

    /// <summary>Stores the document of the group team, or deletes it; what comes of it is on its way when this returns.</summary>
    /// <param name="rig">Where.</param>
    /// <param name="says">As flows have it; null to delete it.</param>
    public static void Store(this ServerRig rig, string? says)
    {
        var documents = rig.Server.Node.Documents;
        var id = new DocumentId(GroupsUsage.Id, "sip:alice@example.com", "team.xml");
        var text = says is null ? null : GroupText.Write("team", says);
        Assert.True(says is null || text is not null, says);
        documents.Change(
            id,
            _ => text is null ? null : documents.NewVersion(id, Encoding.UTF8.GetBytes(text), new GroupsUsage().UrisOf(XmlTree.Of(text))),
            static _ => { });
    }
}
