using Confab.Runtime;
using Confab.Sim;
using Xunit;

namespace Confab.Tests.Runtime;

public sealed class MailboxTests : IDisposable
{
    private readonly SimWorld _sim = new();
    private readonly World _world;
    private readonly Mailbox _mailbox;
    private readonly List<string> _log = [];

    public MailboxTests()
    {
        _world = _sim.Host("10.0.0.1", 1, new Limits { LettersPerTurn = 4, MailboxLetters = 10 });
        _mailbox = new Mailbox(_world);
    }

    public void Dispose() => _sim.Dispose();

    [Fact]
    public void Letters_are_delivered_inside_in_the_order_they_were_posted()
    {
        for (var i = 0; i < 10; i++)
        {
            var n = i;
            _mailbox.Post(() => _log.Add($"{n} {_mailbox.IsInside}"));
        }

        Assert.Equal(10, _mailbox.Count);
        Assert.Empty(_log);
        _sim.Run();
        Assert.Equal(Enumerable.Range(0, 10).Select(static n => $"{n} True"), _log);
        Assert.Equal(0, _mailbox.Count);
        Assert.False(_mailbox.IsInside);
    }

    [Fact]
    public void A_letter_posted_by_a_letter_comes_after_those_already_waiting()
    {
        _mailbox.Post(() =>
        {
            _log.Add("a");
            _mailbox.Post(() => _log.Add("c"));
        });
        _mailbox.Post(() => _log.Add("b"));
        _sim.Run();
        Assert.Equal(["a", "b", "c"], _log);
    }

    [Fact]
    public void After_its_share_a_mailbox_lets_others_run_and_then_goes_on()
    {
        var other = new Mailbox(_world);
        for (var i = 0; i < 6; i++) _mailbox.Post(() => _log.Add("mine"));
        other.Post(() => _log.Add("other"));
        _sim.Run();
        Assert.Equal(["mine", "mine", "mine", "mine", "other", "mine", "mine"], _log);
    }

    [Fact]
    public void A_free_mailbox_can_be_entered_and_is_then_inside()
    {
        Assert.True(_mailbox.TryEnter());
        Assert.True(_mailbox.IsInside);
        _mailbox.Leave();
        Assert.False(_mailbox.IsInside);
        Assert.True(_mailbox.TryEnter());
        _mailbox.Leave();
    }

    [Fact]
    public void Whoever_is_inside_one_mailbox_enters_no_other_nor_the_same_again()
    {
        Assert.True(_mailbox.TryEnter());
        Assert.False(_mailbox.TryEnter());
        Assert.False(new Mailbox(_world).TryEnter());
        _mailbox.Leave();
        _mailbox.Post(() => _log.Add($"{new Mailbox(_world).TryEnter()}"));
        _sim.Run();
        Assert.Equal(["False"], _log);
    }

    [Fact]
    public void A_mailbox_with_letters_on_their_way_is_not_free()
    {
        _mailbox.Post(() => _log.Add("posted"));
        Assert.False(_mailbox.TryEnter());
        _sim.Run();
        Assert.Equal(["posted"], _log);
        Assert.True(_mailbox.TryEnter());
        _mailbox.Leave();
    }

    [Fact]
    public void What_was_posted_while_inside_is_delivered_on_leaving()
    {
        Assert.True(_mailbox.TryEnter());
        _mailbox.Post(() => _log.Add("posted"));
        Assert.Empty(_log);
        _mailbox.Leave();
        Assert.Equal(["posted"], _log);
        Assert.Equal(0, _sim.Scheduler.Count);
    }

    [Fact]
    public void Leaving_delivers_no_more_than_a_share_and_schedules_the_rest()
    {
        Assert.True(_mailbox.TryEnter());
        for (var i = 0; i < 6; i++) _mailbox.Post(() => _log.Add("x"));
        _mailbox.Leave();
        Assert.Equal(4, _log.Count);
        Assert.False(_mailbox.TryEnter());
        _sim.Run();
        Assert.Equal(6, _log.Count);
    }

    [Fact]
    public void A_full_mailbox_has_no_room_but_takes_what_must_not_be_lost()
    {
        for (var i = 0; i < 9; i++) _mailbox.Post(() => _log.Add("x"));
        Assert.True(_mailbox.HasRoom);
        _mailbox.Post(() => _log.Add("x"));
        Assert.False(_mailbox.HasRoom);
        _mailbox.Post(() => _log.Add("timer"));
        _sim.Run();
        Assert.Equal(11, _log.Count);
        Assert.True(_mailbox.HasRoom);
    }

    [Fact]
    public void A_letter_that_throws_is_lost_and_logged_and_the_next_is_delivered()
    {
        _mailbox.Post(() => throw new InvalidOperationException("a bug"));
        _mailbox.Post(() => _log.Add("next"));
        _sim.Run();
        Assert.Equal(["next"], _log);
        Assert.Equal("a bug", Assert.Single(_sim.Log.Errors).Exception!.Message);
        Assert.Contains("a bug", Assert.Throws<InvalidOperationException>(_sim.ThrowOnErrors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_letter_can_be_posted_again_once_it_was_delivered()
    {
        var letter = new Counted();
        _mailbox.Post(letter);
        _sim.Run();
        _mailbox.Post(letter);
        _sim.Run();
        Assert.Equal(2, letter.Delivered);
    }

    private sealed class Counted : Letter
    {
        public int Delivered { get; private set; }

        protected internal override void Deliver() => Delivered++;
    }
}
