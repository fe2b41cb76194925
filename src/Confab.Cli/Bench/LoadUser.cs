using Confab.Runtime;
using Confab.Sip.Authentication;
using Confab.Sip.Message;

namespace Confab.Cli.Bench;

/// <summary>One user of a load, and the way to the server that all of his requests take.</summary>
sealed class LoadUser(int number, int named, UserPattern pattern, string password, SipLink link, Ids ids)
{
    readonly Credentials _credentials = new(pattern.NameOf(named), password, ids);
    readonly string _callId = ids.Token(64);
    SipResponse? _challenge;
    uint _cseq;

    /// <summary>His place in this load, from 0 on; his address may have another number.</summary>
    public int Number => number;

    public string Address { get; } = pattern[named];

    public SipLink Link => link;

    /// <summary>Of all his registrations (RFC 3261 10.2).</summary>
    public string RegisterCallId => _callId;

    public uint NextCSeq() => Interlocked.Increment(ref _cseq);

    /// <summary>Credentials for a challenge that has just come, which later requests use too; null when none of ours will do.</summary>
    public HeadersWriter? Answer(SipResponse challenge, SipMethod method, string uri, HashSet<string> answered)
    {
        _challenge = challenge;
        return _credentials.Answer(challenge, method, uri, answered);
    }

    /// <summary>Credentials before anybody asks: the last nonce once more, with the next count (RFC 7616 3.4).</summary>
    public HeadersWriter? Foresee(SipMethod method, string uri) => _challenge is { } challenge ? _credentials.Answer(challenge, method, uri, []) : null;
}
