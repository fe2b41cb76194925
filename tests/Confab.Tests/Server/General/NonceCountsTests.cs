using Confab.Runtime;
using Confab.Server.Procedures.General;
using Xunit;

namespace Confab.Tests.Server.General;

/// <summary>RFC 7616 3.4 and 5.5: credentials count once.</summary>
public sealed class NonceCountsTests
{
    private static readonly DateTimeOffset s_now = new(2025, 1, 15, 10, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(5);

    private readonly NonceCounts _nonces = new(Ids.FromSeed(1), s_lifetime, s_now, mostNonces: 3);

    [Fact]
    public void A_count_is_used_once_and_counts_may_overtake_each_other_by_sixty_three()
    {
        var nonce = _nonces.Issue(s_now);
        uint[] counts = [1, 2, 2, 1, 5, 3, 3, 4, 100, 37, 36, 37, 163, 100, 99, uint.MaxValue, 163];
        bool[] taken = [true, true, false, false, true, true, false, true, true, true, false, false, true, false, false, true, false];
        Assert.Equal(taken, counts.Select(c => _nonces.TryUse(nonce, c, s_now)));
    }

    [Fact]
    public void A_nonce_is_good_to_the_end_of_its_life_and_not_after()
    {
        var nonce = _nonces.Issue(s_now);
        Assert.True(_nonces.TryUse(nonce, 1, s_now + s_lifetime));
        Assert.False(_nonces.TryUse(nonce, 2, s_now + s_lifetime + TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void A_nonce_lives_on_when_younger_ones_are_made_with_another_key()
    {
        _nonces.Issue(s_now);
        var nonce = _nonces.Issue(s_now + TimeSpan.FromMinutes(4));
        Assert.True(_nonces.TryUse(nonce, 1, s_now + TimeSpan.FromMinutes(4)));
        var younger = _nonces.Issue(s_now + TimeSpan.FromMinutes(6));
        Assert.False(_nonces.TryUse(nonce, 1, s_now + TimeSpan.FromMinutes(6)));
        Assert.True(_nonces.TryUse(nonce, 2, s_now + TimeSpan.FromMinutes(6)));
        Assert.True(_nonces.TryUse(younger, 1, s_now + TimeSpan.FromMinutes(6)));
    }

    [Fact]
    public void A_nonce_of_others_is_not_good()
    {
        var others = new NonceCounts(Ids.FromSeed(2), s_lifetime, s_now, mostNonces: 3);
        Assert.False(_nonces.TryUse(others.Issue(s_now), 1, s_now));
        Assert.False(_nonces.TryUse("forged", 1, s_now));
    }

    [Fact]
    public void However_many_nonces_are_used_none_is_good_twice()
    {
        var nonces = Enumerable.Range(0, 20).Select(_ => _nonces.Issue(s_now)).ToList();
        var taken = nonces.ConvertAll(n => _nonces.TryUse(n, 1, s_now));
        Assert.Equal(3 + 1, taken.Count(static t => t)); // the table fills, the keys turn once for the nonce that finds it full
        Assert.DoesNotContain(nonces, n => _nonces.TryUse(n, 1, s_now));
        Assert.True(_nonces.TryUse(_nonces.Issue(s_now), 1, s_now));
    }
}
