// Which dialog an INVITE is to take the place of, as Replaces says it (RFC 3891 6.1), and what the one who is asked makes of it (RFC 3891 3).
//
//   Replaces: f1-7d21@192.0.2.11;to-tag=b300;from-tag=s200[;early-only]      to-tag is the tag of the one who receives it
using System.Text;
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Session;

/// <summary>The dialog that is to be replaced, as the receiver of the header sees it.</summary>
/// <param name="CallId">Its Call-ID.</param>
/// <param name="ToTag">The receiver's own tag.</param>
/// <param name="FromTag">The tag of the receiver's peer.</param>
/// <param name="EarlyOnly">Only as long as it is not answered.</param>
[Clause("RFC 3891", "3", "IMC-INV-1")]
public sealed record Replaces(string CallId, string ToTag, string FromTag, bool EarlyOnly = false)
{
    /// <summary>The option tag in Supported and Require.</summary>
    public const string OptionTag = "replaces";

    /// <summary>Reads the header of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="replaces">What it names; null where there is no such header.</param>
    /// <param name="fault">400 where it is malformed or there twice, in a request other than INVITE, or beside a Join, which says the contrary.</param>
    public static bool TryRead(SipRequest request, out Replaces? replaces, out Fault fault)
    {
        replaces = null;
        fault = default;
        if (!request.TryGet(HeaderName.Replaces, out var value)) return true;
        if (request.Method != SipMethod.Invite) fault = Bad("Replaces is for INVITE alone");
        else if (request.Headers(HeaderName.Replaces).Count() > 1) fault = Bad("More than one Replaces");
        else if (request.Has(HeaderName.Join)) fault = Bad("Replaces beside Join");
        else if (!TryParse(value, out replaces)) fault = Bad("Malformed Replaces");
        return fault.IsNone;
    }

    /// <summary>Reads a value, as the header has it.</summary>
    public static bool TryParse(Text value, out Replaces? replaces)
    {
        replaces = null;
        var semicolon = value.Span.IndexOf((byte)';');
        if (semicolon < 0) return false;
        var callId = value.Slice(0, Characters.TrimEnd(value.Span, semicolon));
        var parameters = new Parameters(value.Slice(semicolon + 1));
        if (!IsWord(callId.Span)
            || !parameters.TryGet("to-tag"u8, out var to) || !Characters.IsToken(to.Span)
            || !parameters.TryGet("from-tag"u8, out var from) || !Characters.IsToken(from.Span)) return false;
        replaces = new Replaces(callId.ToString(), to.ToString(), from.ToString(), parameters.Has("early-only"u8));
        return true;
    }

    /// <summary>Reads it out of the headers of a URI, where it stands escaped (RFC 3261 19.1.1, RFC 4579 5.10); null where there is none that could be read.</summary>
    public static Replaces? In(SipUri uri) =>
        new UriHeaders(uri.Headers).TryGet("Replaces"u8, out var escaped) && TryParse(UriEscapes.Unescape(escaped), out var replaces) ? replaces : null;

    /// <summary>The value of the header.</summary>
    public override string ToString() => $"{CallId};to-tag={ToTag};from-tag={FromTag}{(EarlyOnly ? ";early-only" : "")}";

    /// <summary>As it stands in a URI behind <c>?</c>: the separators of the value escaped.</summary>
    [Clause("RFC 3261", "19.1.1", "IMC-EXT-8")]
    public string ToUriHeader()
    {
        var escaped = new StringBuilder("Replaces=");
        foreach (var octet in Encoding.ASCII.GetBytes(ToString()))
        {
            if (char.IsAsciiLetterOrDigit((char)octet) || "-_.!~*'()".Contains((char)octet, StringComparison.Ordinal)) escaped.Append((char)octet);
            else escaped.Append('%').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return escaped.ToString();
    }

    /// <summary>Whether this dialog of the receiver is meant.</summary>
    public bool Means(Dialog.Dialog dialog) => dialog.CallId == CallId && dialog.LocalTag == ToTag && dialog.RemoteTag == FromTag;

    /// <summary>
    /// The session of ours that is meant, among those that stand. Early dialogs are not replaced: one that the peer began may not be, and the
    /// dialogs of our own invitations begin with their 2xx.
    /// </summary>
    /// <returns>Null, with 603 for one that has ended and 481 for one that is not known.</returns>
    public SipSession? Find(IEnumerable<SipSession> sessions, EndedDialogs ended, out int refusal)
    {
        refusal = StatusCode.CallTransactionDoesNotExist;
        foreach (var session in sessions)
        {
            if (session.Dialog is not { } dialog || !Means(dialog)) continue;
            if (session.State is SessionState.Established or SessionState.Accepted) return session;
            if (session.State is SessionState.Leaving or SessionState.Ended) refusal = StatusCode.Decline;
            return null;
        }

        if (ended.Has(this)) refusal = StatusCode.Decline;
        return null;
    }

    private static Fault Bad(string reason) => new(StatusCode.BadRequest, reason, "RFC 3891 3", 0);

    /// <summary>callid = word [ "@" word ]: printable, and none of the separators of the header.</summary>
    private static bool IsWord(ReadOnlySpan<byte> text) => !text.IsEmpty && text.IndexOfAnyExceptInRange((byte)'!', (byte)'~') < 0 && text.IndexOfAny(",;"u8) < 0;
}

/// <summary>
/// The dialogs that ended last, so that who would replace one of them is told 603 (RFC 3891 3). As many as sessions at one time would be; the
/// oldest go first.
/// </summary>
public sealed class EndedDialogs(int most)
{
    private readonly Queue<(string CallId, string Local, string Remote)> _dialogs = new();

    public void Add(Dialog.Dialog dialog)
    {
        if (_dialogs.Count >= most) _dialogs.Dequeue();
        _dialogs.Enqueue((dialog.CallId, dialog.LocalTag, dialog.RemoteTag));
    }

    public bool Has(Replaces replaces) => _dialogs.Contains((replaces.CallId, replaces.ToTag, replaces.FromTag));
}
