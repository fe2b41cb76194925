using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Session;

/// <summary>
/// Following a 3xx to our INVITE: RFC 3261 8.1.3.4. One target after the other, the best first; the same one never twice, so that two servers
/// who name each other end it, and no more than <see cref="MostTargets"/>.
/// </summary>
public sealed partial class SipSession
{
    /// <summary>Targets that one invitation is redirected to at the most.</summary>
    public const int MostTargets = 5;

    private List<SipUri>? _tried;
    private List<(SipUri Uri, int Q)>? _targets;

    /// <summary>Sends the INVITE to the next target: same Call-ID, From, To; the next CSeq (8.1.3.4). False when there is none.</summary>
    [Clause("RFC 3261", "8.1.3.4", "IMC-GEN-11")]
    private bool GoOn(SipResponse response)
    {
        if (_cancelling) return false;
        if (response.Status is >= 300 and < 400) TakeTargets(response);
        else if (_targets is null || response.Status >= 600) return false; // another target is tried after a failure, but not after a 6xx (8.1.3.4)

        if (_targets is not [var next, ..] || _tried!.Count > MostTargets) return false;
        _targets.RemoveAt(0);
        _tried.Add(next.Uri);
        _invitation = _invitation! with { RequestUri = next.Uri.Text.ToString() };
        _authorizations = null; // they are for the old Request-URI
        SendInvite(_inviteFlow!);
        return true;
    }

    private void TakeTargets(SipResponse response)
    {
        if (_tried is null)
        {
            _ = SipUri.TryParse(Text.Of(_invitation!.RequestUri), out var first);
            _tried = [first];
        }

        _targets ??= [];
        foreach (var value in response.Headers(HeaderName.Contact))
        {
            if (!Contact.TryParse(value, out var contact) || contact.IsStar || contact.Uri.Scheme != UriScheme.Sip || !contact.Uri.Headers.IsEmpty) continue; // sips: never in the clear
            if (!_user.Follows(this, response.Status, contact.Address)) continue;
            _ = SipUri.TryParse(contact.Uri.Text.Copy(), out var uri);
            if (_targets.Count >= MostTargets || _tried.Exists(t => SipUri.Equivalent(t, uri)) || _targets.Exists(t => SipUri.Equivalent(t.Uri, uri))) continue;
            _targets.Add((uri, contact.Q));
        }

        _targets = [.. _targets.OrderByDescending(static t => t.Q)];
    }
}
