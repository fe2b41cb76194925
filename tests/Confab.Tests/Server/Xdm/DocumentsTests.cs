using System.Text;
using Confab.Runtime;
using Confab.Server.Stores;
using Confab.Server.Xdm;
using Confab.Sim;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Confab.Tests.Server.Xdm;

public sealed class DocumentsTests : IDisposable
{
    private static readonly DocumentId s_team = new("org.openmobilealliance.groups", "sip:alice@example.com", "team");

    private readonly SimWorld _sim = new();
    private readonly World _world;
    private readonly Disk _disk = new();
    private readonly StoreLane _lane;
    private readonly List<DocumentOutcome> _outcomes = [];
    private readonly List<DocumentChange> _changes = [];
    private Documents _documents;

    public DocumentsTests()
    {
        _world = _sim.Host("10.0.0.1", 1);
        _lane = new StoreLane(_world.Scheduler, _disk, 100_000, NullLogger.Instance);
        _documents = NewDocuments();
    }

    public void Dispose()
    {
        _disk.Dispose();
        _sim.Dispose();
    }

    [Fact]
    public void What_is_answered_is_stored_and_found_by_its_place_and_by_its_group_D_15()
    {
        Put(s_team, "one", "sip:team@example.com");
        Assert.Empty(_outcomes); // nothing has run yet
        _sim.Run();
        Assert.Equal([DocumentOutcome.Done], _outcomes);
        Assert.Equal("one", TextOf(_documents.Find(s_team)));
        Assert.Equal("one", TextOf(_documents.FindGroup("sip:team@example.com")));
        Assert.Equal("one", TextOf(Assert.Single(_disk.Documents.LoadDocuments())));

        _documents = NewDocuments();
        Assert.Equal("one", TextOf(_documents.FindGroup("sip:team@example.com")));
    }

    [Fact]
    public void Each_version_has_an_entity_tag_of_its_own_even_with_the_content_of_an_earlier_one()
    {
        foreach (var text in (string[])["one", "two", "one"])
        {
            Put(s_team, text);
            _sim.Run();
        }

        Assert.Equal(3, _changes.Select(static c => c.After!.ETag).Distinct().Count());
    }

    [Fact]
    public void Edits_of_one_document_run_one_after_the_other_over_what_the_one_before_left()
    {
        for (var i = 0; i < 10; i++) Edit(s_team, static before => before + "x");
        _sim.Run();
        Assert.Equal("xxxxxxxxxx", TextOf(_documents.Find(s_team)));
        Assert.Equal(Enumerable.Range(1, 10), _changes.Select(static c => c.After!.Content.Length));
    }

    [Fact]
    public void Edits_in_different_home_directories_share_a_commit()
    {
        for (var i = 0; i < 10; i++) Put(s_team with { Xui = $"sip:user{i}@example.com" }, "x");
        _sim.Run();
        Assert.Equal(1, _disk.Commits);
    }

    [Fact]
    public void What_is_not_stored_is_not_seen_and_the_next_edit_starts_from_what_was()
    {
        Put(s_team, "one", "sip:team@example.com");
        _sim.Run();
        _disk.Fails = true;
        Put(s_team, "two", "sip:other@example.com");
        _sim.Run();
        _disk.Fails = false;
        Assert.Equal([DocumentOutcome.Done, DocumentOutcome.NotStored], _outcomes);
        Assert.Equal("one", TextOf(_documents.FindGroup("sip:team@example.com")));
        Assert.Null(_documents.FindGroup("sip:other@example.com"));
        Assert.Null(_documents.OwnerOf("sip:other@example.com"));
        Assert.Equal(s_team, _documents.OwnerOf("sip:team@example.com"));
        Assert.Single(_changes);
        Edit(s_team, static before => before + "!");
        _sim.Run();
        Assert.Equal("one!", TextOf(_documents.Find(s_team)));
    }

    [Fact]
    public void A_URI_is_taken_from_the_edit_on_and_free_once_the_document_has_it_no_more()
    {
        var other = s_team with { Xui = "sip:bob@example.com" };
        DocumentId? seen = null;
        Put(s_team, "one", "sip:team@example.com");
        _documents.Change(other, before =>
        {
            seen = _documents.OwnerOf("sip:team@example.com");
            return before;
        }, _outcomes.Add);
        _sim.Run();
        Assert.Equal(s_team, seen); // both edits ran before the first was stored
        Put(s_team, "two", "sip:renamed@example.com");
        _sim.Run();
        Assert.Null(_documents.OwnerOf("sip:team@example.com"));
        Assert.Null(_documents.FindGroup("sip:team@example.com"));
        Assert.Equal(["sip:team@example.com", "sip:renamed@example.com"], _changes[^1].Uris);
    }

    [Fact]
    public void A_deleted_document_is_gone_everywhere_and_its_watchers_know_what_it_was()
    {
        Put(s_team, "one", "sip:team@example.com");
        _documents.Change(s_team, static _ => null, _outcomes.Add);
        _sim.Run();
        Assert.Null(_documents.Find(s_team));
        Assert.Null(_documents.FindGroup("sip:team@example.com"));
        Assert.Empty(_disk.Documents.LoadDocuments());
        Assert.Null(_changes[^1].After);
        Assert.Equal(["sip:team@example.com"], _changes[^1].Uris);
    }

    [Fact]
    public void An_edit_that_leaves_the_document_as_it_is_stores_and_tells_nothing()
    {
        Put(s_team, "one");
        _sim.Run();
        _documents.Change(s_team, static before => before, _outcomes.Add);
        _sim.Run();
        Assert.Equal([DocumentOutcome.Done, DocumentOutcome.Unchanged], _outcomes);
        Assert.Equal(1, _disk.Commits);
        Assert.Single(_changes);
    }

    [Fact]
    public void More_changes_in_a_home_directory_than_may_wait_are_refused()
    {
        var most = _world.Limits.ChangesPerHome;
        for (var i = 0; i < most + 2; i++) Edit(s_team, static before => before + "x");
        _sim.Run();
        Assert.Equal(1, _outcomes.Count(static o => o == DocumentOutcome.Busy)); // one was being stored, and the others waited
        Assert.Equal(most + 1, _documents.Find(s_team)!.Content.Length);
    }

    private static string TextOf(Document? document) => Encoding.UTF8.GetString(document!.Content.Span);

    private void Put(DocumentId id, string text, params string[] uris) =>
        _documents.Change(id, _ => _documents.NewVersion(id, Encoding.UTF8.GetBytes(text), [.. uris]), _outcomes.Add);

    private void Edit(DocumentId id, Func<string, string> edit) => _documents.Change(
        id, before => _documents.NewVersion(id, Encoding.UTF8.GetBytes(edit(before is null ? "" : TextOf(before))), []), _outcomes.Add);

    private Documents NewDocuments()
    {
        var documents = new Documents(_world, _disk.Documents, _lane);
        documents.Load(static d => TextOf(d) == "one" ? ["sip:team@example.com"] : [], static _ => true);
        documents.Watch(_changes.Add);
        return documents;
    }

    private sealed class Disk : IStoreTransaction, IDisposable
    {
        private readonly MemoryDirectory _directory = new();

        public Disk() => Documents = new MemoryDocuments(_directory);

        public MemoryDocuments Documents { get; }

        public bool Fails { get; set; }

        public int Commits { get; private set; }

        public void Begin() => _directory.Begin();

        public void Commit()
        {
            if (Fails) throw new IOException("The disk is full");
            Commits++;
            _directory.Commit();
        }

        public void Rollback() => _directory.Rollback();

        public void Dispose() => _directory.Dispose();
    }
}
