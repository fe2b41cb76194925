using Xunit;

namespace Confab.Tests.Fuzz;

/// <summary>The fuzz tests run one after the other, with the samples made once.</summary>
[CollectionDefinition(FuzzRun.Alone, DisableParallelization = true)]
public sealed class FuzzCollection : ICollectionFixture<Samples>;
