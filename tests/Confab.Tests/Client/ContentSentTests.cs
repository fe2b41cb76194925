using System.Text;
using Confab.Client;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>Large content that goes out as a stream, to a peer that is not ours.</summary>
public sealed class ContentSentTests
{
    static string BodyOf(string frame) => frame[(frame.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..frame.LastIndexOf("\r\n-------", StringComparison.Ordinal)];

    /// <summary>Takes what the client sends until it is all, answering each chunk.</summary>
    static string TakeAll(Scene scene, Func<string, string>? status = null)
    {
        var all = new StringBuilder();
        while (true)
        {
            var chunk = scene.Peer.Msrp!.Expect();
            if (chunk.Contains("\r\n\r\n", StringComparison.Ordinal)) all.Append(BodyOf(chunk));
            scene.Peer.Msrp.Answer(chunk, status?.Invoke(chunk) ?? "200 OK");
            if (!chunk.EndsWith("+\r\n", StringComparison.Ordinal)) return all.ToString();
        }
    }

    [Fact]
    public void IMC_SDP_9_a_stream_goes_out_in_chunks_and_its_progress_is_told()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        var text = LargeContent.Letters(500_000);
        var told = new List<TransferProgress>();
        var sending = session.SendAsync("text/plain", new MemoryStream(Encoding.UTF8.GetBytes(text)), progress: new Teller(told.Add));
        var sent = TakeAll(scene);
        Assert.StartsWith("From: <sip:alice@example.com>\r\n", sent, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nContent-Type: text/plain\r\n\r\n" + text, sent, StringComparison.Ordinal);
        Assert.True(sending.Result().IsSent);
        var events = scene.Events();
        var progress = events.OfType<Progress>().ToList();
        Assert.InRange(progress.Count, 3, 10);
        Assert.Equal(progress.Select(p => p.Sent).Order(), progress.Select(p => p.Sent));
        Assert.Equal((500_000, 500_000, sending.Result().Id), (progress[^1].Sent, progress[^1].Total, progress[^1].Id));
        Assert.IsType<Sent>(events[^1]);
        Assert.Equal(progress.Select(p => p.Sent), told.Select(t => t.Done));
    }

    [Fact]
    public void A_stream_is_read_only_so_far_ahead_of_what_the_other_side_takes()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        var source = new Counting(50_000_000);
        var sending = session.SendAsync("text/plain", source, length: source.Size);
        scene.World.Run();
        Assert.InRange(source.Given, 100_000, 700_000); // 256 KiB without an answer, 256 KiB read ahead, a piece in hand
        var before = source.Given;
        scene.World.Run();
        Assert.Equal(before, source.Given);
        scene.Peer.Msrp!.Close();
        Assert.False(sending.Result().IsSent);
    }

    [Fact]
    public void IMC_LMM_7_a_stream_that_fails_or_ends_early_aborts_the_message_and_the_failure_comes_through()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        var sending = session.SendAsync("text/plain", new Counting(10_000, fails: true), length: 20_000);
        Assert.EndsWith("#\r\n", LastOf(scene), StringComparison.Ordinal);
        Assert.IsType<InvalidDataException>(sending.Exception!.InnerException);
        Assert.Equal("The disk is on fire.", Assert.IsType<Undelivered>(scene.Events()[^1]).Text);

        sending = session.SendAsync("text/plain", new Counting(10_000), length: 20_000);
        Assert.EndsWith("#\r\n", LastOf(scene), StringComparison.Ordinal);
        Assert.IsType<EndOfStreamException>(sending.Exception!.InnerException);
        Assert.Equal(ImSessionState.Established, session.State);
    }

    [Fact]
    public void IMC_LMM_7_a_stream_that_is_given_up_is_aborted_even_while_it_makes_us_wait()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        using var giveUp = new CancellationTokenSource();
        var source = new Counting(10_000, hangs: true);
        var sending = session.SendAsync("text/plain", source, length: 20_000, cancellationToken: giveUp.Token);
        scene.Peer.Msrp!.Expect();
        giveUp.Cancel();
        scene.World.Run();
        Assert.True(sending.IsCanceled);
        Assert.EndsWith("#\r\n", LastOf(scene), StringComparison.Ordinal);
        Assert.True(source.WasCancelled);
        Assert.IsType<Undelivered>(Assert.Single(scene.Events()));
    }

    [Fact]
    public void What_the_progress_of_a_program_throws_comes_through_and_aborts_the_message()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        var calls = 0;
        var progress = new Teller(_ => throw new InvalidDataException($"The bar is broken {++calls}."));
        var sending = session.SendAsync("text/plain", new Counting(1_000_000), length: 1_000_000, progress: progress);
        var last = "";
        while (!last.EndsWith("#\r\n", StringComparison.Ordinal))
        {
            last = scene.Peer.Msrp!.Expect();
            scene.Peer.Msrp.Answer(last);
        }

        scene.World.Run();
        Assert.Equal("The bar is broken 1.", Assert.IsType<InvalidDataException>(sending.Exception?.InnerException).Message);
        Assert.Equal(1, calls);
        Assert.Equal(ImSessionState.Established, session.State);
    }

    [Fact]
    public void A_refusal_ends_the_reading_of_a_stream()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        var source = new Counting(1_000_000);
        var sending = session.SendAsync("text/plain", source, length: source.Size);
        scene.Peer.Msrp!.Answer(scene.Peer.Msrp.Expect(), "413 Message Too Large");
        var outcome = sending.Result();
        Assert.Equal((false, 413), (outcome.IsSent, outcome.Status));
        Assert.True(source.Given < 1_000_000);
        scene.World.Run();
        Assert.Equal(ImSessionState.Established, session.State);
    }

    [Fact]
    public void A_stream_of_unknown_length_is_misuse_and_one_of_nothing_is_an_empty_message()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        Assert.Throws<ArgumentException>(() => { _ = session.SendAsync("text/plain", new Counting(5)); });
        var sending = session.SendAsync("text/plain", new MemoryStream());
        var send = scene.Peer.Msrp!.Expect();
        Assert.EndsWith("Content-Type: text/plain\r\n\r\n", BodyOf(send), StringComparison.Ordinal);
        Assert.EndsWith("$\r\n", send, StringComparison.Ordinal);
        scene.Peer.Msrp.Answer(send);
        Assert.True(sending.Result().IsSent);
    }

    /// <summary>The last frame that has come.</summary>
    static string LastOf(Scene scene)
    {
        var last = scene.Peer.Msrp!.Expect();
        while (!last.EndsWith("#\r\n", StringComparison.Ordinal)) last = scene.Peer.Msrp.Expect();
        scene.Peer.Msrp.ExpectSilence();
        return last;
    }

    sealed class Teller(Action<TransferProgress> told) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => told(value);
    }

    /// <summary>A stream of letters that counts what was read of it, and may fail or hang at its end.</summary>
    sealed class Counting(int size, bool fails = false, bool hangs = false) : Stream
    {
        public int Size => size;

        public int Given { get; private set; }

        public bool WasCancelled { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => Given; set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Given == size && fails) throw new InvalidDataException("The disk is on fire.");
            if (Given == size && hangs)
            {
                var never = new TaskCompletionSource<int>();
                cancellationToken.Register(() =>
                {
                    WasCancelled = true;
                    never.TrySetCanceled(cancellationToken);
                });
                return new ValueTask<int>(never.Task);
            }

            var n = Math.Min(buffer.Length, size - Given);
            buffer.Span[..n].Fill((byte)'x');
            Given += n;
            return new ValueTask<int>(n);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
