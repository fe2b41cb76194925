using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Confab.Sip.Transport;

namespace Confab.Sip.Dialog;

/// <summary>A request inside a dialog, whichever usage of it asks: composed, and sent where the dialog leads.</summary>
[Clause("RFC 3261", "12.2.1.1", "IMC-LEAVE-1", "IMC-LEAVE-2")]
public static class RequestInDialog
{
    private const int OctetsOfHeaders = 700;

    /// <summary>
    /// Sends a request other than INVITE and ACK with the next CSeq of the dialog, over the peer's own connection where it stands, else to
    /// the next hop. A challenge is met where the agent has credentials.
    /// </summary>
    /// <param name="agent">Whose request it is.</param>
    /// <param name="dialog">Inside which dialog.</param>
    /// <param name="method">Its method.</param>
    /// <param name="more">Its headers beyond those of the dialog and of the agent.</param>
    /// <param name="done">Called once with the final status: 408 when none came, 503 when it could not be sent; then without a response.</param>
    /// <param name="contentType">The type of the body; null for none.</param>
    /// <param name="body">The body.</param>
    public static void Send(
        IUserAgent agent,
        Dialog dialog,
        SipMethod method,
        HeadersWriter? more,
        Action<int, SipResponse?> done,
        string? contentType = null,
        ReadOnlyMemory<byte> body = default)
    {
        Reach(agent, dialog, (flow, location) =>
        {
            if (flow is null) agent.Transactions.Mailbox.Post(() => done(StatusCode.ServiceUnavailable, null));
            else ClientRequest.Send(agent, flow, method, location?.RequestUri ?? dialog.RemoteTarget.ToString(), Build, done);

            byte[] Build(HeadersWriter? credentials) => Compose(
                dialog,
                method,
                ++dialog.LocalCSeq,
                agent.Transport,
                flow,
                (ref SipWriter writer) =>
                {
                    agent.WriteRequestHeaders(ref writer, method);
                    credentials?.Invoke(ref writer);
                    more?.Invoke(ref writer);
                },
                location,
                contentType,
                body.Span);
        }, body.IsEmpty ? 0 : body.Length + OctetsOfHeaders);
    }

    /// <summary>Finds the way to the peer for a request of about this size (D-06); tells no flow where there is none.</summary>
    internal static void Reach(IUserAgent agent, Dialog dialog, Action<Flow?, Location?> reached, int size = 0)
    {
        var mailbox = agent.Transactions.Mailbox;
        if (dialog.RouteSet.Count == 0 && agent.Locate(dialog.RemoteTarget) is { } location && location.TryFirstHop(out var hop))
        {
            if (location.Flow is { IsOpen: true } known) reached(known, location);
            else agent.Transport.Reach(hop, size, mailbox, found => reached(found, location));
        }
        else if (dialog.Flow is { IsReliable: true, IsOpen: true }) reached(dialog.Flow, null);
        else if (dialog.Flow is { IsReliable: false } && dialog.RouteSet.Count == 0 && dialog.IsBehindNat) reached(dialog.Flow, null);
        else agent.Transport.Reach(NextHop(dialog), size, mailbox, found => reached(found ?? (dialog.Flow.IsOpen ? dialog.Flow : null), null));
    }

    /// <summary>The URI that the request is sent to: the first route, or else the remote target.</summary>
    private static SipUri NextHop(Dialog dialog) =>
        dialog.RouteSet.Count > 0 && NameAddr.TryParse(dialog.RouteSet[0], out var route) ? route.Uri : dialog.RemoteTarget;

    internal static byte[] Compose(
        Dialog dialog,
        SipMethod method,
        uint number,
        SipTransport transport,
        Flow flow,
        HeadersWriter? more,
        Location? location = null,
        string? contentType = null,
        ReadOnlySpan<byte> body = default)
    {
        var output = Scratch.Take();
        var writer = new SipWriter(output);
        var strict = dialog.RouteSet.Count > 0 && !IsLoose(dialog.RouteSet[0]);
        writer.Request(method, strict ? NextHop(dialog).Text : location is null ? dialog.RemoteTarget.Text : Text.Of(location.RequestUri));
        writer.Header(HeaderName.Via, transport.Via(flow, transport.NewBranch()));
        writer.Header(HeaderName.MaxForwards, 70);
        for (var i = strict ? 1 : 0; i < dialog.RouteSet.Count; i++) writer.Header(HeaderName.Route, dialog.RouteSet[i]);
        if (location is { Route.Length: > 0 }) writer.Header(HeaderName.Route, location.Route);
        if (strict) writer.Header(HeaderName.Route, $"<{dialog.RemoteTarget.Text}>");
        writer.Address(HeaderName.From, dialog.LocalUri, dialog.LocalTag);
        writer.Address(HeaderName.To, dialog.RemoteUri, dialog.RemoteTag);
        writer.Header(HeaderName.CallId, dialog.CallId);
        writer.CSeq(number, method);
        more?.Invoke(ref writer);
        if (contentType is null) writer.NoBody();
        else writer.Body(System.Text.Encoding.ASCII.GetBytes(contentType), body);
        return output.WrittenSpan.ToArray();
    }

    private static bool IsLoose(Text route) => NameAddr.TryParse(route, out var address) && address.Uri.HasParameter("lr"u8);
}
