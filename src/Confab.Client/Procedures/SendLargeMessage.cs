using Confab.Msrp;
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Client.Procedures;

/// <summary>
/// OMA-IM 9.1.1 large message mode: an INVITE whose message line only sends, the message in chunks, BYE when all of it was taken, or not. Flow F14.
/// </summary>
[Clause("OMA-IM", "9.1.1", "IMC-LMM-2", "IMC-LMM-3", "IMC-LMM-4", "IMC-LMM-7")]
internal sealed class SendLargeMessage
{
    private readonly ImSession _session;
    private readonly TaskCompletionSource<SessionOutcome> _begun = new();
    private readonly Func<ImSession, TaskCompletionSource<SendOutcome>, OutgoingMessage?> _send;
    private readonly Action<Task<SendOutcome>> _done;
    private OutgoingMessage? _message;
    private Task<SendOutcome>? _sent;
    private bool _isSending;

    private SendLargeMessage(
        ImClient client, string address, bool anonymous, Func<ImSession, TaskCompletionSource<SendOutcome>, OutgoingMessage?> send, Action<Task<SendOutcome>> done)
    {
        _send = send;
        _done = done;
        _session = new ImSession(client, anonymous)
        {
            Peer = address,
            Participants = [address],
            Outcome = _begun,
            IsLargeMessage = true,
            WhenEstablished = OnEstablished,
        };
        _session.WhenEnded.Add(Finish);
    }

    /// <summary>Sends the INVITE; the message follows when it was accepted.</summary>
    /// <param name="client">Whose it is.</param>
    /// <param name="address">To whom.</param>
    /// <param name="contentType">What it is.</param>
    /// <param name="anonymous">Whether he is not to be told who sends it.</param>
    /// <param name="send">Sends the message in the session that stands.</param>
    /// <param name="done">Told what it came to, when the session is over.</param>
    public static SendLargeMessage? Start(
        ImClient client,
        string address,
        string contentType,
        bool anonymous,
        Func<ImSession, TaskCompletionSource<SendOutcome>, OutgoingMessage?> send,
        Action<Task<SendOutcome>> done)
    {
        if (SimultaneousSessions.Problem(client) is { } problem)
        {
            done(Task.FromResult(new SendOutcome("", false, 0, problem.Text)));
            return null;
        }

        var sending = new SendLargeMessage(client, address, anonymous, send, done);
        StartSession.Begin(
            sending._session,
            address,
            size: 400,
            static offer => ("application/sdp", offer),
            static (ref SipWriter writer) => writer.Header(HeaderName.AcceptContact, "*;" + General.LargeMessageTag),
            largeType: contentType.Split(';')[0].Trim());
        return sending;
    }

    /// <summary>The user gives it up: the recipient is told that the rest will not come.</summary>
    public void GiveUp()
    {
        if (_message is not null) _session.Leg?.Abort(_message);
        else LeaveSession.Leave(_session);
    }

    private void OnEstablished()
    {
        _isSending = true;
        var sent = new TaskCompletionSource<SendOutcome>(); // its continuation runs where it is completed, and only posts a letter
        var mailbox = _session.Client.Mailbox;
        _ = sent.Task.ContinueWith(
            task => mailbox.Post(() => OnSent(task)), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _message = _send(_session, sent);
    }

    /// <summary>All of it is acknowledged, or it will not be: BYE either way.</summary>
    private void OnSent(Task<SendOutcome> sent)
    {
        _sent = sent;
        if (_session.State == ImSessionState.Ended) Finish();
        else LeaveSession.Leave(_session);
    }

    /// <summary>The session is over; where the other side ended it the message is told of first.</summary>
    private void Finish()
    {
        if (_isSending && _sent is null) return;
        if (_sent is not null) _done(_sent);
        else _done(Task.FromResult(_begun.Task.IsCompletedSuccessfully ? Refused(_begun.Task.GetAwaiter().GetResult()) : new SendOutcome("", false, 0, "Given up.")));
    }

    private static SendOutcome Refused(SessionOutcome begun) => new("", false, begun.Status, begun.Text);
}
