using Confab.Content.Media;
using Xunit;

namespace Confab.Tests.Content.Media;

public sealed class AcceptListTests
{
    [Theory]
    [InlineData("*", "image/png", true)]
    [InlineData("text/*", "TEXT/html", true)]
    [InlineData("text/*", "textual/html", false)]
    [InlineData("text/plain", "Text/Plain; charset=utf-8", true)]
    [InlineData("text/plain;format=flowed", "text/plain", true)]
    [InlineData("text/plain", "text/plain2", false)]
    [InlineData("*", "", false)]
    [InlineData("image/png message/cpim", "message/cpim", true)]
    public void A_type_matches_by_name_or_wildcard_without_parameters(string list, string type, bool matches) =>
        Assert.Equal(matches, AcceptList.Matches(list.Split(' '), type));

    [Fact]
    public void An_empty_list_matches_nothing() => Assert.False(AcceptList.Matches([], "text/plain"));

    [Theory]
    [InlineData("text/plain message/cpim", "message/cpim text/plain", "message/cpim text/plain")]
    [InlineData("text/html message/cpim", "message/cpim", "message/cpim")]
    [InlineData("*", "text/plain message/cpim", "message/cpim text/plain")]
    [InlineData("message/cpim *", "message/cpim text/plain", "message/cpim text/plain")]
    [InlineData("text/* image/png", "text/plain text/html", "text/plain text/html")]
    [InlineData("text/plain image/png", "*", "text/plain image/png")]
    [InlineData("TEXT/plain text/plain;a=b", "text/plain", "TEXT/plain")]
    [InlineData("image/png", "text/plain", "")]
    public void The_types_of_an_answer_are_chosen_from_the_offer_with_cpim_first(string offered, string own, string chosen) =>
        Assert.Equal(chosen, string.Join(' ', AcceptList.Intersect(offered.Split(' '), own.Split(' '))));
}
