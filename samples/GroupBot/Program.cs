// Sits in every group that it is invited to and answers who asks: GroupBot SERVER ADDRESS PASSWORD
using Confab.Client;

if (args is not [var server, var address, var password])
{
    Console.Error.WriteLine("GroupBot SERVER ADDRESS PASSWORD, such as: GroupBot 127.0.0.1:5060 sip:dave@example.com demo");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
await using var client = ImClient.Create(new ImClientOptions { Address = address, Password = password, Server = server, DisplayName = "The bot" });
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
            case Invited { Session: { IsGroup: true } group }:
                _ = group.AcceptAsync();
                break;
            case Invited { Session: var other }:
                _ = other.DeclineAsync();
                break;
            case Established { Session: var group }:
                _ = group.SendAsync(group.IsRejoin ? "I am back." : "Hello. I know !who and !count.");
                break;
            case MessageReceived { Text: "!who", Session: var group }:
                _ = group.SendAsync("Here are " + string.Join(", ", group.Roster.Where(user => user.IsConnected).Select(user => user.Address)));
                break;
            case MessageReceived { Text: "!count", Session: var group }:
                _ = group.SendAsync($"We are {group.Roster.Count(user => user.IsConnected)}.");
                break;
        }
    }
}
catch (OperationCanceledException)
{
    // Ctrl-C
}

return 0;
