using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Session;
using Confab.Sip.Transport;

namespace Confab.Sip.Dialog;

/// <summary>Composes a request inside a dialog, and says where it goes.</summary>
[Clause("RFC 3261", "12.2.1.1", "IMC-LEAVE-1", "IMC-LEAVE-2")]
internal static class RequestInDialog
{
    /// <summary>The URI that the request is sent to: the first route, or else the remote target.</summary>
    public static SipUri NextHop(Dialog dialog) =>
        dialog.RouteSet.Count > 0 && NameAddr.TryParse(dialog.RouteSet[0], out var route) ? route.Uri : dialog.RemoteTarget;

    public static byte[] Compose(
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
