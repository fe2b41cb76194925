// What a conference-info document says, as far as an instant messaging conference has it: RFC 4575 5. What is null was not there.
namespace Confab.Content.ConferenceInfo;

/// <summary>The <c>state</c> attribute: RFC 4575 4.4.</summary>
public enum ElementState
{
    Full,
    Partial,
    Deleted,
}

/// <summary>The root: RFC 4575 5.2.</summary>
/// <param name="Entity">The conference's URI.</param>
/// <param name="State">Whole, changes, or the end.</param>
/// <param name="Version">The place in the order of documents; null where it is missing, which makes a document count as whole.</param>
/// <param name="Description">Null where there is none in it.</param>
/// <param name="UserCount">Connected users, of whom the document need not name all.</param>
/// <param name="UsersState">The state that <c>users</c> says; null where it says none (which means full).</param>
/// <param name="Users">Null where there is no <c>users</c>.</param>
public sealed record ConferenceDocument(
    string Entity,
    ElementState State,
    uint? Version,
    ConferenceDescription? Description,
    uint? UserCount,
    ElementState? UsersState,
    IReadOnlyList<ConferenceUser>? Users);

/// <summary>RFC 4575 5.3.</summary>
public sealed record ConferenceDescription(string? Subject, uint? MaximumUserCount);

/// <summary>RFC 4575 5.6. Roles are words for people.</summary>
public sealed record ConferenceUser(
    string Entity, ElementState State, string? DisplayText, IReadOnlyList<string>? Roles, IReadOnlyList<ConferenceEndpoint> Endpoints);

/// <summary>RFC 4575 5.7; status and methods are the schema's words.</summary>
public sealed record ConferenceEndpoint(
    string Entity,
    ElementState State,
    string? Status,
    string? JoiningMethod,
    Execution? JoiningInfo,
    string? DisconnectionMethod,
    Execution? DisconnectionInfo,
    IReadOnlyList<ConferenceMedia> Media);

/// <summary>When something was done, and by whom: RFC 4575 5.7.5, 5.7.7.</summary>
public sealed record Execution(DateTimeOffset? When, string? By);

/// <summary>RFC 4575 5.8.</summary>
public sealed record ConferenceMedia(string Id, string? Type, string? Status);
