using System.Net;
using Confab.Server;
using Confab.Server.Xdm;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace Confab.Host.Endpoints;

/// <summary>
/// The HTTP face of the XCAP server, below <c>/xcap</c>. It takes the request target as it stands in the request line, since a node selector
/// does not survive what a framework does to paths.
/// </summary>
static class XcapEndpoint
{
    public static async Task Answer(HttpContext context)
    {
        var server = context.RequestServices.GetRequiredService<ConfabServer>().Xcap;
        byte[]? body;
        try
        {
            body = HttpMethods.IsPut(context.Request.Method) ? await ReadAsync(context, server.MostBytes) : [];
        }
        catch (BadHttpRequestException mistake)
        {
            // It does not come, or not as it was announced: the client's mistake, and nothing for the log.
            context.Response.StatusCode = mistake.StatusCode;
            context.Response.Headers.Connection = "close";
            return;
        }

        var response = body is null ? XcapServer.TooLarge(server.MostBytes) : await server.HandleAsync(RequestOf(context, body));
        await WriteAsync(context, response);
    }

    static XcapRequest RequestOf(HttpContext context, byte[] body)
    {
        var headers = context.Request.Headers;
        return new XcapRequest(context.Request.Method, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, context.Connection.RemoteIpAddress ?? IPAddress.None)
        {
            Authorization = [.. headers.Authorization.OfType<string>()],
            ContentType = context.Request.ContentType,
            IfMatch = Joined(headers.IfMatch),
            IfNoneMatch = Joined(headers.IfNoneMatch),
            Origin = $"{context.Request.Scheme}://{context.Request.Host}",
            Body = body,
        };
    }

    /// <summary>Null when the body is longer than that; the rest is not read.</summary>
    static async Task<byte[]?> ReadAsync(HttpContext context, int most)
    {
        if (context.Request.ContentLength > most)
            return null;
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            if (body.Length + count > most)
                return null;
            body.Write(buffer, 0, count);
        }

        return body.ToArray();
    }

    static async Task WriteAsync(HttpContext context, XcapResponse answer)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        response.Headers.CacheControl = "no-cache"; // RFC 4825 9
        if (answer.ETag is not null)
            response.Headers.ETag = $"\"{answer.ETag}\"";
        if (answer.ContentLocation is not null)
            response.Headers.ContentLocation = answer.ContentLocation;
        if (answer.Allow is not null)
            response.Headers.Allow = answer.Allow;
        if (!answer.Challenges.IsEmpty)
            response.Headers.WWWAuthenticate = new StringValues([.. answer.Challenges]);
        if (answer.RetryAfter is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (answer.Status == StatusCodes.Status413PayloadTooLarge)
            response.Headers.Connection = "close";
        if (answer.ContentType is not null)
            response.ContentType = answer.ContentType;
        if (answer.Status == StatusCodes.Status304NotModified)
            return;
        response.ContentLength = answer.Body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }

    static string? Joined(StringValues values) => values.Count == 0 ? null : string.Join(',', values.OfType<string>());
}
