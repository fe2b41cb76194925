namespace Confab.Host.Configuration;

/// <summary>One thing wrong with the configuration, in words an operator can act on.</summary>
/// <param name="Key">The key as it was meant, such as <c>Sip:Listen:0</c>.</param>
/// <param name="Problem">What is wrong and what is allowed.</param>
/// <param name="Origin">Where it was given: a file, the environment, <c>--set</c>.</param>
public sealed record ConfigurationError(string Key, string Problem, string Origin)
{
    public override string ToString() => Key.Length == 0 ? $"{Origin}: {Problem}" : $"{Key}: {Problem} (from {Origin})";
}
