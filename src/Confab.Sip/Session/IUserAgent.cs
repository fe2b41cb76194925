using Confab.Runtime;
using Confab.Sip.Authentication;
using Confab.Sip.Message;
using Confab.Sip.Transaction;
using Confab.Sip.Transport;

namespace Confab.Sip.Session;

/// <summary>The program that sessions belong to: what its requests and responses say of it, and who it is.</summary>
public interface IUserAgent
{
    TransactionTable Transactions { get; }

    SipTransport Transport => Transactions.Transport;

    /// <summary>User-Agent, Allow, Supported and the like, as they fit the method.</summary>
    void WriteRequestHeaders(ref SipWriter writer, SipMethod method);

    /// <summary>Server, Allow and the like, as they fit the method and the status; not called for 100.</summary>
    void WriteResponseHeaders(ref SipWriter writer, SipMethod method, int status);

    /// <summary>What answers a challenge (RFC 3261 22); null where this program has no credentials.</summary>
    Credentials? Credentials { get; }

    /// <summary>Where requests go that have no flow of their own; null to follow their Request-URI.</summary>
    SipUri? OutboundProxy { get; }

    /// <summary>What it wants of session timers (RFC 4028); null where it knows nothing of them.</summary>
    SessionTimerTerms? TimerTerms => null;

    /// <summary>Where a user of ours is whom a URI means that is no device's own, such as a GRUU (RFC 5627 6.1); null for every other URI.</summary>
    Location? Locate(SipUri target) => null;
}

/// <summary>Who holds a session learns what becomes of it; called inside the owner's turn.</summary>
public interface ISipSessionUser
{
    /// <summary>A provisional response to our INVITE, 101 to 199.</summary>
    void OnRinging(SipSession session, SipResponse response);

    /// <summary>Our INVITE was accepted; its ACK has been sent.</summary>
    void OnAnswered(SipSession session, SipResponse response);

    /// <summary>Whether a redirection (3xx) is followed to this Contact of it; one that names none to follow is a refusal (RFC 3261 8.1.3.4).</summary>
    bool Follows(SipSession session, int status, NameAddr contact) => false;

    /// <summary>Our INVITE came to nothing: a final response of 300 to 699, or none (then <paramref name="response"/> is null).</summary>
    void OnRefused(SipSession session, int status, SipResponse? response);

    /// <summary>The peer acknowledged our 2xx; the ACK has the answer where the 2xx had the offer.</summary>
    void OnConfirmed(SipSession session, SipRequest ack);

    /// <summary>The peer gave its INVITE up before we answered; 487 has been sent.</summary>
    void OnCancelled(SipSession session);

    /// <summary>A re-INVITE, to be answered through <see cref="SipSession.AcceptModify"/> or <see cref="SipSession.RefuseModify"/>.</summary>
    void OnModify(SipSession session, IServerTransaction transaction);

    /// <summary>The peer acknowledged our 2xx to a re-INVITE that had no offer: the ACK has the answer to ours.</summary>
    void OnModifyConfirmed(SipSession session, SipRequest ack)
    {
    }

    /// <summary>Our description of the session as it was sent last: what a refresh says again (RFC 4028 7.4).</summary>
    (string ContentType, byte[] Body) Describe(SipSession session);

    /// <summary>The peer sent BYE, which has been answered 200; or it is not heard of any more and the session was given up.</summary>
    void OnEnded(SipSession session, EndReason reason, SipRequest? bye);

    /// <summary>Our BYE is through: answered, or not answered in its time.</summary>
    void OnByeDone(SipSession session);
}
