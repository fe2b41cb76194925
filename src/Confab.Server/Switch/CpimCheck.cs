using System.Text;
using Confab.Content.Cpim;
using Confab.Content.Imdn;
using Confab.Msrp;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.Controlling;
using Confab.Sip.Message;
using MessageText = Confab.Sip.Message.Text;

namespace Confab.Server.Switch;

/// <summary>What the beginning of a message says of its sender and of whom it is for.</summary>
/// <param name="Status">200, or what the sender is answered.</param>
/// <param name="Addressee">The one member that it is for; null for all.</param>
/// <param name="Rewrites">Whether From must become what the others know the sender by before it is delivered.</param>
/// <param name="From">Where in the body that is to stand.</param>
/// <param name="Wrapped">The type of what CPIM wraps; null without CPIM.</param>
internal readonly record struct CpimVerdict(
    MsrpStatus Status, Participant? Addressee = null, bool Rewrites = false, Range From = default, string? Wrapped = null);

/// <summary>
/// The CPIM rules of a session: RFC 7701 6, D-07. In a group From must name the sender or nobody, and To the room or one member; in a 1-1 session
/// the leg tells the sender, so that another From is put right instead of refused. Who takes part anonymously cannot know by which URI the others
/// know him: he says that he is anonymous, or who he is, and his From becomes that URI alone, without a name (C-65a).
/// </summary>
[Clause("RFC 7701", "6.1", "MSW-4", "MSW-5", "MSW-6", "MSW-7", "MSW-8", "MSW-15", "COM-PRIV-3")]
internal static class CpimCheck
{
    /// <summary>Octets of a message after which its CPIM headers must have ended.</summary>
    public const int LongestHead = 8 * 1024;

    private static ReadOnlySpan<byte> Anonymous => "sip:anonymous@anonymous.invalid"u8;

    private const string ReportType = DispositionNotification.ContentType;

    public static CpimVerdict Of(Participant sender, ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body, bool isWhole)
    {
        var isCpim = IsCpim(contentType);
        if (!sender.Focus.IsGroup)
        {
            var receiver = sender.Focus.OtherParty(sender);
            if (receiver is not null && !Takes(receiver, isCpim, contentType)) return new CpimVerdict(MsrpStatus.UnsupportedType);
            if (!isCpim) return new CpimVerdict(receiver?.Holds(null) == true ? MsrpStatus.Forbidden : MsrpStatus.Ok);
        }
        else if (!isCpim) return new CpimVerdict(MsrpStatus.UnsupportedType);

        if (!CpimView.TryParse(body, out var view, out _)) return new CpimVerdict(MsrpStatus.BadRequest);
        if (!isWhole && view.Content.IsEmpty) return new CpimVerdict(MsrpStatus.BadRequest); // its last header may be cut
        var wrapped = NameOf(view.ContentType);
        if (sender.IsAnonymous && wrapped == ReportType && !(isWhole && HideInReport.CanRun(view))) return new CpimVerdict(MsrpStatus.BadRequest); // it is looked into
        var isOwn = view.From.SequenceEqual(sender.AddressBytes) || IsKnownAs(view.From, sender);
        var taken = sender.IsAnonymous
            ? new CpimVerdict(MsrpStatus.Ok, Rewrites: true, From: view.FromRange, Wrapped: wrapped)
            : new CpimVerdict(MsrpStatus.Ok, Rewrites: !isOwn && (!sender.Focus.IsGroup || sender.TalksToOne), From: view.FromUriRange, Wrapped: wrapped);
        if (!sender.Focus.IsGroup) return taken with { Status = StatusOf(sender.Focus.OtherParty(sender), wrapped) };
        if (sender.TalksToOne) return taken; // C-28
        if (!isOwn && !view.From.SequenceEqual(Anonymous)) return new CpimVerdict(MsrpStatus.Forbidden);
        if (!isOwn && !AnonymityPolicy.Allows(sender.Focus, sender.Focus.UserOf(sender.Address))) return new CpimVerdict(MsrpStatus.Forbidden);
        if (view.ToCount > 1) return new CpimVerdict(MsrpStatus.Forbidden);
        if (view.ToCount == 0 || IsRoom(sender.Focus, view.To)) return taken;
        if (sender.Focus.PresentAs(AddressOf(view.To)) is not { State: ParticipantState.Connected } addressee) return new CpimVerdict(MsrpStatus.NotFound);
        if (!sender.Focus.MayWhisper(sender)) return new CpimVerdict(MsrpStatus.Forbidden);
        return taken with { Status = StatusOf(addressee, wrapped), Addressee = addressee };
    }

    /// <summary>The message, or its beginning, with its From put right; of a report of somebody anonymous what else names him too.</summary>
    public static byte[] Rewrite(ReadOnlySpan<byte> body, in CpimVerdict verdict, Participant sender)
    {
        var (start, length) = verdict.From.GetOffsetAndLength(body.Length);
        if (!sender.IsAnonymous) return [.. body[..start], .. sender.AddressBytes, .. body[(start + length)..]];
        if (verdict.Wrapped != ReportType || !CpimView.TryParse(body, out var view, out _)) return [.. body[..start], (byte)'<', .. sender.EntityBytes, (byte)'>', .. body[(start + length)..]];
        return [.. body[..start], (byte)'<', .. sender.EntityBytes, (byte)'>', .. body[(start + length)..view.HeadersLength], .. HideInReport.Run(view, sender.Entity)];
    }

    /// <summary>Whether the one who alone should have it takes it: 403 while he holds, 415 for a type that he did not list.</summary>
    private static MsrpStatus StatusOf(Participant? receiver, string wrapped) =>
        receiver?.Holds(wrapped) == true ? MsrpStatus.Forbidden : receiver?.TakesWrapped(wrapped) == false ? MsrpStatus.UnsupportedType : MsrpStatus.Ok;

    public static bool IsCpim(ReadOnlySpan<byte> contentType)
    {
        var semicolon = contentType.IndexOf((byte)';');
        return Ascii.EqualsIgnoreCase((semicolon < 0 ? contentType : contentType[..semicolon]).TrimEnd((byte)' '), "message/cpim"u8);
    }

    /// <summary>The type without its parameters; the usual ones are the same object each time, so that legs remember what they said of them.</summary>
    private static string NameOf(ReadOnlySpan<byte> contentType)
    {
        var semicolon = contentType.IndexOf((byte)';');
        var name = (semicolon < 0 ? contentType : contentType[..semicolon]).TrimEnd((byte)' ');
        if (Ascii.EqualsIgnoreCase(name, "text/plain"u8)) return "text/plain";
        if (Ascii.EqualsIgnoreCase(name, "message/imdn+xml"u8)) return ReportType;
        return Ascii.EqualsIgnoreCase(name, "application/im-iscomposing+xml"u8) ? "application/im-iscomposing+xml" : Encoding.UTF8.GetString(name);
    }

    private static bool Takes(Participant receiver, bool isCpim, ReadOnlySpan<byte> contentType) =>
        receiver.Remote is not { AcceptTypes.Count: > 0 } remote
        || Content.Media.AcceptList.Matches(remote.AcceptTypes, isCpim ? Content.Media.AcceptList.Cpim : Encoding.UTF8.GetString(contentType));

    /// <summary>The room is called by its identity, by its group, by the factory that made it, or by the anonymous URI (D-07).</summary>
    private static bool IsRoom(Focus focus, ReadOnlySpan<byte> to)
    {
        if (to.IndexOf(focus.IdentityUserBytes) == 4) return true; // sip:IDENTITY@...: nobody else has these random bits
        if (to.SequenceEqual(Anonymous)) return true;
        return SipUri.TryParse(MessageText.Of(to), out var uri)
            && (uri.AddressKey() == focus.Group?.Identity
                || SipUri.SameAddress(uri, focus.Node.Factory));
    }

    /// <summary>Whether a URI is the member's own, in any spelling.</summary>
    private static bool IsKnownAs(ReadOnlySpan<byte> uri, Participant member) => AddressOf(uri) is { Length: > 0 } address && (address == member.Address || address == member.Alias);

    private static string AddressOf(ReadOnlySpan<byte> uri) => SipUri.TryParse(MessageText.Of(uri), out var parsed) ? parsed.AddressKey() : "";
}
