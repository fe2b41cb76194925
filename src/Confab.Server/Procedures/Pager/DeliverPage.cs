using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Server.Procedures.General;
using Confab.Sip.Message;
using Confab.Sip.Pager;
using Confab.Sip.Session;

namespace Confab.Server.Procedures.Pager;

/// <summary>
/// One message to all devices of a user at once: RFC 3428 6, and of what they answer the best as RFC 3261 16.7 has it: the first 2xx or 6xx, which is
/// not waited for longer, else the best refusal. A MESSAGE cannot be taken back, so every device gets it.
/// </summary>
[Clause("RFC 3428", "6")]
[Clause("RFC 5365", "7.2", "IMS-PGR-1")]
[Clause("RFC 3325", "9.1", "COM-AOIA-5")]
internal sealed class DeliverPage
{
    private readonly Conversation _owner;
    private readonly Action<int, SipResponse?> _done;
    private int _pending;
    private int _status;
    private SipResponse? _response;
    private bool _isTold;

    private DeliverPage(Conversation owner, int devices, Action<int, SipResponse?> done)
    {
        _owner = owner;
        _pending = devices;
        _done = done;
    }

    /// <summary>Where a user can be reached: his devices that say they know IM, or all of them where none does (RFC 3841 7.2); by the core where there is one.</summary>
    public static IReadOnlyList<Location> TargetsOf(Node node, string address, string? instance = null)
    {
        if (node.OutboundProxy is not null) return [new Location(address)];
        var devices = node.Registrar.TargetsOf(address, instance);
        if (devices is []) return [];
        if (devices is [{ } only]) return [Node.LocationOf(only)];
        var isKnown = devices.Any(IsForMessages);
        return [.. devices.Where(d => !isKnown || IsForMessages(d)).Select(Node.LocationOf)];
    }

    /// <summary>Sends the copies; false where there is nowhere to send them to.</summary>
    /// <param name="owner">Whose transactions they are.</param>
    /// <param name="page">The message.</param>
    /// <param name="address">To whom.</param>
    /// <param name="instance">One device alone, where the sender named it by its GRUU.</param>
    /// <param name="done">Told once what came of it, never inside this call; without a response 408 or 503.</param>
    public static bool Run(Conversation owner, Page page, string address, string? instance, Action<int, SipResponse?> done)
    {
        var targets = TargetsOf(owner.Node, address, instance);
        if (targets.Count == 0) return false;
        owner.Hold();
        var delivery = new DeliverPage(owner, targets.Count, done);
        foreach (var target in targets) PagerRequest.Send(owner, Compose(owner, page, address, target), delivery.OnAnswered);
        return true;
    }

    private static bool IsForMessages(Sip.Registration.Binding device) => device.ContactParameters.Contains("+g.oma.sip-im", StringComparison.OrdinalIgnoreCase);

    private static PagerMessage Compose(Conversation owner, Page page, string address, Location target) => new(
        target.RequestUri,
        page.IsHidden ? HideIdentity.Uri : page.Sender.Address,
        page.To ?? address,
        page.Content.ContentType,
        page.Content.Body,
        (ref SipWriter writer) =>
        {
            writer.Header(HeaderName.AcceptContact, "*;+g.oma.sip-im");
            page.WriteHeaders(ref writer);
        },
        target.Flow,
        owner.NewCallId(),
        page.Hops,
        page.IsHidden ? HideIdentity.Name : page.Sender.DisplayName ?? "",
        target.Route,
        (ref SipWriter writer, Flow flow) => HideIdentity.Assert(ref writer, owner.Node, flow, page.Sender.Address, page.IsHidden));

    private void OnAnswered(int status, SipResponse? response)
    {
        if (!_isTold && (_status == 0 || Rank(status) < Rank(_status))) (_status, _response) = (status, response);
        if (--_pending == 0 || status is (>= 200 and < 300) or >= 600) Tell();
        if (_pending == 0) _owner.Release();
    }

    private void Tell()
    {
        if (_isTold) return;
        _isTold = true;
        _done(_status, _response);
    }

    private static int Rank(int status) => status is >= 200 and < 300 ? -1 : Fork.Rank(status);
}
