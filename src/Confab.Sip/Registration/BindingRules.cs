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
/// <param name="Status">200, 400, 423, 500 or 503.</param>
/// <param name="Reason">For people; empty with 200.</param>
/// <param name="Bindings">The unexpired bindings, the latest refreshed last.</param>
/// <param name="IsChanged">False for a query: nothing is to be stored.</param>
public readonly record struct BindingOutcome(int Status, string Reason, ImmutableArray<Binding> Bindings, bool IsChanged)
{
    public bool IsRefused => Status != StatusCode.Ok;
}

[Clause("RFC 3261", "10.3")]
public static class BindingRules
{
    private const uint OneHour = 3600;

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

        return contacts.Exists(static c => c.IsStar) ? RemoveAll(existing, register, contacts.Count) : Update(existing, register, contacts, flow, now, limits);
    }

    private static BindingOutcome RemoveAll(ImmutableArray<Binding> existing, SipRequest register, int contacts)
    {
        // 6) `*` stands alone, with Expires: 0.
        if (contacts != 1) return Refuse(StatusCode.BadRequest, "Contact * stands alone");
        if (register.Expires != 0) return Refuse(StatusCode.BadRequest, "Contact * needs Expires: 0");
        return existing.Any(b => IsOutOfOrder(b, register)) ? OutOfOrder() : new BindingOutcome(StatusCode.Ok, "", [], existing.Length > 0);
    }

    private static BindingOutcome Update(
        ImmutableArray<Binding> existing, SipRequest register, List<Contact> contacts, Flow flow, DateTimeOffset now, BindingLimits limits)
    {
        var bindings = existing.Select(static b => (Binding: b, Uri: UriOf(b), IsNew: false)).ToList();
        foreach (var contact in contacts)
        {
            if (!contact.Uri.IsSipOrSips) return Refuse(StatusCode.BadRequest, "A Contact is to be a SIP URI"); // no other can be reached from here

            // 7) The interval: the parameter, else the header, else the default.
            var seconds = contact.Expires ?? (register.Expires >= 0 ? (uint)register.Expires : limits.DefaultExpires);
            if (seconds > 0 && seconds < OneHour && seconds < limits.MinExpires) return Refuse(StatusCode.IntervalTooBrief, "");

            // 7) The binding of this contact, if there is one; the last word counts where one request names a contact twice.
            var uri = contact.Uri;
            var index = bindings.FindIndex(b => SipUri.Equivalent(b.Uri, uri));
            if (index >= 0)
            {
                if (!bindings[index].IsNew && IsOutOfOrder(bindings[index].Binding, register)) return OutOfOrder();
                bindings.RemoveAt(index);
            }

            if (seconds > 0) bindings.Add((Bind(contact, register, flow, now.AddSeconds(Math.Min(seconds, limits.MaxExpires))), uri, IsNew: true));
        }

        return bindings.Count > limits.PerAddress
            ? Refuse(StatusCode.ServiceUnavailable, "Too many bindings")
            : new BindingOutcome(StatusCode.Ok, "", [.. bindings.Select(static b => b.Binding)], IsChanged: true);
    }

    private static bool IsOutOfOrder(Binding binding, SipRequest register) =>
        register.CSeq.Number <= binding.CSeq && register.CallId.Equals(Encoding.UTF8.GetBytes(binding.CallId));

    private static Binding Bind(in Contact contact, SipRequest register, Flow flow, DateTimeOffset expires)
    {
        var instance = contact.Address.Parameter("+sip.instance"u8).ToString();
        return new Binding(
            contact.Uri.ToString(),
            register.CallId.ToString(),
            register.CSeq.Number,
            expires,
            contact.Q / 1000f,
            instance is ['<', .. var urn, '>'] ? urn : null,
            IsDirect(register) ? flow : null,
            flow.Remote.ToString(),
            ParametersOf(contact));
    }

    /// <summary>Through a proxy the flow leads to the proxy, which without Path (RFC 3327) knows no way on; the Contact does.</summary>
    private static bool IsDirect(SipRequest register) => register.Headers(HeaderName.Via).Count() == 1;

    private static string ParametersOf(in Contact contact)
    {
        var text = new StringBuilder();
        foreach (var parameter in contact.Address.Parameters)
        {
            if (parameter.Name.EqualsIgnoreCase("expires"u8) || parameter.Name.EqualsIgnoreCase("q"u8)) continue;
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
}
