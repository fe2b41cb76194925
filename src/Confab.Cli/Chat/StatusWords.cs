namespace Confab.Cli.Chat;

/// <summary>What a refusal means to somebody who knows no SIP. Where the server gives a reason of its own, that is what is shown.</summary>
static class StatusWords
{
    // The phrase that says no more than the number (RFC 3261 21, RFC 4975 10), and what to say for it.
    static readonly Dictionary<int, (string Phrase, string Words)> s_ofCalls = new()
    {
        [403] = ("Forbidden", "not allowed"),
        [404] = ("Not Found", "nobody is known by that name"),
        [408] = ("Request Timeout", "no answer"),
        [480] = ("Temporarily Unavailable", "not reachable now"),
        [486] = ("Busy Here", "busy"),
        [488] = ("Not Acceptable Here", "the other side takes no messages of these types"),
        [500] = ("Server Internal Error", "the server failed"),
        [503] = ("Service Unavailable", "the server cannot take it now"),
        [600] = ("Busy Everywhere", "busy"),
        [603] = ("Decline", "declined"),
    };

    static readonly Dictionary<int, (string Phrase, string Words)> s_ofMessages = new()
    {
        [403] = ("Forbidden", "the other side takes no messages now"),
        [408] = ("Request Timeout", "no answer"),
        [413] = ("Message Too Large", "the other side does not want all of it"),
        [415] = ("Unsupported Media Type", "the other side does not take this type"),
        [481] = ("Session Does Not Exist", "the session is over"),
    };

    /// <summary>Why a call, an invitation or another request came to nothing: <c>not reachable now (480)</c>.</summary>
    public static string OfCall(int status, string text) => Of(s_ofCalls, status, text);

    /// <summary>Why a message was not taken.</summary>
    public static string OfMessage(int status, string text) => Of(s_ofMessages, status, text);

    /// <summary>What is wrong with an argument, without the name that it has in the code.</summary>
    public static string OfMistake(Exception exception) =>
        exception is ArgumentException { ParamName: { } name } ? exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : exception.Message;

    static string Of(Dictionary<int, (string Phrase, string Words)> known, int status, string text)
    {
        var words = known.TryGetValue(status, out var entry) && (text.Length == 0 || text.Equals(entry.Phrase, StringComparison.OrdinalIgnoreCase)) ? entry.Words : text.TrimEnd('.');
        return status == 0 ? words : words.Length == 0 ? $"{status}" : $"{words} ({status})";
    }
}
