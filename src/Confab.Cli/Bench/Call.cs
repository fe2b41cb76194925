using Confab.Content.Sdp;

namespace Confab.Cli.Bench;

/// <summary>One end of a session: its dialog, its MSRP session, and whether the connection for that stands.</summary>
sealed class CallEnd(LoadUser user, string ownPath)
{
    public LoadUser User => user;

    public string OwnPath => ownPath;

    public LoadDialog? Dialog { get; set; }

    public MsrpMedia? Remote { get; set; }

    public MsrpWire? Wire { get; set; }

    public bool IsBound { get; set; }

    /// <summary>Has said goodbye and was heard, or was told.</summary>
    public bool HasEnded { get; set; }
}

/// <summary>One session between two users of the load.</summary>
sealed class Call(CallEnd caller, CallEnd callee, long intended)
{
    int _state;

    public CallEnd Caller => caller;

    public CallEnd Callee => callee;

    public long Intended => intended;

    /// <summary>The caller's.</summary>
    public string CallId { get; set; } = "";

    /// <summary>Which of the two this is.</summary>
    public CallEnd EndOf(bool isCaller) => isCaller ? caller : callee;

    /// <summary>Moves on when that is where it stands; true for one thread alone.</summary>
    public bool TryMove(CallState from, CallState to) => Interlocked.CompareExchange(ref _state, (int)to, (int)from) == (int)from;

    public CallState State => (CallState)Volatile.Read(ref _state);
}

enum CallState
{
    Calling,
    Established,
    Leaving,
    Over,
}
