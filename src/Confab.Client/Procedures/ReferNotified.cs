using System.Globalization;
using Confab.Content.Media;
using Confab.Content.SipFrag;
using Confab.Runtime;
using Confab.Sip.Events;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Client.Procedures;

/// <summary>NOTIFY that follows a REFER of ours: OMA-IM 6.1.1, RFC 3515 2.4.4 to 2.4.7. It is 481 where there is none, or was to be none (C-75).</summary>
[Clause("OMA-IM", "6.1.1", "IMC-ADD-NTF1..NTF3")]
internal static class ReferNotified
{
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);

    /// <summary>Whether the request is for here; then it has been answered.</summary>
    public static bool Take(ImClient client, IServerTransaction transaction)
    {
        var notify = transaction.Request;
        if (notify.Method != SipMethod.Notify || !EventName.TryRead(notify, out var name) || name.Package != "refer") return false;
        if (Find(client, notify, name) is not { } refer)
        {
            TerminatingGeneral.Refuse(client, transaction, StatusCode.CallTransactionDoesNotExist);
        }
        else if (!notify.TryGet(HeaderName.SubscriptionState, out var state) || !TryProgress(notify, out var progress))
        {
            TerminatingGeneral.Refuse(client, transaction, StatusCode.BadRequest);
        }
        else
        {
            // 1) the rules of event refer; 2) the user is shown how far it has come
            TerminatingGeneral.Respond(client, transaction, StatusCode.Ok);
            Take(refer, state, progress);
        }

        return true;
    }

    /// <summary>No NOTIFY came in its time: what came of it is not known.</summary>
    public static void Unheard(ReferUnderWay refer)
    {
        refer.Forget();
        refer.Session.Client.Tell(new ReferProgress(refer.Session, refer.Target, StatusCode.RequestTimeout, "The server does not tell what came of it.", IsFinal: true));
    }

    /// <summary>By its id, or where it has none the first in the dialog (RFC 3515 2.4.6).</summary>
    private static ReferUnderWay? Find(ImClient client, SipRequest notify, EventName name)
    {
        var (callId, tag) = (notify.CallId.ToString(), notify.ToTag.ToString());
        return client.Refers.Find(r => r.CallId == callId && r.LocalTag == tag && (name.Id is null || name.Id == r.Number.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>False for a body that is no fragment of a response; a last NOTIFY may have none.</summary>
    private static bool TryProgress(SipRequest notify, out SipFrag? progress)
    {
        progress = null;
        if (notify.Body.IsEmpty) return true;
        return ContentType.TryParse(notify.ContentType.ToString(), out var type, out _) && type.Is("message/sipfrag") && SipFrag.TryParse(notify.Body.Span, out progress, out _);
    }

    private static void Take(ReferUnderWay refer, Text state, SipFrag? progress)
    {
        var words = state.ToString().Split(';', StringSplitOptions.TrimEntries);
        var isLast = words[0].Equals("terminated", StringComparison.OrdinalIgnoreCase);
        if (progress is not null) refer.Status = progress.Status;
        var text = progress is null ? "" : progress.Warning ?? progress.Reason;
        if (isLast) refer.Forget();
        else refer.Wait(Lifetime(words) + refer.Session.Client.Transactions.Times.Patience);
        refer.Session.Client.Tell(new ReferProgress(refer.Session, refer.Target, refer.Status, text, isLast));
    }

    private static TimeSpan Lifetime(string[] words)
    {
        foreach (var word in words)
        {
            if (word.StartsWith("expires=", StringComparison.OrdinalIgnoreCase) && uint.TryParse(word.AsSpan(8), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                return TimeSpan.FromSeconds(Math.Min(seconds, s_longest.TotalSeconds));
        }

        return s_longest;
    }
}
