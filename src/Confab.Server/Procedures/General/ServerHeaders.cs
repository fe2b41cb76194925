using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Server.Procedures.General;

/// <summary>What every message of the server says of it: OMA-IM 7.2.2.1 and "Release version in User-Agent and Server headers".</summary>
[Clause("OMA-IM", "7.2.2.1", "IMS-GEN-2", "IMS-GEN-5", "COM-VER-2", "COM-VER-3", "COM-VER-4")]
internal static class ServerHeaders
{
    /// <summary>The value of User-Agent and Server: role and release first, then this program (COM-VER-2).</summary>
    public static readonly string Token = $"IM-serv/OMA1.0 Confab/{typeof(ServerHeaders).Assembly.GetName().Version!.ToString(3)}";

    /// <summary>The methods that work, and no other (D-01).</summary>
    public const string Allow = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, REFER, SUBSCRIBE, MESSAGE";

    /// <summary>The option tags that work, and no other (D-01).</summary>
    public const string Supported = "replaces, timer, recipient-list-invite, recipient-list-message, norefersub, multiple-refer, nosub, tdialog";

    /// <summary>The event packages that there are, and no other (D-01); to refer none subscribes but by a REFER.</summary>
    public const string AllowEvents = "conference, refer, xcap-diff";

    /// <summary>The same for a REGISTER: RFC 3327 5.3, RFC 5626 6; <c>gruu</c> is not said in a response (RFC 5627 5.2).</summary>
    public const string RegisterSupported = "path, outbound";

    public static bool IsAllowed(SipMethod method) =>
        method is SipMethod.Invite or SipMethod.Ack or SipMethod.Cancel or SipMethod.Bye or SipMethod.Options or SipMethod.Register or SipMethod.Refer
            or SipMethod.Subscribe or SipMethod.Message;

    public static void WriteRequest(ref SipWriter writer, SipMethod method)
    {
        writer.Header(HeaderName.UserAgent, Token);
        if (method != SipMethod.Invite) return;
        writer.Header(HeaderName.Allow, Allow);
        writer.Header(HeaderName.Supported, Supported);
        writer.Header(HeaderName.AllowEvents, AllowEvents);
    }

    public static void WriteResponse(ref SipWriter writer, SipMethod method, int status)
    {
        writer.Header(HeaderName.Server, Token);
        if (method == SipMethod.Register && status is >= 200 and < 300) writer.Header(HeaderName.Supported, RegisterSupported);
        var announces = status == StatusCode.MethodNotAllowed || (status is >= 200 and < 300 && method is SipMethod.Invite or SipMethod.Options or SipMethod.Refer);
        if (!announces) return;
        writer.Header(HeaderName.Allow, Allow);
        if (status >= 300) return;
        writer.Header(HeaderName.Supported, Supported);
        writer.Header(HeaderName.AllowEvents, AllowEvents);
    }
}
