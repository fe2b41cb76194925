// Starts a group and tells who comes and goes: RosterWatcher SERVER ADDRESS PASSWORD USER...
using Confab.Client;

if (args is not [var server, var address, var password, _, ..])
{
    Console.Error.WriteLine("RosterWatcher SERVER ADDRESS PASSWORD USER..., such as: RosterWatcher 127.0.0.1:5060 sip:alice@example.com demo sip:bob@example.com");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
await using var client = ImClient.Create(new ImClientOptions { Address = address, Password = password, Server = server });
var registered = await client.RegisterAsync(stop.Token);
if (!registered.IsRegistered) return Fail($"The server refuses {address}: {registered.Status} {registered.Text}");

var started = await client.GroupAsync(args[3..], cancellationToken: stop.Token);
if (!started.IsEstablished) return Fail($"There is no group: {started.Status} {started.Text}");

try
{
    await foreach (var happened in client.Events(stop.Token))
    {
        if (happened is RosterChanged roster)
        {
            foreach (var user in roster.Changed) Console.WriteLine($"{user.Address} {user.Status}{(user.Disconnection is { } how ? $" ({how})" : "")}");
            Console.WriteLine($"{roster.Users.Count(user => user.IsConnected)} are here");
        }
        else if (happened is Ended { IsComingBack: false } ended)
        {
            Console.WriteLine($"over: {ended.Reason} {ended.Text}");
            return 0;
        }
    }
}
catch (OperationCanceledException)
{
    // Ctrl-C
}

return 0;

static int Fail(string why)
{
    Console.Error.WriteLine(why);
    return 1;
}
