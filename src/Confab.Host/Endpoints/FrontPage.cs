using System.Text;
using Confab.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Confab.Host.Endpoints;

/// <summary><c>/</c>: says in plain text who answers here and where else to look.</summary>
static class FrontPage
{
    public static Task Answer(HttpContext context)
    {
        var services = context.RequestServices;
        var page = new StringBuilder()
            .Append("Confab ").Append(ProductVersion.Text).Append(", IM Server of ").Append(services.GetRequiredService<ServerOptions>().Domain).Append("\n\n");
        foreach (var line in services.GetRequiredService<ConfabServer>().Listening)
            page.Append(line).Append('\n');
        page.Append("\n/health   whether it takes work\n/metrics  what it counted, for Prometheus\n");
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(page.ToString(), context.RequestAborted);
    }
}
