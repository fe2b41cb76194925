namespace Confab.Content.ConferenceInfo;

/// <summary>Names of RFC 4575 8.</summary>
public static class ConferenceInfoNames
{
    public const string Namespace = "urn:ietf:params:xml:ns:conference-info";

    public const string ContentType = "application/conference-info+xml";

    /// <summary>The words of the states.</summary>
    internal static string Of(ElementState state) => state switch
    {
        ElementState.Full => "full",
        ElementState.Partial => "partial",
        _ => "deleted",
    };
}
