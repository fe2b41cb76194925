using Confab.Sip.Message;

namespace Confab.Client;

/// <summary>Display names as people read them.</summary>
internal static class Names
{
    public static string Of(in NameAddr address) => QuotedText.Unescape(address.DisplayName).ToString();
}
