using System.Text;
using Confab.Sip.Message;

namespace Confab.Sip.Authentication;

/// <summary>Algorithms of digest authentication. RFC 7616 6.1, RFC 8760 2.1. Those with session keys are read, and not served.</summary>
public enum DigestAlgorithm
{
    Unknown,
    Md5,
    Sha256,
    Md5Session,
    Sha256Session,
}

/// <summary>Names and sizes of the algorithms.</summary>
public static class DigestAlgorithms
{
    public static ReadOnlySpan<byte> Name(DigestAlgorithm algorithm) => algorithm switch
    {
        DigestAlgorithm.Md5 => "MD5"u8,
        DigestAlgorithm.Sha256 => "SHA-256"u8,
        DigestAlgorithm.Md5Session => "MD5-sess"u8,
        DigestAlgorithm.Sha256Session => "SHA-256-sess"u8,
        _ => default,
    };

    /// <summary>An absent algorithm means MD5.</summary>
    public static DigestAlgorithm Parse(Text name)
    {
        if (name.IsEmpty)
            return DigestAlgorithm.Md5;
        for (var algorithm = DigestAlgorithm.Md5; algorithm <= DigestAlgorithm.Sha256Session; algorithm++)
        {
            if (Ascii.EqualsIgnoreCase(name.Span, Name(algorithm)))
                return algorithm;
        }

        return DigestAlgorithm.Unknown;
    }

    /// <summary>Whether responses by it are computed here.</summary>
    public static bool IsServed(DigestAlgorithm algorithm) => algorithm is DigestAlgorithm.Md5 or DigestAlgorithm.Sha256;

    /// <summary>Hexadecimal digits of a hash.</summary>
    public static int HexLength(DigestAlgorithm algorithm) => algorithm is DigestAlgorithm.Sha256 or DigestAlgorithm.Sha256Session ? 64 : 32;
}
