// One invitation to all devices of a user at once: RFC 3261 16.7, as the two-sided user agent does it that we are.
//
//   pending legs ──18x──► the participant rings
//       ├──first usable 2xx──► that leg is the participant's; the others get CANCEL, or ACK and BYE where their 2xx crosses it
//       └──refusals──► the best one, when none is pending; a 6xx cancels the others at once
//
// All are asked in parallel, whatever their q: who answers is a person, and he is at one of them.
using Confab.Msrp;
using Confab.Runtime;
using Confab.Server.Procedures.Controlling;
using Confab.Server.Procedures.General;
using Confab.Sip.Message;
using Confab.Sip.Session;

namespace Confab.Server.Owners;

/// <summary>
/// The legs of an invitee that have no final answer. Each has an MSRP session of its own, so that what a late answer connects to is never
/// the winner's.
/// </summary>
[Clause("RFC 3261", "16.7")]
internal sealed class Fork
{
    private readonly Participant _invitee;
    private readonly List<Branch> _pending = [];
    private readonly Alarm _patience;
    private int _status;
    private SipResponse? _refusal;

    public Fork(Participant invitee)
    {
        _invitee = invitee;
        _patience = new Alarm(invitee.Focus.Owner.Mailbox, Cancel);
        _patience.Set(TimeSpan.FromSeconds(invitee.Focus.Node.World.Limits.InviteAnswerSeconds));
    }

    /// <summary>The sessions that wait.</summary>
    public IEnumerable<SipSession> Sessions => _pending.Select(static b => b.Session);

    /// <summary>Invites one device.</summary>
    public void Invite(Invitation invitation, MsrpSession leg, byte[] sdp)
    {
        var session = _pending.Count == 0 ? _invitee.Session : _invitee.NewSession();
        _pending.Add(new Branch(session, leg, sdp));
        session.Connect(invitation);
    }

    /// <summary>Gives all of them up; the refusals that come of it are told as ever.</summary>
    public void Cancel()
    {
        foreach (var branch in _pending) branch.Session.Cancel();
    }

    public void OnAnswered(SipSession session, SipResponse response)
    {
        var branch = Take(session);
        if (!NegotiateMedia.TryReadAnswer(_invitee, response, out var media))
        {
            // It accepted something that was not offered: the leg is of no use, and counts as refused.
            session.Bye();
            Refused(branch, StatusCode.NotAcceptableHere, null);
            return;
        }

        End();
        Cancel();
        foreach (var other in _pending) other.Leg.Close(EndReason.Cancelled);
        _invitee.Win(session, branch.Leg, branch.Sdp);
        InviteParticipant.OnAnswered(_invitee, media, AnonymityAsked.In(response));
    }

    public void OnRefused(SipSession session, int status, SipResponse? response) => Refused(Take(session), status, response);

    private void Refused(Branch branch, int status, SipResponse? response)
    {
        branch.Leg.Close(EndReason.Declined);
        if (_status == 0 || Rank(status) < Rank(_status)) (_status, _refusal) = (status, response);
        if (status >= 600) Cancel();
        if (_pending.Count > 0) return;
        End();
        InviteParticipant.OnRefused(_invitee, _status, _refusal);
    }

    private Branch Take(SipSession session)
    {
        var index = _pending.FindIndex(b => b.Session == session);
        var branch = _pending[index];
        _pending.RemoveAt(index);
        return branch;
    }

    private void End()
    {
        _patience.Cancel();
        _invitee.Fork = null;
    }

    /// <summary>
    /// Step 6 of 16.7: a 6xx, then the lowest class, first what tells the caller what to change. What only our own leg can make use of (a
    /// redirection, a challenge, an extension, our CANCEL) comes behind what tells of the user.
    /// </summary>
    public static int Rank(int status) => status switch
    {
        >= 600 => 0,
        StatusCode.UnsupportedMediaType or StatusCode.AddressIncomplete => 1,
        StatusCode.RequestTimeout or StatusCode.TemporarilyUnavailable => 3,
        < 400 or StatusCode.Unauthorized or StatusCode.ProxyAuthenticationRequired or StatusCode.RequestTerminated
            or StatusCode.BadExtension or StatusCode.ExtensionRequired or StatusCode.SessionIntervalTooSmall => 4,
        < 500 => 2,
        _ => 5,
    };

    private sealed record Branch(SipSession Session, MsrpSession Leg, byte[] Sdp);
}
