using System.Buffers;
using System.Globalization;
using System.Text;
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Sip.Registration;

/// <summary>
/// URIs that mean one device of a user: RFC 5627. The public one is made of the address and the instance, so nothing is kept of it and it
/// means the same after a restart; the temporary one is a random user part that its binding keeps.
/// </summary>
[Clause("RFC 5627", "5.4")]
public static class Gruu
{
    private const int TemporaryBits = 100; // nobody can tell whose it is, or guess one

    private static readonly SearchValues<byte> s_plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()[]/:&+$"u8); // paramchar of RFC 3261 25.1

    public static bool Is(in SipUri uri) => uri.IsSipOrSips && uri.HasParameter("gr"u8);

    /// <summary>A temporary one: its <c>gr</c> has no value.</summary>
    public static bool IsTemporary(in SipUri uri) => Is(uri) && uri.Parameter("gr"u8).IsEmpty;

    /// <summary>The instance that a public one names.</summary>
    public static string InstanceOf(in SipUri uri) => UriEscapes.Unescape(uri.Parameter("gr"u8)).ToString();

    public static string Public(string address, string instance)
    {
        var text = new StringBuilder(address).Append(";gr=");
        foreach (var value in Encoding.UTF8.GetBytes(instance))
        {
            if (s_plain.Contains(value)) text.Append((char)value);
            else text.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
        }

        return text.ToString();
    }

    /// <summary>A user part that no other has.</summary>
    public static string NewTemporary(Ids ids) => "tgruu." + ids.Token(TemporaryBits);

    public static string Temporary(string user, string domain) => $"sip:{user}@{domain};gr";
}
