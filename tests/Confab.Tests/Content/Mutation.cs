// Hostile variants of a sample: the same ones for the same seed.
namespace Confab.Tests.Content;

static class Mutation
{
    public const int Inputs = 5_000;
    static readonly byte[] Telling = "\r\n\0 \t<>\"\\:;=/-.\u007f&"u8.ToArray();

    public static IEnumerable<byte[]> Of(byte[] sample, int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < Inputs; i++)
        {
            var bytes = new List<byte>(sample);
            for (int edits = random.Next(1, 9); edits > 0; edits--) Edit(bytes, random);
            yield return [.. bytes];
        }
    }

    static void Edit(List<byte> bytes, Random random)
    {
        int at = random.Next(bytes.Count + 1);
        int length = Math.Min(random.Next(40), bytes.Count - at);
        switch (random.Next(7))
        {
            case 0: bytes.Insert(at, (byte)random.Next(256)); break;
            case 1: bytes.Insert(at, Telling[random.Next(Telling.Length)]); break;
            case 2: bytes.RemoveRange(at, length); break;
            case 3: bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length)); break;
            case 4 when at < bytes.Count: bytes[at] = (byte)random.Next(256); break;
            case 5 when at < bytes.Count: bytes[at] = Telling[random.Next(Telling.Length)]; break;
            case 6 when random.Next(4) == 0: bytes.RemoveRange(at, bytes.Count - at); break;
            default: break;
        }
    }
}
