using Confab.Msrp;

namespace Confab.Cli.Bench;

/// <summary>One member of the group: his dialog, his connection, and what he got.</summary>
sealed class Member(FanoutLoad load, LoadUser user, int senders) : IMsrpLoad
{
    readonly Arrivals[] _arrivals = new Arrivals[senders];
    Dictionary<string, Mark>? _begun; // large messages, the first piece of which has come

    public LoadUser User => user;

    public LoadDialog? Dialog { get; set; }

    public MsrpWire? Wire { get; set; }

    public string OwnPath { get; set; } = "";

    public string ServerPath { get; set; } = "";

    public bool IsBound { get; private set; }

    /// <summary>Messages that came, each once; how many of them came after a later one; second copies.</summary>
    public long Got { get; private set; }

    public long Late { get; private set; }

    public long Again { get; private set; }

    public void OnFrame(MsrpWire wire, in MsrpFrame frame)
    {
        if (frame.Kind == MsrpKind.Response)
        {
            if (Speaker.TryNumber(frame.TransactionId, out var sender, out var number)) load.OnAnswer(user.Number, sender, number, frame.Status);
            else if (!IsBound && frame.Status == MsrpStatus.Ok) load.OnBound(this, IsBound = true);
            else if (!IsBound) load.Refused($"MSRP {(int)frame.Status}");
            else load.OnStrange();
            return;
        }

        if (frame.IsLastPiece) wire.Answer(frame);
        if (frame.Method != MsrpMethod.Send || !frame.HasBody) return;
        if (frame.IsWholeMessage)
        {
            if (Mark.TryFind(frame.Body, out var mark)) Take(mark);
            return;
        }

        TakePiece(frame);
    }

    public void OnClosed(MsrpWire wire) => load.OnMemberGone(this);

    public void OnStrange() => load.OnStrange();

    /// <summary>A message that comes in pieces has arrived when the last of it has.</summary>
    void TakePiece(in MsrpFrame piece)
    {
        if (piece.IsFirstPiece && piece.Offset == 1 && Mark.TryFind(piece.Body, out var mark)) (_begun ??= new(StringComparer.Ordinal))[piece.MessageIdText] = mark;
        if (piece.IsLastPiece && piece.Continuation == '$' && _begun is not null && _begun.Remove(piece.MessageIdText, out mark)) Take(mark);
    }

    void Take(in Mark mark)
    {
        if (mark.Run != load.Run || mark.Sender >= _arrivals.Length || mark.Sender == user.Number)
        {
            load.OnStrange();
            return;
        }

        var arrival = _arrivals[mark.Sender].Take(mark.Number);
        if (arrival == Arrival.Again)
        {
            Again++;
            return;
        }

        Got++;
        if (arrival == Arrival.Late) Late++;
        load.OnDelivered(mark);
    }
}
