// What a REGISTER does to the bindings of its address: steps 6) and 7) of RFC 3261 10.3. Pure: who may send it is asked before, and the
// new set is stored, then seen and answered, by the registrar. All or nothing: a refusal leaves the bindings as they were.
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Confab.Runtime;
using Confab.Sip.Message;
using MessageText = Confab.Sip.Message.Text;

namespace Confab.Sip.Registration;

/// <summary>What became of a REGISTER: the bindings as they are now, or why they stay as they were.</summary>
/// <param name="Status">200, 400, 403, 423, 439, 500 or 503.</param>
/// <param name="Reason">For people; empty with 200.</param>
/// <param name="Bindings">The unexpired bindings, the latest refreshed last.</param>
/// <param name="IsChanged">False for a query: nothing is to be stored.</param>
public readonly record struct BindingOutcome(int Status, string Reason, ImmutableArray<Binding> Bindings, bool IsChanged)
{
    public bool IsRefused => Status != StatusCode.Ok;

    /// <summary>A contact was bound to its flow: <c>Require: outbound</c> (RFC 5626 6).</summary>
    public bool IsOutbound { get; init; }
}

[Clause("RFC 3261", "10.3")]
[Clause("RFC 3327", "5.3")]
[Clause("RFC 5626", "6")]
[Clause("RFC 5627", "5.1")]
public static class BindingRules
{
    private const uint OneHour = 3600;

    /// <summary>Octets of a Path that are kept: a dozen proxies.</summary>
    private const int LongestPath = 2048;

    /// <summary>Applies a REGISTER to the bindings of its address.</summary>
    /// <param name="existing">The bindings as they stand; expired ones do not count.</param>
    /// <param name="register">The request.</param>
    /// <param name="flow">The flow it came over.</param>
    /// <param name="now">The time.</param>
    /// <param name="limits">What is granted.</param>
    public static BindingOutcome Apply(ImmutableArray<Binding> existing, SipRequest register, Flow flow, DateTimeOffset now, BindingLimits limits)
    {
        existing = existing.RemoveAll(b => !b.IsLive(now));

        // 6) No Contact: a query.
        if (!register.Has(HeaderName.Contact)) return new BindingOutcome(StatusCode.Ok, "", existing, IsChanged: false);
        var contacts = new List<Contact>();
        foreach (var value in register.Headers(HeaderName.Contact))
        {
            if (!Contact.TryParse(value, out var contact)) return Refuse(StatusCode.BadRequest, "Malformed Contact");

            // A set may be replaced whole in one request; more than that is no registration.
            if (contacts.Count == limits.PerAddress * 2) return Refuse(StatusCode.ServiceUnavailable, "Too many bindings");
            contacts.Add(contact);
        }

        return contacts.Exists(static c => c.IsStar)
            ? RemoveAll(existing, register, contacts.Count)
            : TryWay(register, flow, out var way, out var refusal) ? Update(existing, register, contacts, way, now, limits) : refusal;
    }

    private static BindingOutcome RemoveAll(ImmutableArray<Binding> existing, SipRequest register, int contacts)
    {
        // 6) `*` stands alone, with Expires: 0.
        if (contacts != 1) return Refuse(StatusCode.BadRequest, "Contact * stands alone");
        if (register.Expires != 0) return Refuse(StatusCode.BadRequest, "Contact * needs Expires: 0");
        return existing.Any(b => IsOutOfOrder(b, register)) ? OutOfOrder() : new BindingOutcome(StatusCode.Ok, "", [], existing.Length > 0);
    }

    private static BindingOutcome Update(
        ImmutableArray<Binding> existing, SipRequest register, List<Contact> contacts, Way way, DateTimeOffset now, BindingLimits limits)
    {
        if (NotAsOutbound(register, contacts, way) is { } notOutbound) return notOutbound;
        var bindings = existing.Select(static b => (Binding: b, Uri: UriOf(b), IsNew: false)).ToList();
        foreach (var contact in contacts)
        {
            if (!contact.Uri.IsSipOrSips) return Refuse(StatusCode.BadRequest, "A Contact is to be a SIP URI"); // no other can be reached from here

            var (instance, regId) = DeviceOf(contact, way);
            if (instance is not null && LeadsBack(contact.Uri, register.To.Uri)) return Refuse(StatusCode.Forbidden, "A Contact that is the address itself");

            // 7) The interval: the parameter, else the header, else the default.
            var seconds = contact.Expires ?? (register.Expires >= 0 ? (uint)register.Expires : limits.DefaultExpires);
            if (seconds > 0 && seconds < OneHour && seconds < limits.MinExpires) return Refuse(StatusCode.IntervalTooBrief, "");

            // 7) The binding of this flow (RFC 5626 6) or of this contact, if there is one; the last word counts where one request names it twice.
            var uri = contact.Uri;
            var index = bindings.FindIndex(b => regId is null || b.Binding.RegId is null
                ? SipUri.Equivalent(b.Uri, uri)
                : b.Binding.RegId == regId && b.Binding.InstanceId == instance);
            if (index >= 0)
            {
                if (!bindings[index].IsNew && IsOutOfOrder(bindings[index].Binding, register)) return OutOfOrder();
                bindings.RemoveAt(index);
            }

            if (seconds == 0) continue;
            var binding = Bind(contact, register, way, now.AddSeconds(Math.Min(seconds, limits.MaxExpires))) with { InstanceId = instance, RegId = regId };
            bindings.Add((binding, uri, IsNew: true));
            if (instance is null) continue;

            // RFC 5627 5.1: the device keeps its temporary GRUU; with another Call-ID it has been started anew, and that one is void.
            var gruu = IsStartedAnew(existing, instance, regId, register) ? "" : existing.LastOrDefault(b => b.InstanceId == instance)?.TempGruu ?? "";
            for (var i = 0; i < bindings.Count; i++)
            {
                if (bindings[i].Binding.InstanceId == instance) bindings[i] = bindings[i] with { Binding = bindings[i].Binding with { TempGruu = gruu } };
            }
        }

        return bindings.Count > limits.PerAddress
            ? Refuse(StatusCode.ServiceUnavailable, "Too many bindings")
            : new BindingOutcome(StatusCode.Ok, "", [.. bindings.Select(static b => b.Binding)], IsChanged: true)
            {
                IsOutbound = way.IsOutbound && bindings.Exists(static b => b is { IsNew: true, Binding.RegId: not null }),
            };
    }

    /// <summary>How the contacts are reached: over the flow of the request, or by its Path.</summary>
    private static bool TryWay(SipRequest register, Flow flow, out Way way, out BindingOutcome refusal)
    {
        way = default;
        refusal = default;
        var path = new List<string>();
        var isOutbound = IsDirect(register);
        foreach (var value in register.Headers(HeaderName.Path))
        {
            if (!NameAddr.TryParse(value, out var proxy) || !proxy.Uri.IsSipOrSips)
            {
                refusal = Refuse(StatusCode.BadRequest, "Malformed Path");
                return false;
            }

            isOutbound |= proxy.Uri.HasParameter("ob"u8);
            path.Add(value.ToString());
        }

        way = new Way(IsDirect(register) && path.Count == 0 ? flow : null, flow.Remote.ToString(), string.Join(", ", path), isOutbound);
        if (way.Path.Length <= LongestPath) return true;
        refusal = Refuse(StatusCode.BadRequest, "Path is too long");
        return false;
    }

    /// <summary>What RFC 5626 6 does not let pass of a request that registers flows.</summary>
    private static BindingOutcome? NotAsOutbound(SipRequest register, List<Contact> contacts, Way way)
    {
        var flows = contacts.Exists(static c => RegIdOf(c) is not null && InstanceOf(c) is not null);
        if (!flows) return null;
        if (!way.IsOutbound)
        {
            return register.Headers(HeaderName.Supported).Contains("outbound"u8)
                ? Refuse(StatusCode.FirstHopLacksOutboundSupport, "The first proxy put no ob into its Path")
                : null;
        }

        return contacts.Count(c => (c.Expires ?? register.Expires) != 0) > 1 ? Refuse(StatusCode.BadRequest, "One flow in a request") : null;
    }

    private static (string? Instance, uint? RegId) DeviceOf(in Contact contact, Way way)
    {
        var instance = InstanceOf(contact);
        return (instance, instance is not null && way.IsOutbound ? RegIdOf(contact) : null);
    }

    private static string? InstanceOf(in Contact contact) => contact.Address.Parameter("+sip.instance"u8).ToString() is ['<', .. var urn, '>'] ? urn : null;

    private static uint? RegIdOf(in Contact contact) =>
        DeltaSeconds.TryParse(contact.Address.Parameter("reg-id"u8), out var id) && id is > 0 and <= int.MaxValue ? id : null;

    /// <summary>RFC 5627 5.1: the address itself, or a GRUU of it, would lead requests back to here.</summary>
    private static bool LeadsBack(in SipUri contact, in SipUri address) =>
        SipUri.Equivalent(contact, address) || (Gruu.Is(contact) && contact.Host.EqualsIgnoreCase(address.Host.Span));

    private static bool IsStartedAnew(ImmutableArray<Binding> existing, string instance, uint? regId, SipRequest register) =>
        existing.LastOrDefault(b => b.InstanceId == instance && b.RegId == regId) is { } latest && !register.CallId.Equals(Encoding.UTF8.GetBytes(latest.CallId));

    private static bool IsOutOfOrder(Binding binding, SipRequest register) =>
        register.CSeq.Number <= binding.CSeq && register.CallId.Equals(Encoding.UTF8.GetBytes(binding.CallId));

    private static Binding Bind(in Contact contact, SipRequest register, Way way, DateTimeOffset expires) => new(
        contact.Uri.ToString(),
        register.CallId.ToString(),
        register.CSeq.Number,
        expires,
        contact.Q / 1000f,
        InstanceId: null,
        way.Flow,
        way.Received,
        ParametersOf(contact))
    {
        Path = way.Path,
    };

    /// <summary>Through a proxy the flow leads to the proxy, which knows the way on by its Path (RFC 3327); without one the Contact does.</summary>
    private static bool IsDirect(SipRequest register) => register.Headers(HeaderName.Via).Count() == 1;

    private static string ParametersOf(in Contact contact)
    {
        var text = new StringBuilder();
        foreach (var parameter in contact.Address.Parameters)
        {
            if (parameter.Name.EqualsIgnoreCase("expires"u8) || parameter.Name.EqualsIgnoreCase("q"u8)) continue;
            if (parameter.Name.EqualsIgnoreCase("pub-gruu"u8) || parameter.Name.EqualsIgnoreCase("temp-gruu"u8)) continue; // ours to give (RFC 5627 5.1)
            if (text.Length > 0) text.Append(';');
            text.Append(parameter.Name);
            if (!parameter.HasValue) continue;
            text.Append(parameter.IsQuoted ? string.Create(CultureInfo.InvariantCulture, $"=\"{parameter.Value}\"") : $"={parameter.Value}");
        }

        return text.ToString();
    }

    private static SipUri UriOf(Binding binding) => SipUri.TryParse((MessageText)binding.Contact, out var uri) ? uri : default;

    private static BindingOutcome OutOfOrder() => Refuse(StatusCode.ServerInternalError, "CSeq is not higher than that of the binding");

    private static BindingOutcome Refuse(int status, string reason) => new(status, reason, [], IsChanged: false);

    /// <summary>How the contacts of one request are reached.</summary>
    /// <param name="Flow">The flow of the request, where it came straight from the device.</param>
    /// <param name="Received">Where it came from.</param>
    /// <param name="Path">The proxies between.</param>
    /// <param name="IsOutbound">Whether RFC 5626 applies: no proxy between, or one that keeps the device's flow.</param>
    private readonly record struct Way(Flow? Flow, string Received, string Path, bool IsOutbound);
}
