// What a referrer is told by NOTIFY: that his request is being worked at, then what came of it.
//
//   Begin ──► 100 Trying ──End(status)──► the status, terminated;reason=noresource
//               └─ again every 50 s while somebody rings, so that the subscription does not run out before he decides
using Confab.Content.SipFrag;
using Confab.Runtime;
using Confab.Server.Owners;
using Confab.Sip.Dialog;
using Confab.Sip.Events;
using Confab.Sip.Message;

namespace Confab.Server.Procedures.Controlling;

/// <summary>
/// Generating NOTIFY for REFER: OMA-IM 7.9.1.19, RFC 3515 2.4.4 to 2.4.7. It is of the status alone: who the user is, and what his client said, stays
/// here (RFC 3515 5.3). Ending the subscription changes nothing for the user it is about.
/// </summary>
[Clause("OMA-IM", "7.9.1.19", "IMS-RNTF-0..7", "IMS-RNTF-N", "IMS-RBYE-3")]
internal sealed class ReferProgress : INotifierUser
{
    private const uint Seconds = 60;

    private static readonly TimeSpan s_betweenNotifies = TimeSpan.FromSeconds(1); // RFC 3515 3.10
    private static readonly TimeSpan s_renewal = TimeSpan.FromSeconds(Seconds - 10);
    private static readonly SubscriptionTerms s_terms = new(Seconds, 1, 3600, s_betweenNotifies);

    private readonly Focus _focus;
    private readonly Dialog _dialog;
    private readonly Notifier _notifier;
    private readonly Alarm _renewal;
    private readonly Alarm _final;
    private int _status = StatusCode.Trying;

    /// <summary>Begins with <see cref="Begin"/>; the session knows of it until it ends.</summary>
    /// <param name="focus">The session.</param>
    /// <param name="referrer">Who is told.</param>
    /// <param name="dialog">The dialog of his REFER.</param>
    /// <param name="id">The CSeq number of the REFER where it is not the first of its dialog; null for the first.</param>
    public ReferProgress(Focus focus, string referrer, Dialog dialog, string? id)
    {
        _focus = focus;
        _dialog = dialog;
        Referrer = referrer;
        _notifier = new Notifier(focus.Owner, this, new EventName("refer", id), s_terms, focus.Contact);
        _renewal = new Alarm(focus.Owner.Mailbox, Renew);
        _final = new Alarm(focus.Owner.Mailbox, Finish);
        focus.Referrals.Add(this);
    }

    public string Referrer { get; }

    public Notifier Notifier => _notifier;

    public string CallId => _dialog.CallId;

    /// <summary>The 200 has been sent: the first NOTIFY.</summary>
    public void Begin()
    {
        _final.Set(s_betweenNotifies);
        Renew();
    }

    /// <summary>The request has come to its end with this status; told at once, or a second after the first NOTIFY.</summary>
    public void End(int status)
    {
        if (_status != StatusCode.Trying) return;
        _status = status;
        if (!_final.IsSet) Finish();
    }

    /// <summary>The session has ended, and nothing more will come of it: who is still to be told something is told it now.</summary>
    public void Hurry()
    {
        if (_status == StatusCode.Trying) _status = StatusCode.RequestTerminated;
        _final.Cancel();
        Finish();
    }

    Notification INotifierUser.Compose(Notifier notifier, NotifyKind kind) => new(
        SipFrag.ContentType,
        new SipFrag(_status, System.Text.Encoding.UTF8.GetString(StatusCode.Phrase(_status))).ToBytes());

    void INotifierUser.OnEnded(Notifier notifier)
    {
        _renewal.Cancel();
        _final.Cancel();
        _focus.Referrals.Remove(this);
    }

    private void Renew()
    {
        if (_notifier.State is not (NotifierState.Idle or NotifierState.Active)) return;
        _notifier.Begin(_dialog, Seconds);
        _renewal.Set(s_renewal);
    }

    private void Finish()
    {
        if (_status != StatusCode.Trying) _notifier.Terminate("noresource");
    }
}
