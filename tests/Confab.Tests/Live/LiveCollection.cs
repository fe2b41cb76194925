using Xunit;

namespace Confab.Tests.Live;

/// <summary>The tests that run the program as it ships, over real sockets. They wait for other processes, so nothing else runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LiveCollection
{
    public const string Name = "live";
}
