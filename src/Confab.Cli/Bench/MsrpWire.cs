using System.Net;
using System.Text;
using Confab.Msrp;
using Confab.Runtime;

namespace Confab.Cli.Bench;

/// <summary>An MSRP connection of a load: it cuts what comes into frames, and answers them where that is asked for.</summary>
sealed class MsrpWire(StreamFlow flow, IMsrpLoad user) : IStreamHandler
{
    readonly MsrpParser _parser = new();

    public StreamFlow Flow => flow;

    /// <summary>Bytes that have come.</summary>
    public long Received { get; private set; }

    /// <summary>Connects; null when nothing listens there.</summary>
    public static Task<MsrpWire?> OpenAsync(World world, IPEndPoint remote, IMsrpLoad user)
    {
        var opened = new TaskCompletionSource<MsrpWire?>();
        Open(world, remote, user, opened.SetResult);
        return opened.Task;
    }

    /// <summary>Connects and calls back, with null when nothing listens there.</summary>
    public static void Open(World world, IPEndPoint remote, IMsrpLoad user, Action<MsrpWire?> opened) => world.Network.Connect(
        remote,
        Transport.Tcp,
        flow =>
        {
            var wire = new MsrpWire(flow, user);
            opened(wire);
            return wire;
        },
        _ => opened(null));

    /// <summary>A SEND without a body: it tells the other end which session this connection is for (RFC 4975 5.4).</summary>
    public bool Bind(string id, string to, string from) => flow.Send(Encoding.ASCII.GetBytes(
        $"MSRP {id} SEND\r\nTo-Path: {to}\r\nFrom-Path: {from}\r\nMessage-ID: {id}\r\nByte-Range: 1-0/0\r\n-------{id}$\r\n"));

    /// <summary>200 to a SEND, unless its sender wants none (RFC 4975 7.2).</summary>
    public void Answer(in MsrpFrame send)
    {
        if (send.FailureReport != FailureReport.Yes) return;
        var to = MsrpUriView.First(send.FromPath);
        var from = MsrpUriView.First(send.ToPath);
        var id = send.TransactionId;
        var answer = new OkAnswer { Id = id, To = to, From = from };
        flow.Send(answer.Length, answer, static (target, ok) => ok.Write(target));
    }

    public int OnReceived(ReadOnlySpan<byte> bytes)
    {
        var done = 0;
        while (flow.IsOpen)
        {
            var read = _parser.Read(bytes[done..], out var frame, out var consumed);
            if (read == MsrpRead.Fault)
            {
                user.OnStrange();
                flow.Close(EndReason.Malformed);
                break;
            }

            done += consumed;
            if (read == MsrpRead.NeedMore)
            {
                Received += done;
                return done;
            }

            user.OnFrame(this, frame);
        }

        return bytes.Length;
    }

    public void OnClosed(EndReason reason) => user.OnClosed(this);

    readonly ref struct OkAnswer
    {
        public ReadOnlySpan<byte> Id { get; init; }

        public ReadOnlySpan<byte> To { get; init; }

        public ReadOnlySpan<byte> From { get; init; }

        public int Length => 5 + Id.Length + 18 + To.Length + 13 + From.Length + 9 + Id.Length + 3;

        public void Write(Span<byte> target)
        {
            Put(ref target, "MSRP "u8);
            Put(ref target, Id);
            Put(ref target, " 200 OK\r\nTo-Path: "u8);
            Put(ref target, To);
            Put(ref target, "\r\nFrom-Path: "u8);
            Put(ref target, From);
            Put(ref target, "\r\n-------"u8);
            Put(ref target, Id);
            Put(ref target, "$\r\n"u8);
        }

        static void Put(ref Span<byte> target, ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(target);
            target = target[bytes.Length..];
        }
    }
}

/// <summary>What is told of MSRP connections, on their readers.</summary>
interface IMsrpLoad
{
    void OnFrame(MsrpWire wire, in MsrpFrame frame);

    void OnClosed(MsrpWire wire);

    /// <summary>Bytes that are no MSRP; the connection is closed.</summary>
    void OnStrange();
}
