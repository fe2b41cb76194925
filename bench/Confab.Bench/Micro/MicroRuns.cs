using System.Text;
using Confab.Msrp;
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Bench.Micro;

/// <summary>What is done once a message or once a delivery, by itself.</summary>
internal static class MicroRuns
{
    private const int MaxHeaders = 128;

    private static readonly byte[] s_invite = Wire(
        """
        INVITE sip:bob@example.com SIP/2.0
        Via: SIP/2.0/TCP 192.0.2.11:5060;branch=z9hG4bKf1a1
        Max-Forwards: 70
        From: <sip:alice@example.com>;tag=a100
        To: <sip:bob@example.com>
        Call-ID: f1-7d21@192.0.2.11
        CSeq: 1 INVITE
        Contact: <sip:alice@192.0.2.11:5060;transport=tcp>;+g.oma.sip-im
        Accept-Contact: *;+g.oma.sip-im
        P-Preferred-Identity: <sip:alice@example.com>
        User-Agent: IM-client/OMA1.0
        Supported: replaces, norefersub, tdialog
        Content-Length: 0


        """);

    private static readonly byte[] s_send = Wire(
        """
        MSRP d93kswow00000001 SEND
        To-Path: msrp://192.0.2.1:2855/jshA7weztas;tcp
        From-Path: msrp://192.0.2.11:49/si438dsaodes;tcp
        Message-ID: 12339sdqwer
        Byte-Range: 1-16/16
        Content-Type: text/plain

        Hi, I'm Alice!!!
        -------d93kswow00000001$

        """);

    public static void Run()
    {
        Console.WriteLine();
        if (!ParseSip()) throw new BenchFailedException("The INVITE is not read");
        Measure.Print("sip parse", $"SIP: parse {s_invite.Length} B, read what routing needs", static () => ParseSip());

        var parser = new MsrpParser();
        Measure.Print("msrp parse", $"MSRP: parse a frame of {s_send.Length} B", () => parser.Read(s_send, out _, out _));

        var copy = new MsrpCopy();
        var paths = Encoding.ASCII.GetBytes("To-Path: msrp://127.0.0.1:20000/m0000000100000000;tcp\r\nFrom-Path: msrp://127.0.0.1:2855/abcdefghijklmnopqrst;tcp\r\n");
        var body = new byte[240];
        body.AsSpan().Fill((byte)'x');
        Measure.Print("msrp prepare", "MSRP: prepare a copy for all legs, 240 B body", () => copy.Prepare(1, "0123456789abcdef"u8, 1, 240, "message/cpim"u8, body));

        var ids = Ids.Random();
        var target = new byte[1024];
        var length = Compose(copy, paths, ids, target);
        Measure.Print("msrp compose", $"MSRP: compose one leg's copy, {length} B", () => Compose(copy, paths, ids, target));
    }

    private static bool ParseSip() =>
        SipParser.TryParse(s_invite, MaxHeaders, out var message, out _) && message is SipRequest request
        && request.Method == SipMethod.Invite && !request.TopVia.Branch.IsEmpty && !request.CallId.IsEmpty && !request.FromTag.IsEmpty
        && request.ToTag.IsEmpty && request.CSeq.Number == 1 && request.MaxForwards > 0 && !request.RequestUri.User.IsEmpty
        && !request.Has(HeaderName.Route) && !request.Has(HeaderName.Require) && request.TryGetAddress(HeaderName.Contact, out var contact)
        && !contact.Uri.Host.IsEmpty && !request.To.Uri.User.IsEmpty;

    private static int Compose(MsrpCopy copy, byte[] paths, Ids ids, byte[] target)
    {
        var frame = new RequestFrame
        {
            Id = copy.NewId(ids),
            Method = "SEND"u8,
            Paths = paths,
            Fields = copy.FieldsAndBody,
            HasBody = true,
            Continuation = (byte)'$',
        };
        frame.Write(target);
        return frame.Length;
    }

    private static byte[] Wire(string text) => Encoding.ASCII.GetBytes(text.ReplaceLineEndings("\r\n"));
}
