using Confab.Host.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Confab.Host.Endpoints;

/// <summary><c>/metrics</c>: what the meters counted, in Prometheus' text format.</summary>
static class MetricsEndpoint
{
    public static Task Answer(HttpContext context)
    {
        context.Response.ContentType = PrometheusText.ContentType;
        return context.Response.WriteAsync(
            PrometheusText.Write(context.RequestServices.GetRequiredService<MetricsListener>().Read()), context.RequestAborted);
    }
}
