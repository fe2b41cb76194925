using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Client.Procedures;

/// <summary>
/// OMA-IM 7.1.1.3 IM Client starts an ad-hoc group session: INVITE to the conference factory with the offer and the list of invitees
/// (RFC 5366). Flow F2.
/// </summary>
internal static class StartAdhocSession
{
    [Clause("OMA-IM", "7.1.1.3", "IMC-ADHOC-1..6", "XDM-17")]
    public static ImSession? Start(ImClient client, IReadOnlyCollection<string> addresses, bool anonymous, TaskCompletionSource<SessionOutcome> answer)
    {
        var invitees = WithoutDoubles(client, addresses);
        if (Problem(client, invitees) is { } problem)
        {
            answer.TrySetResult(problem);
            return null;
        }

        var session = new ImSession(client, anonymous) { IsGroup = true, Participants = invitees, Outcome = answer };
        StartSession.Begin(
            session,
            client.ConferenceFactory,
            RecipientList.SizeOf(invitees.Count),
            offer => RecipientList.Beside(client, "application/sdp", offer, invitees),
            static (ref SipWriter writer) => writer.Header(HeaderName.Require, "recipient-list-invite"));
        return session;
    }

    /// <summary>A flat list: each user once, whatever the spelling of the address, and not the user himself (IMC-ADHOC-3).</summary>
    public static List<string> WithoutDoubles(ImClient client, IReadOnlyCollection<string> addresses)
    {
        var known = new HashSet<string>(StringComparer.Ordinal) { client.Address.AddressKey() };
        return [.. addresses.Where(address => known.Add(ImAddress.Key(address)))];
    }

    private static SessionOutcome? Problem(ImClient client, List<string> invitees)
    {
        if (invitees.Count == 0)
            return new SessionOutcome(null, SessionFailure.NobodyInvited, 0, "Name at least one user beside yourself.");
        if (invitees.Count > client.Options.MaxAdhocGroupSize)
        {
            return new SessionOutcome(
                null,
                SessionFailure.MaxAdhocGroupSizeExceeded,
                0,
                $"An ad-hoc group has at most {client.Options.MaxAdhocGroupSize} invitees, these are {invitees.Count}. Nobody was invited.");
        }

        return SimultaneousSessions.Problem(client);
    }
}
