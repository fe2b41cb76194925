using Confab.Content.ConferenceInfo;
using Xunit;

namespace Confab.Tests.Content.ConferenceInfo;

/// <summary>RFC 4575 4.6: the state that comes of many documents.</summary>
public sealed class ConferenceViewTests
{
    readonly ConferenceView _view = new(100);

    [Fact]
    public void IMC_SUB_3_full_replaces_partial_follows_a_double_is_passed_over_and_a_gap_is_told()
    {
        Assert.Equal(ViewChange.Gap, _view.Apply(Partial(0, User("a")))); // nothing whole has come
        Assert.Equal(ViewChange.Applied, _view.Apply(Full(3, User("a"), User("b"))));
        Assert.Equal(ViewChange.Ignored, _view.Apply(Full(3, User("x"))));
        Assert.Equal(ViewChange.Ignored, _view.Apply(Partial(2, User("x"))));
        Assert.Equal(ViewChange.Gap, _view.Apply(Partial(5, User("x"))));
        Assert.Equal("a b", Names());
        Assert.Equal(ViewChange.Applied, _view.Apply(Partial(4, User("c"))));
        Assert.Equal("a b c", Names());
        Assert.Equal(ViewChange.Applied, _view.Apply(Full(9, User("c"), User("d"), User("a"))));
        Assert.Equal("a c d", Names()); // who was known keeps the place
        Assert.Equal(ViewChange.Applied, _view.Apply(Full(uint.MaxValue)));
        Assert.Equal("", Names());
        _view.ForgetVersion();
        Assert.Equal(ViewChange.Applied, _view.Apply(Full(0, User("z"))));
    }

    [Fact]
    public void A_document_without_a_version_counts_as_whole()
    {
        _view.Apply(Full(3, User("a")));
        Assert.Equal(ViewChange.Applied, _view.Apply(Partial(4, User("b")) with { Version = null }));
        Assert.Equal("b", Names());
        Assert.Equal(ViewChange.Applied, _view.Apply(Partial(4, User("c"))));
        Assert.Equal("b c", Names());
    }

    [Fact]
    public void IMC_SUB_4_users_endpoints_and_media_are_merged_by_their_keys()
    {
        _view.Apply(Full(0, User("a", Endpoint("1", "connected", media: [new("m1", "message", "sendrecv")]), Endpoint("2", "alerting")), User("b", Endpoint("1", "connected"))));
        _view.Apply(Partial(1, User("a", Endpoint("2", null, ElementState.Partial, [new("m9", "audio", null)])) with { State = ElementState.Partial, DisplayText = "Anna" }));
        var anna = _view.Users.First();
        Assert.Equal("Anna", anna.DisplayText);
        Assert.Equal(["connected", "alerting"], anna.Endpoints.Select(static e => e.Status!));
        Assert.Equal(["m1", "m9"], anna.Endpoints.SelectMany(static e => e.Media).Select(static m => m.Id));

        _view.Apply(Partial(2, User("a", Endpoint("1", null, ElementState.Deleted)) with { State = ElementState.Partial }));
        Assert.Equal("2", Assert.Single(_view.Users.First().Endpoints).Entity);
        _view.Apply(Partial(3, User("a", Endpoint("3", "connected")))); // full: replaced as a whole
        Assert.Equal("3", Assert.Single(_view.Users.First().Endpoints).Entity);
        _view.Apply(Partial(4, User("a") with { State = ElementState.Deleted }));
        Assert.Equal("b", Names());
    }

    [Fact]
    public void IMC_SUB_4_users_without_a_state_are_all_there_are_unless_the_user_is_lenient()
    {
        var lenient = new ConferenceView(100, mergePartialUsers: true);
        foreach (var view in new[] { _view, lenient })
        {
            view.Apply(Full(0, User("a"), User("b")));
            view.Apply(Partial(1, User("c")) with { UsersState = null });
        }

        Assert.Equal("c", Names());
        Assert.Equal(["a", "b", "c"], lenient.Users.Select(static u => u.Entity));
        _view.Apply(Partial(2) with { UsersState = ElementState.Deleted });
        Assert.Equal("", Names());
    }

    [Fact]
    public void IMC_SUB_5_a_deleted_conference_has_nobody_in_it()
    {
        _view.Apply(Full(0, User("a")));
        Assert.Equal(ViewChange.Deleted, _view.Apply(new("e", ElementState.Deleted, 1, null, null, null, null)));
        Assert.Equal("", Names());
    }

    [Fact]
    public void What_a_hostile_server_adds_is_bounded()
    {
        var view = new ConferenceView(100);
        view.Apply(Full(0, [.. Enumerable.Range(0, 10_000).Select(i => User($"u{i}"))]));
        Assert.Equal(100, view.Users.Count());
        view.Apply(Partial(1, User("one more")));
        Assert.Equal(100, view.Users.Count());
        for (uint i = 2; i < 500; i++) view.Apply(Partial(i, User("u0", Endpoint($"e{i}", "connected")) with { State = ElementState.Partial }));
        Assert.Equal(64, view.Users.First().Endpoints.Count);
    }

    static ConferenceDocument Full(uint version, params ConferenceUser[] users) => new("e", ElementState.Full, version, null, null, ElementState.Full, users);

    static ConferenceDocument Partial(uint version, params ConferenceUser[] users) => new("e", ElementState.Partial, version, null, null, ElementState.Partial, users);

    static ConferenceUser User(string entity, params ConferenceEndpoint[] endpoints) => new(entity, ElementState.Full, null, null, endpoints);

    static ConferenceEndpoint Endpoint(string entity, string? status, ElementState state = ElementState.Full, params ConferenceMedia[] media) =>
        new(entity, state, status, null, null, null, null, media);

    string Names() => string.Join(' ', _view.Users.Select(static u => u.Entity));
}
