using Xunit;

namespace Confab.Tests.Live;

/// <summary>Tests of the program that wait for times to pass, or for a build, most of the time: others run beside them.</summary>
[CollectionDefinition(Name)]
public sealed class LiveBesideCollection
{
    public const string Name = "live, beside others";
}
