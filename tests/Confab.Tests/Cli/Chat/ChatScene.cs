using System.Text.Json;
using System.Threading.Channels;
using Confab.Cli.Chat;
using Confab.Sim;
using Confab.Tests.Client;
using Xunit;

namespace Confab.Tests.Cli.Chat;

/// <summary>The chat of a script in the simulated world: lines in, JSON out, everything on the test's thread.</summary>
sealed class ChatScene : IDisposable
{
    readonly SynchronizationContext? _before = SynchronizationContext.Current;
    readonly LinesTyped _input = new();
    readonly StringWriter _output = new();
    readonly CancellationTokenSource _quit = new();
    int _read;

    public ChatScene()
    {
        Wire = new Scene();
        SynchronizationContext.SetSynchronizationContext(new OnScheduler(Wire.World.Scheduler));
        Exit = PipedChat.RunAsync(Wire.Client, "sip:alice@example.com", _input, new JsonFace(_output), Wire.World.Time, new Downloads(Folder), _quit.Token);
    }

    public Scene Wire { get; }

    /// <summary>Where received content goes; there once something came.</summary>
    public string Folder { get; } = Path.Combine(Path.GetTempPath(), "confab-test-" + Path.GetRandomFileName());

    public ScriptedPeer Peer => Wire.Peer;

    /// <summary>The exit code, once the chat is over.</summary>
    public Task<int> Exit { get; }

    public ChatScene Registered()
    {
        Peer.Answer(Peer.Expect("REGISTER"), 200, "Expires: 600");
        Assert.Equal("""{"event":"registered","expires":600}""", Line());
        return this;
    }

    public void Type(string line)
    {
        _input.Add(line);
        Wire.World.Run();
    }

    public void EndInput()
    {
        _input.End();
        Wire.World.Run();
    }

    public void Interrupt()
    {
        _quit.Cancel();
        Wire.World.Run();
    }

    /// <summary>The next line that was printed.</summary>
    public string Line()
    {
        Wire.World.Run();
        var text = _output.ToString();
        Assert.True(_read < text.Length, "Nothing was printed");
        var end = text.IndexOf(Environment.NewLine, _read, StringComparison.Ordinal);
        var line = text[_read..end];
        _read = end + Environment.NewLine.Length;
        return line;
    }

    /// <summary>Lets the disk do its part: a file that comes is written by the machine, not by the world.</summary>
    public void AwaitPrinted(string text) => Assert.True(
        SpinWait.SpinUntil(
            () =>
            {
                Wire.World.Run();
                return _output.ToString().Contains(text, StringComparison.Ordinal);
            },
            TimeSpan.FromSeconds(60)),
        $"{text} was not printed");

    /// <summary>All that was printed and not looked at.</summary>
    public IEnumerable<string> Rest()
    {
        Wire.World.Run();
        while (_read < _output.ToString().Length) yield return Line();
    }

    /// <summary>The keys of an event, in their order.</summary>
    public static string Keys(JsonElement json) => string.Join(' ', json.EnumerateObject().Select(property => property.Name));

    public JsonElement Json(string expected)
    {
        var json = JsonDocument.Parse(Line()).RootElement;
        Assert.True(expected == json.GetProperty("event").GetString(), json.ToString());
        return json;
    }

    public void ExpectNothingPrinted()
    {
        Wire.World.Run();
        Assert.Equal(_read, _output.ToString().Length);
    }

    /// <summary>Answers the INVITE that came and binds the messages.</summary>
    public WireMessage Accept(WireMessage invite, string contact = "<sip:one-5c1d@198.51.100.5:5060;transport=tcp>;+g.oma.sip-im")
    {
        Peer.Answer(invite, 200, "Contact: " + contact, ScriptedPeer.Sdp(), tag: "bobtag");
        Peer.Expect("ACK");
        Peer.Msrp!.Answer(Peer.Msrp.Expect());
        return invite;
    }

    public void Dispose()
    {
        SynchronizationContext.SetSynchronizationContext(_before);
        _quit.Dispose();
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
        Wire.Dispose();
    }

    sealed class OnScheduler(SimScheduler scheduler) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => scheduler.Schedule(_ =>
        {
            var before = Current;
            SetSynchronizationContext(this);
            try
            {
                d(state);
            }
            finally
            {
                SetSynchronizationContext(before);
            }
        }, null);
    }

    /// <summary>Standard input that a test types into.</summary>
    sealed class LinesTyped : TextReader
    {
        readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

        public void Add(string line) => _lines.Writer.TryWrite(line);

        public void End() => _lines.Writer.Complete();

        public override async ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken) =>
            await _lines.Reader.WaitToReadAsync(cancellationToken) && _lines.Reader.TryRead(out var line) ? line : null;
    }
}
