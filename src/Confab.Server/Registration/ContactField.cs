using Confab.Sip.Message;
using Confab.Sip.Registration;

namespace Confab.Server.Registration;

/// <summary>One binding as a Contact field of the 200: its parameters come back as they were given. RFC 3261 10.3 step 8, 20.10; RFC 3840 9.</summary>
internal static class ContactField
{
    public static void Write(ref SipWriter writer, Binding binding, DateTimeOffset now)
    {
        writer.Begin(HeaderName.Contact);
        writer.Append("<"u8);
        writer.Append(binding.Contact);
        writer.Append(">;expires="u8);
        writer.Append((long)Math.Ceiling(Math.Max(0, (binding.Expires - now).TotalSeconds)));
        if (binding.Q < 1)
        {
            writer.Append(";q="u8);
            writer.Append(binding.Q.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture));
        }

        if (binding.ContactParameters.Length > 0)
        {
            writer.Append(";"u8);
            writer.Append(binding.ContactParameters);
        }

        writer.End();
    }
}
