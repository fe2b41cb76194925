using System.Globalization;
using System.Text;
using Confab.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Confab.Host.Endpoints;

/// <summary><c>/health</c>: 200 while the server takes work, 503 before and after.</summary>
static class HealthEndpoint
{
    public static Task Answer(HttpContext context)
    {
        var health = context.RequestServices.GetRequiredService<ConfabServer>().Health;
        var isStopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested;
        var isReady = health.Ready && !isStopping;
        var status = isStopping ? "stopping" : isReady ? "ready" : "starting";
        context.Response.StatusCode = isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(
            string.Create(CultureInfo.InvariantCulture, $$"""{"status":"{{status}}","sessions":{{health.Sessions}},"registrations":{{health.Registrations}}}""") + "\n",
            Encoding.UTF8, context.RequestAborted);
    }
}
