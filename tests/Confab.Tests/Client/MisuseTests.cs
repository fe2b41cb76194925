using System.Collections;
using Confab.Client;
using Xunit;

namespace Confab.Tests.Client;

/// <summary>What a program does wrong is told to it, at once and by name; nobody waits for an answer that cannot come.</summary>
public sealed class MisuseTests
{
    const string Bob = "sip:bob@example.com";

    [Fact]
    public void What_must_not_be_null_is_named()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        var client = scene.Client;
        (string Name, Func<object> Call)[] wrong =
        [
            ("address", () => client.CallAsync(null!)),
            ("addresses", () => client.GroupAsync(null!)),
            ("addresses", () => client.GroupAsync([null!])),
            ("group", () => client.JoinGroupAsync(null!)),
            ("identity", () => client.RejoinAsync(null!)),
            ("address", () => client.PageAsync((string)null!, "x")),
            ("text", () => client.PageAsync(Bob, null!)),
            ("addresses", () => client.PageAsync(null!, Page.Of("x"))),
            ("page", () => client.PageAsync([Bob], null!)),
            ("page", () => client.PageAsync([Bob], new Page(null!, default))),
            ("contentType", () => client.SendLargeAsync(Bob, null!, new MemoryStream())),
            ("content", () => client.SendLargeAsync(Bob, "text/plain", null!)),
            ("text", () => session.SendAsync(null!)),
            ("contentType", () => session.SendAsync(null!, default(ReadOnlyMemory<byte>))),
            ("content", () => session.SendAsync("text/plain", (Stream)null!)),
            ("addresses", () => session.AddAsync(null!)),
            ("addresses", () => session.RemoveAsync(null!)),
            ("addresses", () => session.ExtendAsync(null!)),
            ("types", () => session.AcceptTypesAsync(null!)),
            ("types", () => session.AcceptTypesAsync([null!])),
        ];
        foreach (var (name, call) in wrong) Assert.Equal(name, Assert.Throws<ArgumentNullException>(() => { _ = call(); }).ParamName);
        Assert.False(ImAddress.IsValid(null!));
        Assert.False(ImAddress.AreSame(null!, Bob));
        Assert.NotNull(ImAddress.Problem(null!));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("text/plain\r\nX-Evil: 1")]
    public void What_is_no_media_type_is_not_sent(string type)
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        Assert.Equal("contentType", Assert.Throws<ArgumentException>(() => { _ = session.SendAsync(type, new byte[1]); }).ParamName);
        Assert.Equal("contentType", Assert.Throws<ArgumentException>(() => { _ = session.SendAsync(type, new MemoryStream()); }).ParamName);
        Assert.Equal("contentType", Assert.Throws<ArgumentException>(() => { _ = scene.Client.SendLargeAsync(Bob, type, new MemoryStream()); }).ParamName);
        Assert.Equal("page", Assert.Throws<ArgumentException>(() => { _ = scene.Client.PageAsync([Bob], new Page(type, new byte[1])); }).ParamName);
    }

    [Fact]
    public void A_session_tells_a_log_with_whom_it_is()
    {
        using var scene = new Scene();
        Assert.Equal("sip:bob@example.com (Established)", $"{scene.Called(out _)}");
    }

    [Fact]
    public void A_closed_stream_is_told_from_one_without_a_length()
    {
        using var scene = new Scene();
        var session = scene.Called(out _);
        var closed = new MemoryStream();
        closed.Dispose();
        Assert.Contains("closed", Assert.Throws<ArgumentException>(() => { _ = session.SendAsync("text/plain", closed); }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_of_users_may_be_changed_as_soon_as_it_was_given()
    {
        using var scene = new Scene().Registered();
        List<string> users = [Bob, "sip:carol@example.com"];
        var paging = scene.Client.PageAsync(users, Page.Of("x"));
        users.Clear();
        scene.Peer.Expect("MESSAGE sip:im-exploder@example.com SIP/2.0\r\n");
        Assert.False(paging.IsCompleted);
    }

    [Fact]
    public void What_fails_inside_of_the_client_is_told_to_who_waits_for_it()
    {
        var types = new Types();
        using var scene = new Scene(change: o => new() { Address = o.Address, Server = o.Server, Password = o.Password, AcceptTypes = types }).Registered();
        types.Fail = true;
        var calling = scene.Client.CallAsync(Bob);
        scene.World.Run();
        Assert.IsType<InvalidDataException>(calling.Exception?.InnerException);
        scene.World.Log.ForgetErrors(); // it is logged as a bug all the same
    }

    sealed class Types : IReadOnlyList<string>
    {
        readonly string[] _types = ["message/cpim", "text/plain"];

        public bool Fail { get; set; }

        public int Count => Fail ? throw new InvalidDataException("The program's list is broken.") : _types.Length;

        public string this[int index] => _types[index];

        public IEnumerator<string> GetEnumerator() => Fail ? throw new InvalidDataException("The program's list is broken.") : ((IEnumerable<string>)_types).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
