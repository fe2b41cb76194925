using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Confab.Server;
using Confab.Server.Registration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Confab.Host.Endpoints;

/// <summary>
/// Accounts, for <c>confab user</c>: <c>/operator/users</c>. Only who can read the data directory has the token of the run (<see cref="Hosting.RunFile"/>).
/// </summary>
static class AccountsEndpoint
{
    const int MostBytes = 4 * 1024; // a password and little else

    /// <summary>GET: the addresses, a list of texts.</summary>
    public static Task List(HttpContext context) =>
        Proven(context) is { } accounts ? Say(context, StatusCodes.Status200OK, "[" + string.Join(",", accounts.Addresses.Select(Quoted)) + "]") : Task.CompletedTask;

    /// <summary>PUT with <c>{"password": "...", "new": true}</c>: makes one (201), or gives it another password (200).</summary>
    public static async Task Put(HttpContext context)
    {
        if (Proven(context) is not { } accounts)
            return;
        var (password, isNew) = await ReadAsync(context);
        if (password is null)
            await Say(context, StatusCodes.Status400BadRequest, Problem("the body is to be {\"password\": \"...\", \"new\": true}"));
        else
            await Answer(context, await accounts.PutAsync(Address(context), password, isNew), isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    /// <summary>DELETE: with its bindings and documents.</summary>
    public static async Task Remove(HttpContext context)
    {
        if (Proven(context) is { } accounts)
            await Answer(context, await accounts.RemoveAsync(Address(context)), StatusCodes.Status200OK);
    }

    /// <summary>The accounts where the request has the token; else null, and it is answered.</summary>
    static Accounts? Proven(HttpContext context)
    {
        var server = context.RequestServices.GetRequiredService<ConfabServer>();
        var given = Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString());
        if (server.OperatorToken is { } token && CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes("Bearer " + token)))
            return server.Accounts;
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return null;
    }

    static string Address(HttpContext context) => (string)context.Request.RouteValues["address"]!;

    static async Task<(string? Password, bool IsNew)> ReadAsync(HttpContext context)
    {
        var bytes = new byte[MostBytes];
        var length = await context.Request.Body.ReadAtLeastAsync(bytes, MostBytes, throwOnEndOfStream: false, context.RequestAborted);
        try
        {
            using var json = JsonDocument.Parse(bytes.AsMemory(0, length));
            return (json.RootElement.GetProperty("password").GetString(), json.RootElement.GetProperty("new").GetBoolean());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return (null, false);
        }
    }

    static Task Answer(HttpContext context, (AccountOutcome Outcome, string? Problem) result, int done) => Say(
        context,
        result.Outcome switch
        {
            AccountOutcome.Done => done,
            AccountOutcome.NotFound => StatusCodes.Status404NotFound,
            AccountOutcome.Taken => StatusCodes.Status409Conflict,
            AccountOutcome.Invalid => StatusCodes.Status400BadRequest,
            _ => StatusCodes.Status500InternalServerError,
        },
        result.Problem is null ? "" : Problem(result.Problem));

    static string Problem(string text) => $"{{\"problem\":{Quoted(text)}}}";

    static string Quoted(string text) => "\"" + JsonEncodedText.Encode(text) + "\"";

    static Task Say(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        if (json.Length == 0)
            return Task.CompletedTask;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json + "\n", context.RequestAborted);
    }
}
