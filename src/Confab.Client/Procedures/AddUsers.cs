using Confab.Runtime;

namespace Confab.Client.Procedures;

/// <summary>OMA-IM 6.1.1 IM Client adds users to an ongoing ad-hoc IM Session. Flows F6 and F7.</summary>
[Clause("OMA-IM", "6.1.1", "IMC-ADD-3a", "IMC-ADD-3b", "IMC-ADD-MAX1", "IMC-ADD-MAX2", "IMC-ADD-MAX3", "IMC-ADD-NTF3")]
internal static class AddUsers
{
    public static void Start(ImSession session, IReadOnlyCollection<string> addresses, TaskCompletionSource<ReferOutcome> answer)
    {
        var options = session.Client.Options;
        var known = new HashSet<string>(StringComparer.Ordinal) { session.Client.Address.AddressKey() };
        var users = addresses.Where(address => known.Add(ImAddress.Key(address))).ToList();
        if (!session.IsPredefined && users.Count > options.MaxAdhocGroupSize)
        {
            answer.TrySetResult(new ReferOutcome(
                ReferFailure.MaxAdhocGroupSizeExceeded,
                0,
                $"An ad-hoc group has at most {options.MaxAdhocGroupSize} users, these are {users.Count}. Nobody was added."));
            return;
        }

        // 3 a), b) and 4) say what differs between one user and several.
        SendRefer.Run(session, users, ";method=INVITE", options.SuppressReferSubscription, answer);
    }
}
