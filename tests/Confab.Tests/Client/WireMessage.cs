using System.Text;

namespace Confab.Tests.Client;

/// <summary>A SIP message as text, taken apart with nothing of the product.</summary>
sealed class WireMessage
{
    readonly string[] _lines;

    public WireMessage(string text)
    {
        Text = text;
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        _lines = text[..end].Split("\r\n");
        Body = text[(end + 4)..];
    }

    public string Text { get; }

    public string Body { get; }

    public string StartLine => _lines[0];

    public string Method => this["CSeq"]!.Split(' ')[1];

    public int Status => StartLine.StartsWith("SIP/2.0 ", StringComparison.Ordinal) ? int.Parse(StartLine.Split(' ')[1]) : 0;

    public string RequestUri => StartLine.Split(' ')[1];

    /// <summary>The first header of that name, null when there is none.</summary>
    public string? this[string name] => All(name).FirstOrDefault();

    public IEnumerable<string> All(string name) => _lines.Skip(1)
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim());

    public string Branch => this["Via"]!.Split("branch=")[1].Split(';')[0];

    public string Tag(string header) => this[header]!.Contains("tag=", StringComparison.Ordinal) ? this[header]!.Split("tag=")[1].Split(';')[0] : "";

    /// <summary>The value of an attribute in the session description.</summary>
    public string? Sdp(string attribute) => Body.Split("\r\n").FirstOrDefault(line => line.StartsWith($"a={attribute}:", StringComparison.Ordinal))?[(attribute.Length + 3)..];

    public override string ToString() => Text;

    /// <summary>Cuts whole messages off the front of what came.</summary>
    public static IEnumerable<WireMessage> Cut(StringBuilder arrived)
    {
        while (true)
        {
            var text = arrived.ToString();
            var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (head < 0) yield break;
            var length = text[..head].Split("\r\n").First(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Split(':')[1];
            var end = head + 4 + int.Parse(length);
            if (text.Length < end) yield break;
            arrived.Remove(0, end);
            yield return new WireMessage(text[..end]);
        }
    }
}
