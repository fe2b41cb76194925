using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Confab.Runtime;
using Confab.Sip.Message;
using Confab.Sip.Registration;

namespace Confab.Server.Registration;

/// <summary>A REGISTER that waits for its answer, which is given inside the mailbox that owns its transaction. RFC 3261 10.3 step 8.</summary>
internal sealed record PendingRegister(SipRequest Request, Flow Flow, string Address, Mailbox Mailbox, Action<int, HeadersWriter?> Answer)
{
    /// <summary>200 with all current bindings, what is left of their time, and the date.</summary>
    public void Accept(ImmutableArray<Binding> bindings, DateTimeOffset now, string domain, bool isOutbound) => Reply(StatusCode.Ok, (ref SipWriter writer) =>
    {
        var tellsGruu = Supports("gruu"u8);
        foreach (var binding in bindings) WriteContact(ref writer, binding, now, tellsGruu ? domain : null);
        writer.CopyHeaders(Request, HeaderName.Path); // RFC 3327 5.3
        if (isOutbound && Supports("outbound"u8)) writer.Header(HeaderName.Require, "outbound"u8); // RFC 5626 6
        writer.Header(HeaderName.Date, now.ToString("R", CultureInfo.InvariantCulture));
    });

    /// <summary>Any other status, the reason in a Warning for people.</summary>
    public void Refuse(int status, string reason, byte[] host, HeadersWriter? more) => Reply(status, (ref SipWriter writer) =>
    {
        more?.Invoke(ref writer);
        if (reason.Length > 0) writer.Warning(399, host, Encoding.UTF8.GetBytes(reason));
    });

    private bool Supports(ReadOnlySpan<byte> tag) =>
        Request.Headers(HeaderName.Supported).Contains(tag) || Request.Headers(HeaderName.Require).Contains(tag);

    private void Reply(int status, HeadersWriter more)
    {
        if (Mailbox.IsInside) Answer(status, more);
        else Mailbox.Post(() => Answer(status, more));
    }

    /// <summary>The parameters come back as they were given (RFC 3840 9).</summary>
    private void WriteContact(ref SipWriter writer, Binding binding, DateTimeOffset now, string? gruuDomain)
    {
        writer.Begin(HeaderName.Contact);
        writer.Append("<"u8);
        writer.Append(binding.Contact);
        writer.Append(">;expires="u8);
        writer.Append((long)Math.Ceiling(Math.Max(0, (binding.Expires - now).TotalSeconds)));
        if (binding.Q < 1)
        {
            writer.Append(";q="u8);
            writer.Append(binding.Q.ToString("0.###", CultureInfo.InvariantCulture));
        }

        if (binding.ContactParameters.Length > 0)
        {
            writer.Append(";"u8);
            writer.Append(binding.ContactParameters);
        }

        if (gruuDomain is not null && binding is { InstanceId: { } instance, TempGruu.Length: > 0 })
        {
            // RFC 5627 5.2
            writer.Append(";pub-gruu=\""u8);
            writer.Append(Gruu.Public(Address, instance));
            writer.Append("\";temp-gruu=\""u8);
            writer.Append(Gruu.Temporary(binding.TempGruu, gruuDomain));
            writer.Append("\""u8);
        }

        writer.End();
    }
}
