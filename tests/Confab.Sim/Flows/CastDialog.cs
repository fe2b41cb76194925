namespace Confab.Sim.Flows;

/// <summary>One dialog as a cast member keeps it: RFC 3261 12, and the MSRP session that it set up.</summary>
internal sealed class CastDialog
{
    public required string CallId { get; init; }

    /// <summary>Its own address with its tag, as From of its requests.</summary>
    public required string Local { get; set; }

    /// <summary>The peer's address, with its tag once there is one, as To of its requests.</summary>
    public required string Remote { get; set; }

    /// <summary>The peer's Contact: the IM Session Identity.</summary>
    public string Target { get; set; } = "";

    public bool IsFocus { get; set; }

    public int CSeq { get; set; }

    /// <summary>The last INVITE sent, for its ACK and its CANCEL.</summary>
    public PlainSip? Invite { get; set; }

    /// <summary>The MSRP session's id in the member's own path.</summary>
    public required string MsrpId { get; init; }

    public int SdpVersion { get; set; }

    /// <summary>CSeq numbers of INVITEs that the member refused: their ACKs are the transaction's own matter.</summary>
    public HashSet<int> Refused { get; } = [];

    /// <summary>The peer's path; empty before its SDP came.</summary>
    public string RemotePath { get; set; } = "";

    public MsrpConnection? Msrp { get; set; }

    /// <summary>Notes what a response or request of the peer tells.</summary>
    public void Learn(PlainSip message)
    {
        if (message["Contact"] is { } contact)
        {
            Target = PlainSip.UriOf(contact);
            IsFocus = contact.Contains(";isfocus", StringComparison.Ordinal);
        }

        foreach (var line in message.Body.Split("\r\n"))
        {
            if (line.StartsWith("a=path:", StringComparison.Ordinal)) RemotePath = line[7..];
        }
    }
}
