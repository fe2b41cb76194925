// Modifying a session of ours by re-INVITE: RFC 3261 14.1.
//
//   Modify ──► our turn? ──no: their re-INVITE or our 2xx is not through─► waits for the ACK
//                │yes
//                ▼
//            INVITE ──2xx──► ACK, done 200
//              ▲   ├─ 491 ──► wait: 2.1 to 4 s where the Call-ID is ours, else 0 to 2 s ──┐
//              │   ├─ 500, 503 with Retry-After ──► wait as told ────────────────────────┤
//              └───┴─────────────────────────────────────────────────────────────────────┘  no more than MostTries
//                  ├─ 408, 481, no answer ──► BYE, the session has ended
//                  └─ any other ──► done; the session goes on as it was
using Confab.Runtime;
using Confab.Sip.Dialog;
using Confab.Sip.Message;
using Confab.Sip.Transaction;

namespace Confab.Sip.Session;

public sealed partial class SipSession
{
    private Reinvite? _reinvite;

    /// <summary>Sends a re-INVITE with this description, one at a time; it waits for one of the peer's that is not through.</summary>
    /// <param name="contentType">The type of the body.</param>
    /// <param name="body">The whole description, changed or not (RFC 3264 8).</param>
    /// <param name="done">
    /// Called once with the final status: 200 with the response that has the answer; 408 when none came and 503 when it could not be sent; 487
    /// when the session ended meanwhile; 491 when one of ours is under way already, or the peer's were every time.
    /// </param>
    [Clause("RFC 3261", "14.1", "IMC-MOD-1", "IMC-MOD-4")]
    public void Modify(string contentType, byte[] body, Action<int, SipResponse?> done)
    {
        if (State is not (SessionState.Established or SessionState.Accepted)) Mailbox.Post(() => done(StatusCode.RequestTerminated, null));
        else if (_reinvite is not null) Mailbox.Post(() => done(StatusCode.RequestPending, null));
        else
        {
            _reinvite = new Reinvite(this, contentType, body, done);
            _reinvite.Begin();
        }
    }

    /// <summary>One re-INVITE of ours, with its tries.</summary>
    private sealed class Reinvite : IClientTransactionUser
    {
        private const int MostTries = 6; // a peer who is never ready, a server that always asks for more
        private const int OctetsOfHeaders = 1000;

        private readonly SipSession _session;
        private readonly string _contentType;
        private readonly byte[] _body;
        private readonly Alarm _wait;
        private readonly Alarm _noAnswer;
        private Action<int, SipResponse?>? _done;
        private Authorizations? _authorizations;
        private SipRequest? _invite;
        private Flow? _flow;
        private byte[]? _ack;
        private bool _accepted;
        private bool _cancelled;
        private int _tries;

        public Reinvite(SipSession session, string contentType, byte[] body, Action<int, SipResponse?> done)
        {
            _session = session;
            _contentType = contentType;
            _body = body;
            _done = done;
            _wait = new Alarm(session.Mailbox, Begin);
            _noAnswer = new Alarm(session.Mailbox, GiveUp);
        }

        /// <summary>Whether the INVITE is on its way and has no final answer: the peer's own is then answered 491.</summary>
        public bool IsPending { get; private set; }

        /// <summary>Sends it, if nothing stands in the way; else the ACK that is missing will begin it.</summary>
        public void Begin()
        {
            if (_done is null || IsPending || _wait.IsSet || _session.State != SessionState.Established) return;
            if (_tries++ == MostTries)
            {
                Finish(StatusCode.RequestPending, null);
                return;
            }

            RequestInDialog.Reach(_session._agent, _session.Dialog!, Send, _body.Length + OctetsOfHeaders);
        }

        /// <summary>The session is ending: no more tries. A 2xx that comes all the same is acknowledged.</summary>
        public void Stop()
        {
            _wait.Cancel();
            _noAnswer.Cancel();
            Finish(StatusCode.RequestTerminated, null);
        }

        public void OnResponse(SipResponse response, Flow flow)
        {
            if (!response.IsFinal)
            {
                if (IsPending && !_noAnswer.IsSet) _noAnswer.Set(TimeSpan.FromSeconds(_session._agent.Transport.World.Limits.InviteAnswerSeconds));
                return;
            }

            if (response.IsSuccess)
            {
                TakeAcceptance(response, flow);
                return;
            }

            if (!IsPending) return;
            IsPending = false;
            _noAnswer.Cancel();
            if (_done is null) return;
            if (Authorizations.IsChallenge(response)
                && (_authorizations ??= new Authorizations(_session._agent, SipMethod.Invite, _invite!.RequestUriText.ToString())).Meets(response)) Begin();
            else if (_session.Timer?.Raises(response) == true) Begin();
            else if (response.Status == StatusCode.RequestPending) Wait(Glare());
            else if (response.Status is StatusCode.ServerInternalError or StatusCode.ServiceUnavailable && response.TryGetSeconds(HeaderName.RetryAfter, out var seconds)
                && TimeSpan.FromSeconds(seconds) <= _session._agent.Transactions.Times.Patience) Wait(TimeSpan.FromSeconds(seconds));
            else if (response.Status is StatusCode.RequestTimeout or StatusCode.CallTransactionDoesNotExist) EndSession(response.Status, response);
            else Finish(response.Status, response);
        }

        public void OnNoResponse(EndReason reason)
        {
            if (!IsPending) return;
            IsPending = false;
            _noAnswer.Cancel();
            if (_done is null) return;
            if (reason == EndReason.TimedOut) EndSession(StatusCode.RequestTimeout, null);
            else Finish(StatusCode.ServiceUnavailable, null);
        }

        private void Send(Flow? flow, Location? location)
        {
            if (_done is null || IsPending || _session.State != SessionState.Established) return;
            if (flow is null)
            {
                Finish(StatusCode.ServiceUnavailable, null);
                return;
            }

            var agent = _session._agent;
            var dialog = _session.Dialog!;
            var bytes = RequestInDialog.Compose(
                dialog,
                SipMethod.Invite,
                ++dialog.LocalCSeq,
                agent.Transport,
                flow,
                (ref SipWriter writer) =>
                {
                    writer.Header(HeaderName.Contact, _session._contact(flow));
                    _authorizations?.Write(ref writer);
                    agent.WriteRequestHeaders(ref writer, SipMethod.Invite);
                    _session.Timer?.WriteRequest(ref writer);
                },
                location,
                _contentType,
                _body);
            _invite = SipParser.ParseOwnRequest(bytes);
            _flow = flow;
            IsPending = true;
            agent.Transactions.Send(bytes, flow, this);
        }

        /// <summary>The 2xx, and each time that it is repeated: its ACK, a request of its own (RFC 3261 13.2.2.4).</summary>
        private void TakeAcceptance(SipResponse response, Flow flow)
        {
            if (_accepted)
            {
                if (_ack is not null) _session._agent.Transport.Send(_flow!, _ack);
                return;
            }

            _accepted = true;
            IsPending = false;
            _noAnswer.Cancel();
            var dialog = _session.Dialog!;
            dialog.Refresh(response, flow);
            RequestInDialog.Reach(_session._agent, dialog, (found, location) =>
            {
                _flow = found ?? flow;
                _ack = RequestInDialog.Compose(
                    dialog,
                    SipMethod.Ack,
                    _invite!.CSeq.Number,
                    _session._agent.Transport,
                    _flow,
                    (ref SipWriter writer) =>
                    {
                        _authorizations?.Write(ref writer);
                        _session._agent.WriteRequestHeaders(ref writer, SipMethod.Ack);
                    },
                    location);
                _session._agent.Transport.Send(_flow, _ack);
                if (_done is null) return;
                _session.TakeTimerAnswer(response);
                Finish(StatusCode.Ok, response);
            });
        }

        /// <summary>It rings and is never answered: given up like an invitation, and the session with it, if nothing comes of the CANCEL either.</summary>
        private void GiveUp()
        {
            if (!IsPending) return;
            if (_cancelled)
            {
                IsPending = false;
                _session._agent.Transactions.Abandon(_invite!);
                EndSession(StatusCode.RequestTimeout, null);
                return;
            }

            _cancelled = true;
            var cancel = CopyOfInvite.Cancel(_invite!, (ref SipWriter writer) => _session._agent.WriteRequestHeaders(ref writer, SipMethod.Cancel));
            _session._agent.Transactions.Send(cancel, _flow!, s_unheard);
            _noAnswer.Set(_session._agent.Transactions.Times.Patience);
        }

        /// <summary>491: both at once. The two wait differently long, in steps of 10 ms (RFC 3261 14.1).</summary>
        private TimeSpan Glare()
        {
            var chance = _session._agent.Transport.World.Ids.Number();
            return TimeSpan.FromMilliseconds(_session.IsCaller ? 2_100 + (10 * (chance % 191)) : 10 * (chance % 201));
        }

        private void Wait(TimeSpan delay) => _wait.Set(delay);

        private void EndSession(int status, SipResponse? response)
        {
            Finish(status, response);
            _session.EndUnheard();
        }

        private void Finish(int status, SipResponse? response)
        {
            if (_done is not { } done) return;
            _done = null;
            if (_session._reinvite == this) _session._reinvite = null;
            done(status, response);
        }
    }
}
