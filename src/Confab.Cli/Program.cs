using Confab.Cli.Commands;

// Socket completions run on the thread that polls, which saves a thread hop; the framework reads this before the first socket, never again.
const string Inline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
if (Environment.GetEnvironmentVariable(Inline) is null)
    Environment.SetEnvironmentVariable(Inline, "1");

// A load is one thread that waits for all of its sockets: it leaves the other cores to the server that it loads.
const string Threads = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";
if (args is ["bench", ..] && Environment.GetEnvironmentVariable(Threads) is null)
    Environment.SetEnvironmentVariable(Threads, "1");

return await ConfabProgram.RunAsync(args, Console.Out, Console.Error);
