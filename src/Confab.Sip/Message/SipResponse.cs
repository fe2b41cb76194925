namespace Confab.Sip.Message;

/// <summary>A response: status code and reason phrase. RFC 3261 7.2.</summary>
public sealed class SipResponse : SipMessage
{
    internal SipResponse(byte[] buffer)
        : base(buffer)
    {
    }

    /// <summary>100 to 699.</summary>
    public int Status { get; internal set; }

    /// <summary>The phrase, for people only; may be empty.</summary>
    public Text Reason { get; internal set; }

    public bool IsProvisional => Status < 200;

    public bool IsSuccess => Status is >= 200 and < 300;

    public bool IsFinal => Status >= 200;
}
