// Takes every invitation and says back what it hears: EchoServer SERVER ADDRESS PASSWORD
using Confab.Client;

if (args is not [var server, var address, var password])
{
    Console.Error.WriteLine("EchoServer SERVER ADDRESS PASSWORD, such as: EchoServer 127.0.0.1:5060 sip:bob@example.com demo");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
await using var client = ImClient.Create(new ImClientOptions { Address = address, Password = password, Server = server, AutoAccept = true });
var registered = await client.RegisterAsync(stop.Token);
if (!registered.IsRegistered)
{
    Console.Error.WriteLine($"The server refuses {address}: {registered.Status} {registered.Text}");
    return 1;
}

Console.WriteLine("ready");
try
{
    await foreach (var happened in client.Events(stop.Token))
    {
        switch (happened)
        {
            case MessageReceived { Text: { } text } message when !message.Session.IsGroup: // two echoes in a group would never end
                _ = message.Session.SendAsync(text); // not awaited: one who does not take it keeps nobody else waiting
                break;
            case Established { Session: var session }:
                Console.WriteLine($"{session.Peer} is here");
                break;
            case Ended { Session: var session }:
                Console.WriteLine($"{session.Peer} is gone");
                break;
        }
    }
}
catch (OperationCanceledException)
{
    // Ctrl-C
}

return 0;
