using System.Net;
using Confab.Runtime;
using Confab.Server.Procedures.General;
using Xunit;

namespace Confab.Tests.Server.General;

/// <summary>Who guesses is slowed, and what is remembered of it is bounded.</summary>
public sealed class WrongAnswersTests
{
    static readonly IPAddress Address = IPAddress.Parse("192.0.2.66");
    static readonly DateTimeOffset Now = new(2025, 1, 15, 10, 0, 0, TimeSpan.Zero);

    readonly WrongAnswers _wrong = new(new Limits { WrongAnswers = 2, WrongAnswerSeconds = 10, WrongAnswerPairs = 3 });

    [Fact]
    public void The_last_guess_of_a_row_bars_the_user_from_there_for_the_time_and_no_longer()
    {
        Assert.False(_wrong.Note(Address, "bob", Now));
        Assert.False(_wrong.IsBarred(Address, "bob", Now));
        Assert.True(_wrong.Note(Address, "bob", Now.AddSeconds(9)));
        Assert.True(_wrong.IsBarred(Address, "bob", Now.AddSeconds(18.9)));
        Assert.False(_wrong.IsBarred(Address, "bob", Now.AddSeconds(19)));
        Assert.False(_wrong.IsBarred(Address, "alice", Now.AddSeconds(10)));
        Assert.False(_wrong.IsBarred(IPAddress.Loopback, "bob", Now.AddSeconds(10)));
    }

    [Fact]
    public void A_row_that_takes_longer_than_the_time_begins_anew()
    {
        Assert.False(_wrong.Note(Address, "bob", Now));
        Assert.False(_wrong.Note(Address, "bob", Now.AddSeconds(10)));
    }

    [Fact]
    public void A_full_table_forgets_what_is_over_and_all_of_it_where_nothing_is()
    {
        foreach (var user in new[] { "a", "b", "c" }) _wrong.Note(Address, user, Now);
        _wrong.Note(Address, "a", Now);
        Assert.True(_wrong.IsBarred(Address, "a", Now)); // no new pair
        _wrong.Note(Address, "d", Now);
        Assert.False(_wrong.IsBarred(Address, "a", Now));
        Assert.True(_wrong.Note(Address, "d", Now));
    }
}
