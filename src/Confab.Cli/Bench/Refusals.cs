using Confab.Sip.Message;

namespace Confab.Cli.Bench;

/// <summary>Why a load cannot begin, in words that say what to do.</summary>
static class Refusals
{
    public static string Explain(LoadOptions options, string who, string what, SipResponse? response)
    {
        var heard = response is null ? "" : $"{response.Status} {response.Reason}".TrimEnd();
        var users = $"confab bench config --users {options.Members} > bench.json; confab serve --config bench.json";
        return response?.Status switch
        {
            null => $"{options.Server} did not answer the {what} of {who} within {options.Patience.TotalSeconds:0.#} s; is a SIP server there, over {options.Transport.ToString().ToLowerInvariant()}?",
            StatusCode.Unauthorized or StatusCode.ProxyAuthenticationRequired => $"{what} of {who}: {heard}: no such user, or another password. --password and --users say who there is; for Confab: {users}",
            StatusCode.Forbidden => $"{what} of {who}: {heard}: the server refuses this user, or after wrong passwords this address for a minute. For users of Confab's: {users}",
            StatusCode.NotFound when what == "INVITE" && options.Mode == "fanout" => $"INVITE of {who} to {options.Group ?? options.Factory}: {heard}: there is no such {(options.Group is null ? "conference factory; --factory names it" : "group")}.",
            StatusCode.NotFound => $"{what} of {who}: {heard}: unknown there. --users says who there is; for Confab: {users}",
            StatusCode.ServiceUnavailable => $"{what} of {who}: {heard}: the server is overloaded or is being stopped.",
            _ => $"{what} of {who}: {heard}.",
        };
    }
}
