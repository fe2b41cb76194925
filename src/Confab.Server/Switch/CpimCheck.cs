using System.Text;
using Confab.Content.Cpim;
using Confab.Msrp;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Message;
using MessageText = Confab.Sip.Message.Text;

namespace Confab.Server.Switch;

/// <summary>What the beginning of a message says of its sender and of whom it is for.</summary>
/// <param name="Status">200, or what the sender is answered.</param>
/// <param name="Addressee">The one member that it is for; null for all.</param>
/// <param name="Rewrites">Whether From must become the sender's address before it is delivered.</param>
/// <param name="From">Where the From URI stands in the body.</param>
/// <param name="Wrapped">The type of what CPIM wraps; null without CPIM.</param>
internal readonly record struct CpimVerdict(
    MsrpStatus Status, Participant? Addressee = null, bool Rewrites = false, Range From = default, string? Wrapped = null);

/// <summary>
/// The CPIM rules of a session: RFC 7701 6, D-07. In a group From must name the sender or nobody, and To the room or one member; in a 1-1 session
/// the leg tells the sender, so that another From is put right instead of refused.
/// </summary>
[Clause("RFC 7701", "6.1", "MSW-4", "MSW-5", "MSW-6", "MSW-7", "MSW-8", "MSW-15")]
internal static class CpimCheck
{
    /// <summary>Octets of a message after which its CPIM headers must have ended.</summary>
    public const int LongestHead = 8 * 1024;

    private static ReadOnlySpan<byte> Anonymous => "sip:anonymous@anonymous.invalid"u8;

    public static CpimVerdict Of(Participant sender, ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body, bool isWhole)
    {
        var isCpim = IsCpim(contentType);
        if (!sender.Focus.IsGroup)
        {
            var receiver = Other(sender);
            if (receiver is not null && !Takes(receiver, isCpim, contentType)) return new CpimVerdict(MsrpStatus.UnsupportedType);
            if (!isCpim) return new CpimVerdict(receiver?.Holds(null) == true ? MsrpStatus.Forbidden : MsrpStatus.Ok);
        }
        else if (!isCpim) return new CpimVerdict(MsrpStatus.UnsupportedType);

        if (!CpimView.TryParse(body, out var view, out _)) return new CpimVerdict(MsrpStatus.BadRequest);
        if (!isWhole && view.Content.IsEmpty) return new CpimVerdict(MsrpStatus.BadRequest); // its last header may be cut
        var wrapped = NameOf(view.ContentType);
        var isOwn = view.From.SequenceEqual(sender.AddressBytes) || IsAddressOf(view.From, sender);
        if (!sender.Focus.IsGroup)
        {
            var receiver = Other(sender);
            if (receiver?.Holds(wrapped) == true) return new CpimVerdict(MsrpStatus.Forbidden);
            return receiver?.TakesWrapped(wrapped) == false
                ? new CpimVerdict(MsrpStatus.UnsupportedType)
                : new CpimVerdict(MsrpStatus.Ok, Rewrites: !isOwn, From: view.FromUriRange, Wrapped: wrapped);
        }

        if (sender.TalksToOne) return new CpimVerdict(MsrpStatus.Ok, Rewrites: !isOwn, From: view.FromUriRange, Wrapped: wrapped); // C-28
        if (!isOwn && !view.From.SequenceEqual(Anonymous)) return new CpimVerdict(MsrpStatus.Forbidden);
        if (view.ToCount > 1) return new CpimVerdict(MsrpStatus.Forbidden);
        if (view.ToCount == 0 || IsRoom(sender.Focus, view.To)) return new CpimVerdict(MsrpStatus.Ok, Wrapped: wrapped);
        if (sender.Focus.Present(AddressOf(view.To)) is not { State: ParticipantState.Connected } addressee) return new CpimVerdict(MsrpStatus.NotFound);
        if (addressee.Holds(wrapped)) return new CpimVerdict(MsrpStatus.Forbidden);
        return new CpimVerdict(addressee.TakesWrapped(wrapped) ? MsrpStatus.Ok : MsrpStatus.UnsupportedType, addressee, Wrapped: wrapped);
    }

    /// <summary>The message with its From put right.</summary>
    public static byte[] Rewrite(ReadOnlySpan<byte> body, Range from, Participant sender)
    {
        var (start, length) = from.GetOffsetAndLength(body.Length);
        return [.. body[..start], .. sender.AddressBytes, .. body[(start + length)..]];
    }

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
        if (Ascii.EqualsIgnoreCase(name, "message/imdn+xml"u8)) return "message/imdn+xml";
        return Ascii.EqualsIgnoreCase(name, "application/im-iscomposing+xml"u8) ? "application/im-iscomposing+xml" : Encoding.UTF8.GetString(name);
    }

    private static bool Takes(Participant receiver, bool isCpim, ReadOnlySpan<byte> contentType) =>
        receiver.Remote is not { AcceptTypes.Count: > 0 } remote
        || Content.Media.AcceptList.Matches(remote.AcceptTypes, isCpim ? Content.Media.AcceptList.Cpim : Encoding.UTF8.GetString(contentType));

    private static Participant? Other(Participant sender)
    {
        foreach (var participant in sender.Focus.Participants)
        {
            if (participant != sender) return participant;
        }

        return null;
    }

    /// <summary>The room is called by its identity, by the factory that made it, or by the anonymous URI (D-07).</summary>
    private static bool IsRoom(Focus focus, ReadOnlySpan<byte> to)
    {
        if (to.IndexOf(focus.IdentityUserBytes) == 4) return true; // sip:IDENTITY@...: nobody else has these random bits
        if (to.SequenceEqual(Anonymous)) return true;
        return SipUri.TryParse(MessageText.Of(to), out var uri)
            && SipUri.TryParse(MessageText.Of(focus.Node.FactoryUri), out var factory)
            && SipUri.SameAddress(uri, factory);
    }

    private static bool IsAddressOf(ReadOnlySpan<byte> uri, Participant participant) => AddressOf(uri) == participant.Address;

    private static string AddressOf(ReadOnlySpan<byte> uri) => SipUri.TryParse(MessageText.Of(uri), out var parsed) ? parsed.AddressKey() : "";
}
