using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Dialog;
using Confab.Sip.Message;
using Confab.Sip.Transport;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// The 200 to a REFER (RFC 7647 5; never 202), and whether NOTIFYs follow it: not where the sender did not want them, and never for a list
/// (RFC 4488 4, RFC 5368 5).
/// </summary>
[Clause("RFC 4488", "4", "IMS-ADD-6", "IMS-ADD-7", "IMS-RBYE-2a1", "IMS-RBYE-2a2", "IMS-RBYE-2a3", "IMS-RBYE-2a4", "IMS-RNTF-2")]
internal static class AcceptRefer
{
    /// <summary>Sends it.</summary>
    /// <param name="refer">The REFER.</param>
    /// <param name="focus">Its session.</param>
    /// <param name="progress">What tells the sender of it; null where nothing is to be told.</param>
    /// <param name="accepted">Run when nothing stands in the way any more, before the answer.</param>
    /// <returns>False when it was refused after all: 400 for want of the Contact that NOTIFYs go to, 503 with as many as are served.</returns>
    public static bool TryRun(ReferReceived refer, Focus focus, out ReferProgress? progress, Action? accepted = null)
    {
        progress = null;
        var request = refer.Transaction.Request;
        var dialog = refer.Leg?.Session.Dialog;
        if (!refer.Refer.IsSilent && !refer.Targets.IsList)
        {
            if (focus.Referrals.Count >= focus.Node.World.Limits.ReferSubscriptions)
            {
                refer.Refuse(StatusCode.ServiceUnavailable, static (ref SipWriter writer) => writer.Header(HeaderName.RetryAfter, 30));
                return false;
            }

            if (dialog is null && !Dialog.HasContact(request, out _))
            {
                refer.Refuse(StatusCode.BadRequest, reason: "Missing Contact");
                return false;
            }

            // The second and later ones of a dialog are told apart by their CSeq (RFC 3515 2.4.6).
            var id = refer.Leg is { HasReferred: true } ? request.CSeq.Number.ToString(System.Globalization.CultureInfo.InvariantCulture) : null;
            dialog ??= Dialog.OfCallee(refer.Transaction, focus.Node.World.Ids.Token(40));
            progress = new ReferProgress(focus, refer.Sender, dialog, id);
        }

        accepted?.Invoke();
        if (refer.Leg is not null) refer.Leg.HasReferred = true;
        var saysFalse = refer.Refer.HasReferSub || refer.Targets.IsList;
        refer.Transaction.Respond(StatusCode.Ok, Reply.Compose(
            request,
            refer.Transaction.Flow,
            StatusCode.Ok,
            dialog?.LocalTag ?? focus.Node.World.Ids.Token(40),
            (ref SipWriter writer) =>
            {
                refer.Owner.WriteResponseHeaders(ref writer, SipMethod.Refer, StatusCode.Ok);
                writer.Header(HeaderName.Contact, focus.Contact(refer.Transaction.Flow));
                if (saysFalse) writer.Header(HeaderName.ReferSub, "false");
            }));
        return true;
    }
}
