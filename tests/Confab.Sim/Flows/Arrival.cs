namespace Confab.Sim.Flows;

/// <summary>What came to a cast member and has perhaps been listed.</summary>
internal sealed class Arrival
{
    public required string Member { get; init; }

    public PlainSip? Sip { get; init; }

    public PlainMsrp? Msrp { get; init; }

    /// <summary>The peer closed the connection.</summary>
    public bool IsClose { get; init; }

    public bool IsMsrp { get; init; }

    public byte[] Bytes { get; init; } = [];

    /// <summary>Need not be listed: 100, the ACK of a refusal, the close of an MSRP connection.</summary>
    public bool IsOptional { get; init; }

    public bool IsListed { get; set; }

    public string Headline => this switch
    {
        { IsClose: true } => "closes the connection",
        { Sip: { IsResponse: true } sip } => $"{sip.StartLine[8..]} ({sip.Method})",
        { Sip: { } sip } => sip.StartLine[..^8],
        { Msrp: { } msrp } => $"{msrp.Kind}{(msrp.Body is null ? "" : $" [{msrp.Body.Length} octets{msrp.Flag}]")}",
        _ => "",
    };

    public override string ToString() => IsClose ? Headline : (Sip?.ToString() ?? Msrp?.ToString() ?? "").TrimEnd();
}
