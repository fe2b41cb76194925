using Confab.Runtime;
using Xunit;

namespace Confab.Tests.House;

/// <summary>Every bound of <see cref="Limits"/> is enforced, and here stands what shows its boundary: a flow, or a test of that name.</summary>
public sealed class LimitsTests
{
    static readonly Dictionary<string, string> Shown = new(StringComparer.Ordinal)
    {
        [nameof(Limits.SipHeaderBytes)] = "Confab.Tests/Sip/Transport/SipTransportTests.cs",
        [nameof(Limits.SipBodyBytes)] = "Confab.Tests/Sip/Transport/SipTransportTests.cs",
        [nameof(Limits.SipHeaderCount)] = "Confab.Tests/Sip/Message/SipParserTests.cs",
        [nameof(Limits.Owners)] = "flows/rfc3261/21.5.4-too-many-owners.flow",
        [nameof(Limits.TransactionsPerOwner)] = "Confab.Tests/Sip/Transaction/ServerTransactionTests.cs",
        [nameof(Limits.MailboxLetters)] = "Confab.Tests/Msrp/Session/ReceivingTests.cs",
        [nameof(Limits.LettersPerTurn)] = "Confab.Tests/Runtime/MailboxTests.cs",
        [nameof(Limits.MsrpHeadBytes)] = "Confab.Tests/Msrp/Message/MsrpParserTests.cs",
        [nameof(Limits.QueuedBytesPerFlow)] = "Confab.Tests/Runtime/SimStreamTests.cs",
        [nameof(Limits.StalledFlowSeconds)] = "flows/rfc4975/7.1-slow-member.flow",
        [nameof(Limits.UnboundLegBytes)] = "Confab.Tests/Msrp/Session/CopyTests.cs",
        [nameof(Limits.ConnectionsPerAddress)] = "Confab.Tests/Runtime/SocketLimitsTests.cs",
        [nameof(Limits.FirstByteSeconds)] = "Confab.Tests/Runtime/SocketLimitsTests.cs",
        [nameof(Limits.IdleConnectionSeconds)] = "flows/rfc3261/18-idle-connection.flow",
        [nameof(Limits.MsrpBindSeconds)] = "flows/rfc4975/5.4-never-bound.flow",
        [nameof(Limits.InviteAnswerSeconds)] = "flows/oma-im/7.2.1-callee-never-answers.flow",
        [nameof(Limits.HeldBytesPerAddress)] = "Confab.Tests/Runtime/SocketLimitsTests.cs",
        [nameof(Limits.WholeMessageSeconds)] = "Confab.Tests/Sip/Transport/SipTransportTests.cs",
        [nameof(Limits.ConnectsUnderWay)] = "Confab.Tests/Runtime/SocketLimitsTests.cs",
        [nameof(Limits.LookupsUnderWay)] = "Confab.Tests/Runtime/SocketLimitsTests.cs",
        [nameof(Limits.AnsweredBytes)] = "Confab.Tests/Sip/Transaction/ServerTransactionTests.cs",
        [nameof(Limits.AnswersPerInvite)] = "Confab.Tests/Sip/Session/CallerTests.cs",
        [nameof(Limits.OpenMessagesPerLeg)] = "flows/rfc4975/7.3.1-open-messages.flow",
        [nameof(Limits.SessionsPerUser)] = "flows/rfc3261/21.4.24-sessions-of-one-user.flow",
        [nameof(Limits.LeavingLegsPerUser)] = "Confab.Tests/Server/Controlling/RejoinSessionTests.cs",
        [nameof(Limits.HistoryListBytes)] = "flows/oma-im/7.2.1-factory-history-too-long.flow",
        [nameof(Limits.ListEntries)] = "flows/oma-im/7.2.1-factory-list-entries.flow",
        [nameof(Limits.PageBytes)] = "flows/rfc3428/7-too-long.flow",
        [nameof(Limits.PageRecipients)] = "flows/rfc5365/7-refusals.flow",
        [nameof(Limits.PageCopiesAtOnce)] = "flows/rfc5365/7-one-after-the-other.flow",
        [nameof(Limits.PageCopiesPerSender)] = "flows/rfc3428/8-too-many.flow",
        [nameof(Limits.PageCopies)] = "flows/rfc3428/8-too-many-in-all.flow",
        [nameof(Limits.GroupMembers)] = "Confab.Tests/Server/Owners/GroupSessionTests.cs",
        [nameof(Limits.GroupParticipants)] = "flows/oma-im/7.2.1.4-as-many-as-the-server-takes.flow",
        [nameof(Limits.RosterEntries)] = "flows/oma-im/6.1.1-roster-is-full.flow",
        [nameof(Limits.ReferSubscriptions)] = "flows/rfc3515/21.5.4-too-many-waiting.flow",
        [nameof(Limits.SubscriptionsPerSession)] = "flows/oma-im/7.2.2.10-too-many-subscriptions.flow",
        [nameof(Limits.SubscriptionsPerUser)] = "flows/oma-im/7.2.2.10-too-many-subscriptions.flow",
        [nameof(Limits.NotifyBodyBytes)] = "flows/oma-im/7.2.2.10-large-roster.flow",
        [nameof(Limits.BindingsPerAddress)] = "Confab.Tests/Sip/Registration/BindingRulesTests.cs",
        [nameof(Limits.RegistersPerAddress)] = "Confab.Tests/Server/Registration/RegistrarTests.cs",
        [nameof(Limits.WrongAnswers)] = "flows/oma-im/aoia-wrong-password.flow",
        [nameof(Limits.WrongAnswerSeconds)] = "Confab.Tests/Server/General/OriginatorVerificationTests.cs",
        [nameof(Limits.WrongUsersPerAddress)] = "Confab.Tests/Server/General/WrongAnswersTests.cs",
        [nameof(Limits.WrongAnswerPairs)] = "Confab.Tests/Server/General/WrongAnswersTests.cs",
        [nameof(Limits.NoncesInUse)] = "Confab.Tests/Server/General/NonceCountsTests.cs",
        [nameof(Limits.DocumentBytes)] = "Confab.Tests/Server/Xdm/HostileXcapTests.cs",
        [nameof(Limits.DocumentDepth)] = "Confab.Tests/Server/Xdm/HostileXcapTests.cs",
        [nameof(Limits.DocumentsPerUser)] = "Confab.Tests/Server/Xdm/HostileXcapTests.cs",
        [nameof(Limits.ChangesPerHome)] = "Confab.Tests/Server/Xdm/DocumentsTests.cs",
        [nameof(Limits.DocumentReferences)] = "flows/rfc5875/4.4-refused.flow",
        [nameof(Limits.DocumentSubscriptionsPerUser)] = "flows/rfc5875/4.4-refused.flow",
        [nameof(Limits.StoreLaneRequests)] = "Confab.Tests/Runtime/StoreLaneTests.cs",
    };

    [Fact]
    public void Every_limit_has_its_boundary_shown() =>
        Assert.Equal(typeof(Limits).GetProperties().Select(p => p.Name).Order(StringComparer.Ordinal), Shown.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void What_shows_it_is_there() => Assert.All(Shown.Values, f => Assert.True(File.Exists(Path.Combine(Repository.Root, "tests", f)), f));

    [Fact]
    public void Every_limit_is_asked_somewhere()
    {
        var sources = string.Concat(Repository.Sources().Where(f => !f.EndsWith("/Limits.cs", StringComparison.Ordinal)).Select(Repository.Read));
        Assert.All(Shown.Keys, name => Assert.Contains($".{name}", sources, StringComparison.Ordinal));
    }
}
