using System.Collections.Concurrent;
using Confab.Runtime;
using Confab.Server.Procedures.Controlling;
using Confab.Sip.Message;
using Confab.Sip.Transport;

namespace Confab.Server.Owners;

/// <summary>
/// Which owner a SIP message belongs to: the only place where that is decided (D-11). A REGISTER belongs to its address, everything else to
/// its Call-ID, and what begins something new with a session to the owner of that session.
/// </summary>
internal sealed class OwnerRouter(Node node) : ISipReceiver
{
    private static readonly Text s_register = Text.Of("REGISTER ");

    private readonly ConcurrentDictionary<Text, Conversation> _owners = new(Text.Ordinal);
    private readonly ConcurrentDictionary<string, Focus> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Conversation> _groups = new(StringComparer.Ordinal);
    private int _count;
    private volatile bool _closing;

    /// <summary>Live owners.</summary>
    public int OwnerCount => Volatile.Read(ref _count);

    /// <summary>Call-IDs by which they are found.</summary>
    public int CallIdCount => _owners.Count;

    /// <summary>Live IM sessions.</summary>
    public int SessionCount => _sessions.Count;

    public IEnumerable<Focus> Sessions => _sessions.Values;

    /// <summary>From now on nothing new is begun.</summary>
    public void Close() => _closing = true;

    public void OnRequest(SipRequest request, Flow flow)
    {
        var key = KeyOf(request);
        var isNew = false;
        if (!_owners.TryGetValue(key, out var owner) && (owner = OwnerOf(request)) is null)
        {
            if (request.Method == SipMethod.Ack) return; // of a refusal without a transaction, or of nothing
            if (node.Transport.Repeat(request, flow)) return; // its owner has ended with its answer
            if (!request.ToTag.IsEmpty || request.Method == SipMethod.Cancel)
            {
                node.Transport.Refuse(request, flow, StatusCode.CallTransactionDoesNotExist);
                return;
            }

            var mailbox = request.Method == SipMethod.Register ? node.Registrar.Mailbox : null;
            if (_closing || OwnerCount >= node.World.Limits.Owners || mailbox is { HasRoom: false })
            {
                RefuseOverload(request, flow);
                return;
            }

            key = key.Copy();
            var made = new Conversation(node, key, mailbox);
            owner = _owners.GetOrAdd(key, made);
            isNew = owner == made;
            if (isNew) Interlocked.Increment(ref _count);
        }

        // A new owner always hears of what it was made for: nothing else would end it.
        if (!Deliver(owner, request, flow, isNew) && request.Method != SipMethod.Ack) RefuseOverload(request, flow);
    }

    public void OnResponse(SipResponse response, Flow flow)
    {
        if (_owners.TryGetValue(response.CallId, out var owner)) Deliver(owner, response, flow, mustTake: false);
    }

    public void OnFlowClosed(Flow flow)
    {
        if (_closing) return; // the server closes it by stopping: the users are still registered when it comes back
        node.Registrar.OnFlowClosed(flow);
    }

    /// <summary>An owner that no request has made: of a session that stands again. It is found by this key, and by its session.</summary>
    public Conversation Adopt(Text key)
    {
        var owner = new Conversation(node, key);
        Interlocked.Increment(ref _count);
        return owner;
    }

    /// <summary>Adds a Call-ID of the owner: of its own making, before its first message leaves, or of a request to its session.</summary>
    public void Add(Text callId, Conversation owner) => _owners.TryAdd(callId, owner);

    /// <summary>The owner has ended.</summary>
    public void Remove(Conversation owner, IEnumerable<Text> callIds)
    {
        foreach (var callId in callIds) Forget(callId, owner);
        Interlocked.Decrement(ref _count);
    }

    /// <summary>A Call-ID of the owner that nothing of it uses any more.</summary>
    public void Forget(Text callId, Conversation owner) => _owners.TryRemove(new KeyValuePair<Text, Conversation>(callId, owner));

    public void Add(Focus focus) => _sessions[focus.IdentityUser] = focus;

    public void Remove(Focus focus)
    {
        _sessions.TryRemove(focus.IdentityUser, out _);
        if (focus.Group is { } group) Forget(group.Identity, focus.Owner);
    }

    /// <summary>
    /// The owner of the session of a pre-defined group: the candidate, where there is none. Two who start one at once so meet in one session.
    /// </summary>
    public Conversation OwnerOf(string group, Conversation candidate) => _groups.GetOrAdd(group, candidate);

    /// <summary>The owner has no session of the group, or none any more: who calls it next begins another.</summary>
    public void Forget(string group, Conversation owner) => _groups.TryRemove(new KeyValuePair<string, Conversation>(group, owner));

    /// <summary>From now on the Call-ID is found at another owner.</summary>
    public void Move(Text callId, Conversation from, Conversation to) => _owners.TryUpdate(callId, to, from);

    /// <summary>The document of a group has changed, or is gone: whoever has its session is told. Any thread may call.</summary>
    public void OnGroupChanged(string group)
    {
        if (_groups.TryGetValue(group, out var owner)) owner.Mailbox.Post(() => GroupChanged.Run(owner));
    }

    /// <summary>The live session of an IM Session Identity.</summary>
    public Focus? Find(SipUri identity) => _sessions.GetValueOrDefault(identity.User.ToString());

    /// <summary>The owner of a dialog or transaction with this Call-ID.</summary>
    public Conversation? Find(Text callId) => _owners.GetValueOrDefault(callId);

    /// <summary>The owner of the session that the Request-URI of a request outside any dialog names; it makes the Call-ID its own.</summary>
    private Conversation? OwnerOf(SipRequest request) => request.ToTag.IsEmpty && request.Method != SipMethod.Register ? Find(request.RequestUri)?.Owner : null;

    private static Text KeyOf(SipRequest request) =>
        request.Method == SipMethod.Register && SipUri.TryParse(request.To.UriText, out var uri)
            ? Text.Of(s_register.ToString() + uri.AddressKey())
            : request.CallId;

    /// <summary>In place where the owner is free, else as a letter; false when its mailbox is full, but for what it must take.</summary>
    private static bool Deliver(Conversation owner, SipMessage message, Flow flow, bool mustTake)
    {
        if (owner.Mailbox.TryEnter())
        {
            try
            {
                owner.Take(message, flow);
            }
            finally
            {
                owner.Mailbox.Leave();
            }

            return true;
        }

        if (!mustTake && !owner.Mailbox.HasRoom) return false;
        owner.Mailbox.Post(new SipLetter(owner, message, flow));
        return true;
    }

    private void RefuseOverload(SipRequest request, Flow flow) => node.Transport.RefuseOverload(request, flow);

    private sealed class SipLetter(Conversation owner, SipMessage message, Flow flow) : Letter
    {
        protected override void Deliver() => owner.Take(message, flow);
    }
}
