// Says one thing to somebody: SayHello SERVER ADDRESS PASSWORD TO TEXT
using Confab.Client;

if (args is not [var server, var address, var password, var to, var text])
{
    Console.Error.WriteLine("SayHello SERVER ADDRESS PASSWORD TO TEXT, such as: SayHello 127.0.0.1:5060 sip:alice@example.com demo sip:bob@example.com Hello");
    return 2;
}

try
{
    await using var client = ImClient.Create(new ImClientOptions { Address = address, Password = password, Server = server });
    var registered = await client.RegisterAsync();
    if (!registered.IsRegistered) return Fail($"The server refuses {address}: {registered.Status} {registered.Text}");

    var call = await client.CallAsync(to);
    if (!call.IsEstablished) return Fail($"{to} does not talk to us: {call.Status} {call.Text}");

    var sent = await call.Session!.SendAsync(text);
    if (!sent.IsSent) return Fail($"It was not taken: {sent.Status} {sent.Text}");

    Console.WriteLine($"{to} has it.");
    return 0; // the session is left and the registration taken back as the client is disposed of
}
catch (ServerUnreachableException e)
{
    return Fail(e.Message);
}

static int Fail(string why)
{
    Console.Error.WriteLine(why);
    return 1;
}
