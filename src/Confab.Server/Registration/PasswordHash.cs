using System.Text;
using Confab.Runtime;
using Confab.Server.Ports;
using Confab.Sip.Authentication;
using Confab.Sip.Message;
using MessageText = Confab.Sip.Message.Text;

namespace Confab.Server.Registration;

/// <summary>Turns a password into what is kept of it. The realm is the domain. RFC 7616 3.4.2, RFC 8760 2.</summary>
[Clause("RFC 7616", "3.4.2")]
public static class PasswordHash
{
    /// <summary>The account of an address of the domain.</summary>
    /// <exception cref="ArgumentException">The address is no <c>sip:user@domain</c> of that domain, or the password is empty.</exception>
    public static Account Of(string address, string password, string domain)
    {
        if (!SipUri.TryParse((MessageText)address, out var uri) || uri.Scheme != UriScheme.Sip || uri.User.IsEmpty)
            throw new ArgumentException($"'{address}' is to be sip:user@{domain}", nameof(address));
        if (!uri.Host.EqualsIgnoreCase(Encoding.UTF8.GetBytes(domain)))
            throw new ArgumentException($"'{address}' is not of the domain {domain}", nameof(address));
        if (password.Length == 0) throw new ArgumentException($"The password of '{address}' is empty", nameof(password));
        var key = uri.AddressKey();
        var user = Account.UserOf(key);
        var whole = $"{user}@{domain}";
        return new Account(key, Ha1(DigestAlgorithm.Md5, user, domain, password), Ha1(DigestAlgorithm.Sha256, user, domain, password))
        {
            Ha1Md5OfAddress = Ha1(DigestAlgorithm.Md5, whole, domain, password),
            Ha1Sha256OfAddress = Ha1(DigestAlgorithm.Sha256, whole, domain, password),
        };
    }

    /// <summary>Puts the accounts of the configuration into the directory, over what it holds of them: at the start, before the lane runs.</summary>
    /// <exception cref="ArgumentException">An address or a password cannot be; the message names the key.</exception>
    public static void PutConfigured(IDirectory directory, ServerOptions options)
    {
        var accounts = options.Users.Select((user, index) =>
        {
            try
            {
                return Of(user.Address, user.Password, options.Domain);
            }
            catch (ArgumentException exception)
            {
                throw new ArgumentException($"Users:{index}: {exception.Message}", nameof(options), exception);
            }
        }).Where(a => !directory.TryGetAccount(a.User, out var known) || known != a).ToList();
        if (accounts.Count == 0) return;

        directory.Begin();
        try
        {
            foreach (var account in accounts) directory.PutAccount(account);
            directory.Commit();
        }
        catch
        {
            directory.Rollback();
            throw;
        }
    }

    private static string Ha1(DigestAlgorithm algorithm, string user, string realm, string password) =>
        DigestResponse.Ha1(algorithm, Encoding.UTF8.GetBytes(user), Encoding.UTF8.GetBytes(realm), Encoding.UTF8.GetBytes(password)).ToString();
}
