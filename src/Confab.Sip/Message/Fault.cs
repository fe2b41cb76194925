namespace Confab.Sip.Message;

/// <summary>
/// Why bytes from a peer were not taken. Peer input never throws; it ends here.
/// </summary>
/// <param name="Status">SIP status that a server answers with (400, 413, 505, 513); 0 means no fault.</param>
/// <param name="Reason">What is wrong, fit for a Warning or a log; never content of the message.</param>
/// <param name="Clause">The clause that says so.</param>
/// <param name="Offset">Byte offset in the buffer that was parsed.</param>
public readonly record struct Fault(int Status, string Reason, string Clause, int Offset)
{
    public bool IsNone => Status == 0;
}
