using Confab.Runtime;

namespace Confab.Client.Procedures;

/// <summary>
/// OMA-IM 7.1.1.x IM Client removes a user from an IM Session: done with the answer, what comes of it is seen in the roster. Flow F8.
/// </summary>
[Clause("OMA-IM", "7.1.1.x", "IMC-REM-1..5", "IMC-REM-RSP", "IMC-REM-MULTI")]
internal static class RemoveUsers
{
    public static void Start(ImSession session, IReadOnlyCollection<string> addresses, TaskCompletionSource<ReferOutcome> answer)
    {
        // 1), 2), 5) REFER to the session; 3) method=BYE behind the address; 4) Refer-Sub: false
        var known = new HashSet<string>(StringComparer.Ordinal);
        var users = addresses.Where(address => known.Add(ImAddress.Key(address))).ToList();
        SendRefer.Run(session, users, ";method=BYE", isSilent: true, answer);
    }
}
