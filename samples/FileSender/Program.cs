// Sends a file to somebody, of any size, and shows how far it is: FileSender SERVER ADDRESS PASSWORD TO FILE
using Confab.Client;

if (args is not [var server, var address, var password, var to, var file])
{
    Console.Error.WriteLine("FileSender SERVER ADDRESS PASSWORD TO FILE, such as: FileSender 127.0.0.1:5060 sip:alice@example.com demo sip:bob@example.com photo.jpg");
    return 2;
}

using var giveUp = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    giveUp.Cancel();
};
await using var content = File.OpenRead(file);
await using var client = ImClient.Create(new ImClientOptions
{
    Address = address,
    Password = password,
    Server = server,
    AcceptWrappedTypes = ["text/plain", "application/octet-stream"], // the other side answers with those of them that it takes
});
var registered = await client.RegisterAsync(giveUp.Token);
if (!registered.IsRegistered) return Fail($"The server refuses {address}: {registered.Status} {registered.Text}");

var call = await client.CallAsync(to, cancellationToken: giveUp.Token);
if (!call.IsEstablished) return Fail($"{to} does not talk to us: {call.Status} {call.Text}");

try
{
    var sent = await call.Session!.SendAsync("application/octet-stream", content, progress: new Percent(), cancellationToken: giveUp.Token);
    if (!sent.IsSent) return Fail($"It was not taken: {sent.Status} {sent.Text}");

    // The server has it all, and passes it on as fast as the other side reads: to leave now would cut that short.
    Console.WriteLine($"The server has all {content.Length} octets; this ends when {to} leaves.");
    await foreach (var happened in client.Events(giveUp.Token))
    {
        if (happened is Ended) break;
    }
}
catch (OperationCanceledException)
{
    return Fail("Given up."); // the other side has been told that the rest will not come
}

return 0;

static int Fail(string why)
{
    Console.Error.WriteLine(why);
    return 1;
}

sealed class Percent : IProgress<TransferProgress>
{
    public void Report(TransferProgress value) => Console.WriteLine($"{100 * value.Done / value.Total} %");
}
