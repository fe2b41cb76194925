using System.Diagnostics.Metrics;
using Confab.Host.Endpoints;
using Confab.Host.Hosting;
using Confab.Host.Metrics;
using Confab.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Confab.Host;

/// <summary>Puts the IM Server into an ASP.NET Core application: <c>AddConfabServer(options)</c> on its services, <c>MapConfab()</c> on its routes.</summary>
public static class ConfabHosting
{
    /// <summary>Adds the server; it starts and stops with the application.</summary>
    public static IServiceCollection AddConfabServer(this IServiceCollection services, ServerOptions options)
    {
        services.AddMetrics();
        services.AddSingleton(options);
        services.AddSingleton(p => new MetricsListener(p.GetRequiredService<IMeterFactory>()));
        services.AddSingleton(p => ConfabServer.Create(
            p.GetRequiredService<ServerOptions>(), p.GetRequiredService<ILoggerFactory>(), p.GetRequiredService<IMeterFactory>()));
        services.AddSingleton<IHostedService, ServerLifetime>();
        return services;
    }

    /// <summary>Maps <c>/health</c>, <c>/metrics</c>, the front page, the XCAP root and the operator's accounts.</summary>
    public static IEndpointRouteBuilder MapConfab(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", HealthEndpoint.Answer);
        routes.MapGet("/metrics", MetricsEndpoint.Answer);
        routes.MapGet("/", FrontPage.Answer);
        routes.Map("/xcap/{**resource}", XcapEndpoint.Answer);
        routes.MapGet("/operator/users", AccountsEndpoint.List);
        routes.MapPut("/operator/users/{address}", AccountsEndpoint.Put);
        routes.MapDelete("/operator/users/{address}", AccountsEndpoint.Remove);
        return routes;
    }
}
