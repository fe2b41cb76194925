using Confab.Content.Media;
using Confab.Sip.Message;

namespace Confab.Server.Procedures.Notifications;

/// <summary>Whether a subscriber takes the state as its package writes it: RFC 6665 5.4.5.</summary>
internal static class AcceptedState
{
    /// <summary>No Accept means the package's own type (RFC 4575 3.4, RFC 5875 4.4).</summary>
    public static bool Includes(SipRequest subscribe, string type)
    {
        if (!subscribe.Has(HeaderName.Accept)) return true;
        var types = new List<string>();
        foreach (var accepted in subscribe.Headers(HeaderName.Accept)) types.Add(accepted.ToString());
        return AcceptList.Matches(types, type);
    }
}
