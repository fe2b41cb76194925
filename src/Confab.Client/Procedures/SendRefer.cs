using System.Buffers;
using Confab.Content.ResourceLists;
using Confab.Runtime;
using Confab.Sip.Dialog;
using Confab.Sip.Message;
using Confab.Sip.Session;

namespace Confab.Client.Procedures;

/// <summary>What adding and removing users have in common: the REFER to the IM Session Identity, for one user or for a list (RFC 3515 2, RFC 5368 7).</summary>
[Clause("OMA-IM", "6.1.1", "IMC-ADD-1", "IMC-ADD-2", "IMC-ADD-3", "IMC-ADD-4", "IMC-ADD-4a", "IMC-ADD-4b", "IMC-ADD-4c", "IMC-ADD-4d", "IMC-ADD-5", "IMC-ADD-6", "IMC-ADD-RSP", "IMC-ADD-N2", "IMC-GEN-6")]
internal static class SendRefer
{
    private const int OctetsOfEntry = 80;
    private const int MostUnderWay = 1_000; // a script that adds users one by one, with all of them ringing

    /// <summary>Sends it; one for a list, and one for each user where the server knows no lists (420).</summary>
    /// <param name="session">The session.</param>
    /// <param name="users">Their addresses, each once.</param>
    /// <param name="parameter">What says the method, behind each address.</param>
    /// <param name="isSilent">Whether no NOTIFY is wanted; always so for a list (RFC 5368 5).</param>
    /// <param name="answer">Told what came of it.</param>
    public static void Run(ImSession session, IReadOnlyList<string> users, string parameter, bool isSilent, TaskCompletionSource<ReferOutcome> answer)
    {
        if (Problem(session, users) is { } problem) answer.TrySetResult(problem);
        else if (users.Count == 1) SendOne(session, users[0], parameter, isSilent, outcome => answer.TrySetResult(outcome));
        else Send(session, users, parameter, isSilent: true, underWay: null, (status, response) =>
        {
            if (status == StatusCode.BadExtension) SendOneByOne(session, users, parameter, isSilent, answer);
            else answer.TrySetResult(Outcome(session, status, response));
        });
    }

    private static ReferOutcome? Problem(ImSession session, IReadOnlyList<string> users)
    {
        if (users.Count == 0) return new ReferOutcome(ReferFailure.NobodyNamed, 0, "Name at least one user beside yourself.");
        if (session.Identity is null || !session.IsFocus) return new ReferOutcome(ReferFailure.NoConference, 0, "This session is no group: nobody can be added or removed.");
        return session.Client.Refers.Count + users.Count > MostUnderWay
            ? new ReferOutcome(ReferFailure.TooManyUnderWay, 0, $"{session.Client.Refers.Count} requests are under way already; wait for what comes of them.")
            : null;
    }

    private static void SendOneByOne(ImSession session, IReadOnlyList<string> users, string parameter, bool isSilent, TaskCompletionSource<ReferOutcome> answer)
    {
        var (pending, worst) = (users.Count, new ReferOutcome(ReferFailure.None, StatusCode.Ok, ""));
        foreach (var user in users)
        {
            SendOne(session, user, parameter, isSilent, outcome =>
            {
                if (!outcome.IsAccepted && worst.IsAccepted) worst = outcome with { Text = $"{user}: {outcome.Text}" };
                if (--pending == 0) answer.TrySetResult(worst);
            });
        }
    }

    private static void SendOne(ImSession session, string user, string parameter, bool isSilent, Action<ReferOutcome> done)
    {
        var underWay = new ReferUnderWay(session, user);
        session.Client.Refers.Add(underWay); // a NOTIFY may come before the answer
        Send(session, [user], parameter, isSilent, underWay, (status, response) =>
        {
            // Refused, or granted without a word to follow (C-75).
            var isOver = response is not { IsSuccess: true } || (response.TryGet(HeaderName.ReferSub, out var sub) && sub.ToString().Split(';')[0].Trim().Equals("false", StringComparison.OrdinalIgnoreCase));
            if (isOver) underWay.Forget();
            else if (session.Client.Refers.Contains(underWay) && underWay.Status == 0) underWay.Wait(session.Client.Transactions.Times.Patience); // Timer N of RFC 6665
            done(Outcome(session, status, response));
        });
    }

    private static void Send(
        ImSession session, IReadOnlyList<string> users, string parameter, bool isSilent, ReferUnderWay? underWay, Action<int, SipResponse?> done)
    {
        var client = session.Client;
        var list = users.Count > 1 ? List(users, parameter) : null;
        var contentId = $"{client.World.Ids.Token(80)}@{client.Address.Host}";
        var isOutside = IsOutside(session);
        if (isOutside) SendOutside(session, list, underWay, Headers, done);
        else
        {
            var dialog = session.Sip.Dialog!;
            if (underWay is not null) (underWay.CallId, underWay.LocalTag) = (dialog.CallId, dialog.LocalTag);
            RequestInDialog.Send(
                client,
                dialog,
                SipMethod.Refer,
                (ref SipWriter writer) =>
                {
                    if (underWay is not null) underWay.Number = dialog.LocalCSeq;
                    Headers(ref writer, dialog.Flow);
                },
                done,
                list is null ? null : "application/resource-lists+xml",
                list);
        }

        void Headers(ref SipWriter writer, Flow flow)
        {
            writer.Header(HeaderName.Contact, General.Contact(client, flow));
            writer.Header(HeaderName.AcceptContact, "*;" + General.FeatureTag);
            writer.Header(HeaderName.ReferTo, list is null ? $"<{users[0]}{parameter}>" : $"<cid:{contentId}>");
            writer.Header(HeaderName.ReferSub, isSilent ? "false" : "true");
            var isKnown = session.Supports("norefersub");
            var required = list is null ? "" : isKnown ? "multiple-refer, norefersub" : "multiple-refer"; // C-03
            if (isOutside && session.Supports("tdialog") && session.Sip.Dialog is { } dialog)
            {
                required = required.Length > 0 ? $"{required}, tdialog" : "tdialog";
                writer.Header(HeaderName.TargetDialog, $"{dialog.CallId};local-tag={dialog.LocalTag};remote-tag={dialog.RemoteTag}");
            }

            if (required.Length > 0) writer.Header(HeaderName.Require, required);
            if (list is null || !isKnown) writer.Header(HeaderName.Supported, General.Supported);
            General.WriteIdentity(ref writer, session);
            if (list is null) return;
            writer.Header("Content-ID"u8, System.Text.Encoding.ASCII.GetBytes($"<{contentId}>"));
            writer.Header(HeaderName.ContentDisposition, "recipient-list");
        }
    }

    /// <summary>
    /// Inside the dialog whose 2xx brought the identity, while it lives; outside of it where the user wants that, and where a subscription must
    /// not share it, as the Contact is a GRUU (RFC 7647 4, C-05).
    /// </summary>
    private static bool IsOutside(ImSession session) =>
        session.Client.Options.OutOfDialogRefer || session.State != ImSessionState.Established || session.Sip.Dialog is null
        || (SipUri.TryParse(Text.Of(session.Identity!), out var identity) && identity.HasParameter("gr"u8));

    private delegate void FlowHeaders(ref SipWriter writer, Flow flow);

    private static void SendOutside(ImSession session, byte[]? list, ReferUnderWay? underWay, FlowHeaders headers, Action<int, SipResponse?> done)
    {
        var client = session.Client;
        var (callId, tag, number) = (client.World.Ids.Token(100), client.World.Ids.Token(40), 0u);
        if (underWay is not null) (underWay.CallId, underWay.LocalTag) = (callId, tag);
        client.ReachServer((list?.Length ?? 0) + 1000, flow =>
        {
            if (flow is null) done(StatusCode.ServiceUnavailable, null);
            else ClientRequest.Send(client, flow, SipMethod.Refer, session.Identity!, credentials => Compose(flow, credentials), done);
        });

        byte[] Compose(Flow flow, HeadersWriter? credentials)
        {
            var output = new ArrayBufferWriter<byte>(1024 + (list?.Length ?? 0));
            var writer = new SipWriter(output);
            var from = General.From(session);
            writer.Request(SipMethod.Refer, Text.Of(session.Identity!));
            writer.Header(HeaderName.Via, client.Transport.Via(flow, client.Transport.NewBranch()));
            writer.Header(HeaderName.MaxForwards, 70);
            client.Ims.WriteRoute(ref writer);
            writer.Address(HeaderName.From, from.Uri, tag, from.Name);
            writer.Address(HeaderName.To, session.Identity!, "");
            writer.Header(HeaderName.CallId, callId);
            writer.CSeq(++number, SipMethod.Refer);
            if (underWay is not null) underWay.Number = number;
            General.WriteRequestHeaders(ref writer, client, SipMethod.Refer);
            credentials?.Invoke(ref writer);
            headers(ref writer, flow);
            if (list is null) writer.NoBody();
            else writer.Body("application/resource-lists+xml"u8, list);
            return output.WrittenSpan.ToArray();
        }
    }

    private static byte[] List(IReadOnlyList<string> users, string parameter)
    {
        var list = new ArrayBufferWriter<byte>(users.Count * OctetsOfEntry);
        ResourceListWriter.Write(list, users.Select(user => new ResourceEntry(user + parameter)));
        return list.WrittenSpan.ToArray();
    }

    private static ReferOutcome Outcome(ImSession session, int status, SipResponse? response)
    {
        if (response is null) return new ReferOutcome(ReferFailure.Unreachable, 0, $"The server {session.Client.Options.Server} does not answer.");
        return response.IsSuccess ? new ReferOutcome(ReferFailure.None, status, "") : new ReferOutcome(ReferFailure.Refused, status, TerminatingGeneral.TextOf(response));
    }
}
