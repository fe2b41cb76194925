using System.Collections.Concurrent;
using System.Globalization;
using Confab.Runtime;
using Confab.Sip.Message;

namespace Confab.Cli.Bench;

/// <summary>
/// Transactions outside of dialogs, one of a user at a time: OPTIONS to the server, MESSAGE from each user to the next, or REGISTER, which refreshes
/// the user's binding with digest. With REGISTER and a hold the bindings are only kept.
/// </summary>
sealed class SignallingLoad(World world, LoadOptions options) : Load(world, options)
{
    readonly ConcurrentQueue<LoadUser> _idle = new();
    readonly string _text = new('x', options.Size);
    readonly string _token = world.Ids.Token(40);
    long _last;

    public override string Unit => Options.Mode == "register" ? "refreshes" : "transactions";

    protected override int MostUnderWay => Options.Rate > 0 ? Options.Members : Math.Min(Options.Window, Options.Members);

    bool IsRegister => Options.Method == "REGISTER";

    bool IsMessage => Options.Method == "MESSAGE";

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(Options.Members).ConfigureAwait(false);
        if (IsRegister || IsMessage) await RegisterAsync(cancellationToken).ConfigureAwait(false);
        foreach (var user in Users) _idle.Enqueue(user);
    }

    protected override bool TryBegin(long intended)
    {
        if (Options.Hold > 0 || !_idle.TryDequeue(out var user)) return false;
        (IsRegister ? Register(user, intended, OnDone) : Compose(user, intended)).Begin();
        return true;
    }

    SipExchange Compose(LoadUser user, long intended)
    {
        var to = IsMessage ? Users[(user.Number + 1) % Users.Length].Address : "sip:" + Options.Users.Domain;
        return new SipExchange
        {
            User = user,
            Method = IsMessage ? SipMethod.Message : SipMethod.Options,
            Uri = to,
            To = to,
            CallId = string.Create(CultureInfo.InvariantCulture, $"{_token}{Interlocked.Increment(ref _last):x}"),
            Intended = intended,
            More = (ref SipWriter writer) => WriteIdentity(ref writer, user),
            ContentType = IsMessage ? "text/plain" : null,
            Body = IsMessage ? System.Text.Encoding.ASCII.GetBytes(_text) : default,
            Done = OnDone,
        };
    }

    void OnDone(SipExchange exchange, SipResponse? response)
    {
        _idle.Enqueue(exchange.User);
        End(Judge(exchange, response));
    }
}
