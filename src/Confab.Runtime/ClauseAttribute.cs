namespace Confab.Runtime;

/// <summary>
/// Names the clause that a type or method implements; <c>docs/conformance.md</c> is generated from these and from the flows.
/// </summary>
/// <param name="specification"><c>OMA-IM</c>, or <c>RFC 3261</c> and the like.</param>
/// <param name="clause">The clause or section number as the specification prints it.</param>
/// <param name="rows">The rows of the conformance matrix it carries, e.g. <c>IMS-BYE-1..3</c>.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Method | AttributeTargets.Interface | AttributeTargets.Property,
    AllowMultiple = true, Inherited = false)]
public sealed class ClauseAttribute(string specification, string clause, params string[] rows) : Attribute
{
    public string Specification { get; } = specification;

    public string Clause { get; } = clause;

    public IReadOnlyList<string> Rows { get; } = rows;
}
