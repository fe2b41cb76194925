using Confab.Runtime;

namespace Confab.Client.Procedures;

/// <summary>A REFER of ours whose subscription may live: from its sending to its last NOTIFY, or to the answer that there will be none.</summary>
internal sealed class ReferUnderWay
{
    private readonly Alarm _end;

    public ReferUnderWay(ImSession session, string target)
    {
        Session = session;
        Target = target;
        _end = new Alarm(session.Client.Mailbox, () => ReferNotified.Unheard(this));
    }

    public ImSession Session { get; }

    /// <summary>Who is referred to.</summary>
    public string Target { get; }

    /// <summary>The dialog: that of the session, or its own.</summary>
    public string CallId { get; set; } = "";

    public string LocalTag { get; set; } = "";

    /// <summary>CSeq number of the REFER, by which a second one in its dialog is told apart (RFC 3515 2.4.6).</summary>
    public uint Number { get; set; }

    /// <summary>The last status that was told; 0 before.</summary>
    public int Status { get; set; }

    /// <summary>For how long a NOTIFY is waited for.</summary>
    public void Wait(TimeSpan time) => _end.Set(time);

    public void Forget()
    {
        _end.Cancel();
        Session.Client.Refers.Remove(this);
    }
}
