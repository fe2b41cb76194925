using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Confab.Server.Registration;
using Confab.Server.Xdm;

namespace Confab.Cli.Operator;

/// <summary>A server that runs, over HTTP, with the token of its run.</summary>
sealed class RunningServer : OperatorConnection
{
    readonly HttpClient _http;

    public RunningServer(Uri server, string token)
    {
        _http = new HttpClient { BaseAddress = server, Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public override async Task<XcapResponse> XcapAsync(XcapRequest request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), request.Target);
        if (request.ContentType is { } type)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        }

        if (request.IfMatch is { } match)
            message.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(match));
        if (request.IfNoneMatch is "*")
            message.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
        using var response = await SendAsync(message, cancellationToken);
        return new XcapResponse((int)response.StatusCode)
        {
            ContentType = response.Content.Headers.ContentType?.MediaType,
            Body = await response.Content.ReadAsByteArrayAsync(cancellationToken),
            ETag = response.Headers.ETag?.Tag.Trim('"'),
            ContentLocation = response.Content.Headers.ContentLocation?.ToString(),
        };
    }

    public override async Task<IReadOnlyList<string>> AddressesAsync(CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, "/operator/users");
        using var response = await SendAsync(message, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new OperatorException($"The server answers {(int)response.StatusCode} to the list of users");
        using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        return [.. json.RootElement.EnumerateArray().Select(static a => a.GetString()!)];
    }

    public override Task<(AccountOutcome Outcome, string? Problem)> PutAccountAsync(string address, string password, bool isNew, CancellationToken cancellationToken)
    {
        var body = $"{{\"password\":\"{JsonEncodedText.Encode(password)}\",\"new\":{(isNew ? "true" : "false")}}}";
        return ChangeAsync(HttpMethod.Put, address, new StringContent(body, Encoding.UTF8, "application/json"), cancellationToken);
    }

    public override Task<(AccountOutcome Outcome, string? Problem)> RemoveAccountAsync(string address, CancellationToken cancellationToken) =>
        ChangeAsync(HttpMethod.Delete, address, null, cancellationToken);

    public override void Dispose() => _http.Dispose();

    async Task<(AccountOutcome Outcome, string? Problem)> ChangeAsync(HttpMethod method, string address, HttpContent? content, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(method, $"/operator/users/{Uri.EscapeDataString(address)}") { Content = content };
        using var response = await SendAsync(message, cancellationToken);
        var outcome = (int)response.StatusCode switch
        {
            200 or 201 => AccountOutcome.Done,
            404 => AccountOutcome.NotFound,
            409 => AccountOutcome.Taken,
            400 => AccountOutcome.Invalid,
            _ => AccountOutcome.NotStored,
        };
        if (outcome == AccountOutcome.Done)
            return (outcome, null);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        return (outcome, ProblemOf(body) ?? $"the server answers {(int)response.StatusCode}");
    }

    static string? ProblemOf(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.GetProperty("problem").GetString();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(message, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new OperatorException($"The server at {_http.BaseAddress} does not answer: {e.Message}");
        }
    }
}
