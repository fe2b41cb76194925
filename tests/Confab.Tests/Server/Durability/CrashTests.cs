using Confab.Sip.Message;
using Xunit;

namespace Confab.Tests.Server.Durability;

/// <summary>
/// The server is killed at each step of its writing, before a commit and right after it, while users start, join, leave, add and remove at
/// once. After the restart nothing that was answered 2xx is missing, and nobody who was removed comes back.
/// </summary>
public sealed class CrashTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void IMS_REJOIN_STALE_what_was_answered_stands_and_who_was_removed_stays_out(int seed)
    {
        var random = new Random(seed);
        using var rig = new ServerRig(
            options =>
            {
                options.Session.ReleaseAdhocOnOriginatorLeave = false;
                options.Session.NumberOfRemainingParticipants = 0;
            },
            seed,
            shuffles: true);
        Phone[] phones = [rig.Alice, rig.Bob, rig.Carol, rig.Phone("dave")];
        var told = new Promised(phones[0]);
        for (var life = 0; life < 5; life++)
        {
            foreach (var phone in phones) phone.Register();
            KillAt(rig, random.Next(1, 14), random.Next(2) == 0, out var isDead);
            for (var step = 0; step < 25 && !isDead(); step++)
            {
                told.Act(random, phones);
                if (random.Next(3) == 0) rig.Lane.Hold();
                else if (random.Next(2) == 0) rig.Lane.Release();
                rig.Advance(random.Next(4) / 100.0);
                told.Look();
            }

            rig.Lane.Release();
            rig.Run();
            told.Look();
            if (!isDead()) rig.Kill();
            rig.Run();
            foreach (var phone in phones) phone.Drop();
            rig.Start();
            told.Check(rig);
            told.ForgetCalls(phones);
        }
    }

    private static void KillAt(ServerRig rig, int commit, bool isBefore, out Func<bool> isDead)
    {
        var dead = false;
        commit += rig.Store.Commits;
        void Die(int number)
        {
            if (number != commit || dead) return;
            dead = true;
            rig.Kill();
        }

        if (isBefore) rig.Store.Committing = Die;
        else rig.Store.Committed = Die;
        isDead = () => dead;
    }

    /// <summary>What the users were told, and so may rely on.</summary>
    private sealed class Promised(Phone originator)
    {
        private readonly List<(Call Call, string Whom, bool IsRemoval, int Heard)> _refers = [];
        private readonly Dictionary<string, bool> _isExpelled = new(StringComparer.Ordinal);
        private readonly HashSet<Call> _seen = [];
        private string? _identity;

        /// <summary>One of them does something.</summary>
        public void Act(Random random, Phone[] phones)
        {
            var phone = phones[random.Next(phones.Length)];
            if (_identity is null)
            {
                if (!originator.Calls.Exists(static c => c.IsCaller && c.Status == 0)) originator.InviteGroup(phones[1].Address, phones[2].Address);
                return;
            }

            switch (random.Next(5))
            {
                case 0:
                    if (phone.Calls.LastOrDefault(static c => !c.IsCaller && !c.Cancelled && c.RemoteTag.Length > 0 && c.Identity.Length > 0) is { } asked && !_seen.Contains(asked))
                    {
                        _seen.Add(asked);
                        asked.Respond(200);
                    }

                    break;
                case 1 or 2:
                    phone.Invite(_identity);
                    break;
                case 3:
                    Refer(phones[random.Next(1, phones.Length)], isRemoval: true);
                    break;
                case 4:
                    Refer(phones[random.Next(1, phones.Length)], isRemoval: false);
                    break;
            }
        }

        /// <summary>What has been answered by now.</summary>
        public void Look()
        {
            foreach (var call in originator.Calls.Where(static c => c is { IsCaller: true, Status: 200 } && c.Uri.Contains("factory", StringComparison.Ordinal))) _identity = call.Identity;
            foreach (var refer in _refers.ToArray())
            {
                if (refer.Call.Phone.Heard.Skip(refer.Heard).OfType<SipResponse>().FirstOrDefault(r => r.CSeq.Method == SipMethod.Refer && r.Status >= 200) is not { } answer) continue;
                _refers.Remove(refer);
                if (!answer.IsSuccess) continue;
                _isExpelled[refer.Whom] = refer.IsRemoval;
            }
        }

        /// <summary>After the restart: the session is there, and everybody is let in or kept out as he was told.</summary>
        public void Check(ServerRig rig)
        {
            if (_identity is null) return;

            // One that was stored and not answered may stand beside it.
            var (session, members) = Assert.Single(rig.Disk.Sessions.Load(), s => _identity.Contains(s.Session.Identity, StringComparison.Ordinal));
            Assert.Equal(originator.Address, session.Originator);
            foreach (var refer in _refers) _isExpelled.Remove(refer.Whom); // asked for, and not answered: either way is right
            foreach (var (address, isExpelled) in _isExpelled)
            {
                var phone = rig.Phone(address["sip:".Length..address.IndexOf('@', StringComparison.Ordinal)]);
                Assert.Equal(isExpelled ? 403 : 200, phone.Invite(_identity).Status);
                Assert.Equal(isExpelled, members.Single(m => m.Address == address).IsExpelled);
            }

            Assert.Equal(200, originator.Invite(_identity).Status);
        }

        public void ForgetCalls(Phone[] phones)
        {
            _refers.Clear();
            foreach (var phone in phones) phone.Calls.RemoveAll(static c => !c.IsCaller || c.Status != 200 || c.Byes > 0);
        }

        private void Refer(Phone whom, bool isRemoval)
        {
            if (originator.Calls.LastOrDefault(static c => c is { IsCaller: true, Status: 200, Byes: 0 }) is not { } call || _refers.Count > 0) return;
            _refers.Add((call, whom.Address, isRemoval, originator.Heard.Count));
            call.InDialog("REFER", more: $"Contact: {originator.Contact}\r\nRefer-To: <{whom.Address}{(isRemoval ? ";method=BYE" : "")}>\r\nRefer-Sub: false\r\nSupported: norefersub\r\n");
        }
    }
}
