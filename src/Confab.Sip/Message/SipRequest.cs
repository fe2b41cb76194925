namespace Confab.Sip.Message;

/// <summary>A request: method and Request-URI. RFC 3261 7.1.</summary>
public sealed class SipRequest : SipMessage
{
    SipUri _requestUri;

    internal SipRequest(byte[] buffer)
        : base(buffer)
    {
    }

    public SipMethod Method { get; private set; }

    /// <summary>The method as written; what an unknown one is.</summary>
    public Text MethodText { get; private set; }

    /// <summary>Empty in a partial message whose Request-URI is malformed.</summary>
    public ref readonly SipUri RequestUri => ref _requestUri;

    public Text RequestUriText => _requestUri.Text;

    internal void SetMethod(Text method)
    {
        MethodText = method;
        Method = SipMethods.Parse(method.Span);
    }

    internal bool TypeRequestUri(Text uri) => SipUri.TryParse(uri, out _requestUri);
}
