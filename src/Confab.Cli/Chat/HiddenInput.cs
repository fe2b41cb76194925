using System.Text;

namespace Confab.Cli.Chat;

/// <summary>Asks for a secret without showing it.</summary>
static class HiddenInput
{
    /// <summary>Null where nobody can be asked, or who is asked gives up.</summary>
    public static string? Ask(string question, TextWriter output)
    {
        if (Console.IsInputRedirected) return null;
        output.Write(question);
        output.Flush();
        var secret = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    output.WriteLine();
                    return secret.ToString();
                case ConsoleKey.Backspace:
                    if (secret.Length > 0) secret.Length--;
                    break;
                case ConsoleKey.Escape or ConsoleKey.D when key.Key == ConsoleKey.Escape || key.Modifiers == ConsoleModifiers.Control:
                    output.WriteLine();
                    return null;
                default:
                    if (!char.IsControl(key.KeyChar)) secret.Append(key.KeyChar);
                    break;
            }
        }
    }
}
