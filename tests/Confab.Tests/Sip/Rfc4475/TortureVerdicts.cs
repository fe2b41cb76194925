namespace Confab.Tests.Sip.Rfc4475;

/// <summary>One message of RFC 4475, and what is made of it.</summary>
/// <param name="Name">Its file.</param>
/// <param name="Section">Where RFC 4475 has it; empty for a file that the RFC does not have.</param>
/// <param name="Title">The title of that section.</param>
/// <param name="Parser">What the parser says: 0 is taken, else the status to refuse it with.</param>
/// <param name="Udp">What the server answers to a stranger's datagram.</param>
/// <param name="Tcp">The same over a connection, where the bytes alone decide how far a message goes.</param>
/// <param name="Proven">What it answers when a trusted peer sends it for <c>sip:user@example.com</c>.</param>
/// <param name="Why">The reason.</param>
sealed record TortureVerdict(string Name, string Section, string Title, int Parser, string Udp, string Tcp, string Proven, string Why);

/// <summary>Every message of RFC 4475, judged.</summary>
static class TortureVerdicts
{
    public static IReadOnlyList<TortureVerdict> All { get; } =
    [
        new("wsinv", "3.1.1.1", "A Short Tortuous INVITE", 0, "481", "481", "481", "Every way of folding and spacing is understood; its To has a tag, and there is no such dialog here"),
        new("intmeth", "3.1.1.2", "Wide Range of Valid Characters", 0, "405", "405", "405", "All the odd characters are legal; the method is nobody's"),
        new("esc01", "3.1.1.3", "Valid Use of the % Escaping Mechanism", 0, "401", "401", "404", "Escapes stay what they are and are compared decoded; the host is not of this domain"),
        new("escnull", "3.1.1.4", "Escaped Nulls in URIs", 0, "401", "401", "403", "A null that is escaped is a character like others; nobody registers for another"),
        new("esc02", "3.1.1.5", "Use of % When It Is Not an Escape", 0, "405", "405", "405", "% in a method is no escape, so this is another method than REGISTER"),
        new("lwsdisp", "3.1.1.6", "Message with No LWS between Display Name and <", 0, "200", "200", "200", "A display name may touch its bracket"),
        new("longreq", "3.1.1.7", "Long Values in Header Fields", 0, "401", "401", "488", "Long values are within the limits; its SDP has no MSRP"),
        new("dblreq", "3.1.1.8", "Extra Trailing Octets in a UDP Datagram", 0, "401", "401, 401, closed", "200", "What lies behind Content-Length is no part of a datagram's message. A connection carries a second one there, and then something that cannot be framed"),
        new("semiuri", "3.1.1.9", "Semicolon-Separated Parameters in URI User Part", 0, "200", "200", "200", "Semicolons belong to the user part before the @"),
        new("transports", "3.1.1.10", "Varied and Unknown Transport Types", 0, "200", "200", "200", "Unknown transports in Vias that are not the top one are nobody's matter here"),
        new("mpart01", "3.1.1.11", "Multipart MIME Message", 0, "401", "401", "404", "Binary parts are taken as they are; the sender is asked who he is, then nobody here has that address"),
        new("unreason", "3.1.1.12", "Unusual Reason Phrase", 0, "silence", "silence", "silence", "A phrase may hold UTF-8 and quotes; the response is to no request of ours"),
        new("noreason", "3.1.1.13", "Empty Reason Phrase", 0, "silence", "silence", "silence", "A phrase may be empty; the response is to no request of ours"),
        new("badinv01", "3.1.2.1", "Extraneous Header Field Separators", 400, "400", "400", "400", "An empty parameter in Via is no grammar of RFC 3261"),
        new("clerr", "3.1.2.2", "Content Length Larger Than Message", 400, "400", "silence", "400", "A datagram that is shorter than it says is broken; a connection waits for the rest"),
        new("ncl", "3.1.2.3", "Negative Content-Length", 400, "400", "400, closed", "400", "A length below zero frames nothing, so the connection is closed after the answer"),
        new("scalar02", "3.1.2.4", "Request Scalar Fields with Overlarge Values", 400, "400", "400", "400", "CSeq and the others are bounded by 2^31, Max-Forwards by 255"),
        new("scalarlg", "3.1.2.5", "Response Scalar Fields with Overlarge Values", 400, "silence", "silence", "silence", "A malformed response is dropped"),
        new("quotbal", "3.1.2.6", "Unterminated Quoted String in Display Name", 400, "400", "400", "400", "A quoted string that does not end leaves To without a URI"),
        new("ltgtruri", "3.1.2.7", "<> Enclosing Request-URI", 400, "400", "400", "400", "Brackets are no part of a Request-URI"),
        new("lwsruri", "3.1.2.8", "Malformed SIP Request-URI (embedded LWS)", 400, "400", "400", "400", "A Request-URI has no space in it"),
        new("lwsstart", "3.1.2.9", "Multiple SP Separating Request-Line Elements", 400, "400", "400", "400", "Exactly one space stands between the elements of the start line; nothing is repaired that others may read otherwise"),
        new("trws", "3.1.2.10", "SP Characters at End of Request-Line", 400, "400", "400", "400", "No space follows the version"),
        new("escruri", "3.1.2.11", "Escaped Headers in SIP Request-URI", 400, "400", "400", "400", "A Request-URI carries no headers (RFC 3261 19.1.1)"),
        new("baddate", "3.1.2.12", "Invalid Time Zone in Date Header Field", 0, "401", "401", "488", "Date means nothing to this server, so its zone does not matter; its SDP has no MSRP"),
        new("regbadct", "3.1.2.13", "Failure to Enclose name-addr URI in <>", 0, "401", "401", "400", "Without brackets the question mark and what follows it belong to nobody"),
        new("badaspec", "3.1.2.14", "Spaces within addr-spec", 400, "400", "400", "400", "No space is allowed inside the brackets"),
        new("baddn", "3.1.2.15", "Non-token Characters in Display Name", 400, "400", "silence", "400", "A bare display name is made of tokens. The file has no empty line at its end, so that a connection waits for it"),
        new("badvers", "3.1.2.16", "Unknown Protocol Version", 505, "505", "505", "505", "Another version of SIP is not understood, and said so"),
        new("mismatch01", "3.1.2.17", "Start Line and CSeq Method Mismatch", 400, "400", "400", "400", "CSeq names the method of the start line"),
        new("mismatch02", "3.1.2.18", "Unknown Method with CSeq Method Mismatch", 400, "400", "400", "400", "The same for a method that is unknown"),
        new("bigcode", "3.1.2.19", "Overlarge Response Code", 400, "silence", "silence", "silence", "A status has three digits; a malformed response is dropped"),
        new("badbranch", "3.2.1", "Missing Transaction Identifier", 0, "200", "200", "200", "The magic cookie alone tells no transactions apart: it is matched as RFC 2543 has it"),
        new("insuf", "3.3.1", "Missing Required Header Fields", 400, "silence", "silence", "silence", "Without From, To and Call-ID there is nothing to answer with"),
        new("unkscm", "3.3.2", "Request-URI with Unknown Scheme", 0, "416", "416", "416", "No such scheme is served"),
        new("novelsc", "3.3.3", "Request-URI with Known but Atypical Scheme", 0, "416", "416", "416", "The scheme is a real one, and not served"),
        new("unksm2", "3.3.4", "Unknown URI Schemes in Header Fields", 0, "401", "401", "404", "Schemes in To and Contact are not looked at before the sender is known; then nobody here has that address"),
        new("bext01", "3.3.5", "Proxy-Require and Require", 0, "420", "420", "420", "Unknown extensions are refused and named in Unsupported; Proxy-Require is for proxies"),
        new("invut", "3.3.6", "Unknown Content-Type", 0, "401", "401", "415", "The body is no offer that can be read, and Accept says what would be"),
        new("regaut01", "3.3.7", "Unknown Authorization Scheme", 0, "401", "401", "200", "Credentials of an unknown scheme are none; a REGISTER without Contact asks what is bound"),
        new("multi01", "3.3.8", "Multiple Values in Single Value Required Fields", 400, "400", "400", "400", "Fields with one value come once, or two readers take different ones"),
        new("mcl01", "3.3.9", "Multiple Content-Length Values", 400, "400", "400, closed", "400", "Two lengths frame nothing; a connection is closed after the answer"),
        new("bcast", "3.3.10", "200 OK Response with Broadcast Via Header Field Value", 0, "silence", "silence", "silence", "A response is matched by its branch and sent nowhere, whatever its Vias say"),
        new("zeromf", "3.3.11", "Max-Forwards of Zero", 0, "200", "200", "200", "Max-Forwards counts for who forwards; this server is the one that is asked"),
        new("cparam01", "3.3.12", "REGISTER with a Contact Header Parameter", 0, "401", "401", "200", "A parameter behind a bare URI is the Contact's, and an unknown one is kept"),
        new("cparam02", "3.3.13", "REGISTER with a url-parameter", 0, "401", "401", "200", "A parameter inside the brackets is the URI's, and an unknown one is kept"),
        new("regescrt", "3.3.14", "REGISTER with a URL Escaped Header", 0, "401", "401", "200", "Headers in a Contact URI are kept with it, not acted upon"),
        new("sdp01", "3.3.15", "Unacceptable Accept Offering", 0, "401", "401", "488", "The offer has no MSRP; Accept is not reached"),
        new("inv2543", "3.4.1", "INVITE with RFC 2543 Syntax", 0, "401", "400, closed", "404", "An old client leaves out tag, branch, Max-Forwards and length; a datagram needs none of them, a connection the length"),        new("test", "", "No SIP at all", 400, "silence", "silence", "silence", "Neither a version in the start line nor a Via: it cannot be answered"),
    ];
}
