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

    readonly WrongAnswers _wrong = new(new Limits { WrongAnswers = 2, WrongAnswerSeconds = 10, WrongAnswerPairs = 6, WrongUsersPerAddress = 4 });

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
    public void Who_goes_through_names_makes_nothing_forgotten_and_finds_no_further_one()
    {
        Bar(Address, "alice");
        var tried = 0;
        for (var i = 0; i < 10_000; i++)
        {
            if (_wrong.IsBarred(Address, $"n{i}", Now)) continue;
            _wrong.Note(Address, $"n{i}", Now);
            tried++;
        }

        Assert.Equal(3, tried);
        Assert.True(_wrong.IsBarred(Address, "alice", Now.AddSeconds(9)));
        Assert.True(_wrong.IsBarred(Address, "bob", Now.AddSeconds(9)));
        Assert.False(_wrong.IsBarred(IPAddress.Loopback, "bob", Now));
        Assert.False(_wrong.IsBarred(Address, "bob", Now.AddSeconds(10)));
        Assert.False(_wrong.Note(Address, "bob", Now.AddSeconds(10)));
    }

    [Fact]
    public void A_right_answer_makes_room()
    {
        for (var i = 0; i < 4; i++) _wrong.Note(Address, $"n{i}", Now);
        Assert.True(_wrong.IsBarred(Address, "bob", Now));
        _wrong.Clear(Address, "n2");
        Assert.False(_wrong.IsBarred(Address, "bob", Now));
    }

    [Fact]
    public void A_full_table_forgets_what_is_over_then_who_is_not_refused_yet_and_all_of_it_at_the_last()
    {
        Bar(Address, "alice");
        for (var i = 1; i <= 5; i++) _wrong.Note(IPAddress.Parse($"192.0.2.{i}"), "bob", Now);
        _wrong.Note(IPAddress.Parse("192.0.2.9"), "bob", Now); // full: the five are forgotten
        Assert.True(_wrong.IsBarred(Address, "alice", Now));
        for (var i = 1; i <= 5; i++) Bar(IPAddress.Parse($"192.0.2.{i}"), "bob");
        Assert.True(_wrong.IsBarred(Address, "alice", Now));
        _wrong.Note(IPAddress.Parse("192.0.2.10"), "bob", Now);
        Assert.False(_wrong.IsBarred(Address, "alice", Now));
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("::ffff:192.0.2.66", "192.0.2.66", true)]
    public void An_IPv6_host_is_one_however_many_addresses_of_its_64_it_has(string one, string other, bool isOne)
    {
        Bar(IPAddress.Parse(one), "alice");
        Assert.Equal(isOne, _wrong.IsBarred(IPAddress.Parse(other), "alice", Now));
    }

    void Bar(IPAddress address, string user)
    {
        _wrong.Note(address, user, Now);
        _wrong.Note(address, user, Now);
    }
}
