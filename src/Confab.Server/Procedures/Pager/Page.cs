using System.Globalization;
using Confab.Server.Owners;
using Confab.Server.Procedures.General;
using Confab.Sip.Message;
using Confab.Sip.Pager;

namespace Confab.Server.Procedures.Pager;

/// <summary>A message in pager mode as its recipients get it: RFC 3428, RFC 5365 7.2, 7.3.</summary>
/// <param name="Request">What the sender sent; its Date, Expires and Subject go on.</param>
/// <param name="Sender">Who that is, proven.</param>
/// <param name="IsHidden">Whether nobody is to learn it.</param>
/// <param name="Content">The message.</param>
/// <param name="To">What it is said to: a group; null for the recipient himself.</param>
/// <param name="At">When it came.</param>
internal sealed record Page(SipRequest Request, Originator Sender, bool IsHidden, PageContent Content, string? To, DateTimeOffset At)
{
    public static Page Of(Node node, SipRequest request, Originator sender, PageContent content, string? to = null) =>
        new(request, sender, AnonymityAsked.In(request), content, to, node.World.Time.GetUtcNow());

    /// <summary>Hops that its copies may still take, so that loops end.</summary>
    public int Hops => (Request.MaxForwards < 0 ? 70 : Request.MaxForwards) - 1;

    /// <summary>Whether it is not to be delivered any more.</summary>
    public bool IsExpired(DateTimeOffset now) => PagerExpiry.IsExpired(Request, At, now);

    /// <summary>What goes on of the sender's headers. What he says freely may name him.</summary>
    public void WriteHeaders(ref SipWriter writer)
    {
        if (Request.Has(HeaderName.Expires))
        {
            writer.CopyHeaders(Request, HeaderName.Expires);
            writer.Header(HeaderName.Date, PagerExpiry.SentAt(Request, At).ToString("r", CultureInfo.InvariantCulture));
        }
        else writer.CopyHeaders(Request, HeaderName.Date);

        writer.CopyHeaders(Request, HeaderName.ContentLanguage);
        if (Content.Disposition is { } disposition) writer.Header(HeaderName.ContentDisposition, disposition);
        if (IsHidden) return;
        writer.CopyHeaders(Request, HeaderName.Subject);
        writer.CopyHeaders(Request, HeaderName.Priority);
    }
}
