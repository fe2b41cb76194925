using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Client.Procedures;

/// <summary>
/// OMA-IM 7.1.1.4 IM Client starts or joins the session of a pre-defined group: INVITE to the IM Group Identity with an MSRP offer and no list;
/// which of the two it is the server knows. Flows F3 and F4.
/// </summary>
internal static class JoinGroupSession
{
    /// <summary>The identity of the session is the Contact of the 200, as ever (IMC-GRP-2).</summary>
    [Clause("OMA-IM", "7.1.1.4", "IMC-GRP-1", "IMC-GRP-2")]
    public static ImSession? Start(ImClient client, string group, bool anonymous, TaskCompletionSource<SessionOutcome> answer)
    {
        if (SimultaneousSessions.Problem(client) is { } problem)
        {
            answer.TrySetResult(problem);
            return null;
        }

        var session = new ImSession(client, anonymous) { IsGroup = true, GroupIdentity = group, Outcome = answer };
        StartSession.Begin(session, group, size: 300, static offer => ("application/sdp", offer));
        return session;
    }

    /// <summary>Why there is no way in, for people: what the server says where it gives a Warning, else what the status means of a group.</summary>
    [Clause("OMA-IM", "7.1.1.4", "IMC-GRP-3")]
    public static string TextOf(SipResponse response) => response.Has(HeaderName.Warning) ? TerminatingGeneral.TextOf(response) : response.Status switch
    {
        StatusCode.Forbidden => "The rules of the group do not allow it.",
        StatusCode.NotFound => "There is no such group or session.",
        StatusCode.BusyHere => "The group is full.",
        _ => TerminatingGeneral.TextOf(response),
    };
}
