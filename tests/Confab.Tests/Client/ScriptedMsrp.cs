using System.Text;
using Confab.Runtime;
using Confab.Sim;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>One MSRP connection of the peer, in plain text.</summary>
sealed class ScriptedMsrp(SimWorld world, StreamFlow flow) : IStreamHandler
{
    readonly StringBuilder _arrived = new();
    readonly Queue<string> _frames = new();

    public bool IsOpen => flow.IsOpen;

    /// <summary>The next frame; fails when there is none.</summary>
    public string Expect()
    {
        world.Run();
        Assert.True(_frames.Count > 0, "No MSRP frame came");
        return _frames.Dequeue();
    }

    public void ExpectSilence()
    {
        world.Run();
        Assert.Empty(_frames);
    }

    public void Send(string frame)
    {
        flow.Send(Encoding.UTF8.GetBytes(frame.ReplaceLineEndings("\r\n")));
        world.Run();
    }

    /// <summary>Answers a request of the client.</summary>
    public void Answer(string request, string status = "200 OK")
    {
        var id = Id(request);
        Send($"MSRP {id} {status}\nTo-Path: {Header(request, "From-Path")}\nFrom-Path: {Header(request, "To-Path")}\n-------{id}$\n");
    }

    /// <summary>A SEND of the peer with these path headers; the client's answer follows.</summary>
    public void SendMessage(string toPath, string fromPath, string body, string contentType = "message/cpim", string id = "peertransaction", string messageId = "m1")
    {
        var content = body.ReplaceLineEndings("\r\n");
        var length = Encoding.UTF8.GetByteCount(content);
        Send($"MSRP {id} SEND\nTo-Path: {toPath}\nFrom-Path: {fromPath}\nMessage-ID: {messageId}\nByte-Range: 1-{length}/{length}\nContent-Type: {contentType}\n\n{content}\n-------{id}$\n");
    }

    public void Close()
    {
        flow.Close(EndReason.None);
        world.Run();
    }

    public static string Id(string frame) => frame.Split(' ')[1].Split("\r\n")[0];

    public static string Header(string frame, string name) => frame.Split("\r\n").First(line => line.StartsWith(name + ": ", StringComparison.Ordinal))[(name.Length + 2)..];

    public int OnReceived(ReadOnlySpan<byte> bytes)
    {
        _arrived.Append(Encoding.UTF8.GetString(bytes));
        while (true)
        {
            var text = _arrived.ToString();
            if (!text.Contains("\r\n", StringComparison.Ordinal)) break;
            var end = text.IndexOf($"-------{Id(text)}", StringComparison.Ordinal);
            var after = end < 0 ? -1 : text.IndexOf("\r\n", end, StringComparison.Ordinal);
            if (after < 0) break;
            _frames.Enqueue(text[..(after + 2)]);
            _arrived.Remove(0, after + 2);
        }

        return bytes.Length;
    }

    public void OnClosed(EndReason reason)
    {
        // A test that cares asks IsOpen.
    }
}
