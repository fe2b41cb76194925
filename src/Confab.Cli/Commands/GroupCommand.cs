using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Confab.Cli.Operator;

namespace Confab.Cli.Commands;

/// <summary><c>confab group create|show|list|add|remove|set|delete</c>: pre-defined groups, thus group documents.</summary>
static class GroupCommand
{
    static readonly Argument<string> Group = new("GROUP") { Description = "The IM Group Identity: sip:team@example.com, or team." };

    static readonly Argument<string[]> Members = new("MEMBER") { Description = "sip:bob@example.com, or bob.", Arity = ArgumentArity.OneOrMore };

    static readonly Option<string> Owner = new("--owner") { Description = "The user whose group it is: may also bring others in and remove them.", HelpName = "ADDRESS", Required = true };

    static readonly Option<string?> OwnerOnly = new("--owner") { Description = "Of this user alone.", HelpName = "ADDRESS" };

    static readonly Option<string[]> Listed = new("--member") { Description = "A member beside the owner. May be repeated.", HelpName = "ADDRESS", DefaultValueFactory = _ => [] };

    static readonly Option<string?> Name = new("--name") { Description = "How it is shown.", HelpName = "NAME" };

    static readonly Option<int?> Most = new("--max")
    {
        Description = "How many may take part at once; 0: no limit.",
        HelpName = "N",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = static given => int.TryParse(given.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : Wrong<int?>(given, "0 or more"),
    };

    // A text, since the library takes a word behind an option that is a boolean for something else unless it is one.
    static readonly Option<string?> Invites = new("--invite-members")
    {
        Description = "Whether its start invites all members.",
        HelpName = "true|false",
        CustomParser = static given => bool.TryParse(given.Tokens[0].Value, out _) ? given.Tokens[0].Value : Wrong<string?>(given, "true or false"),
    };

    public static Command Create() => OperatorCommand.Family(
        "group",
        "Pre-defined groups: create, show, list, add, remove, set, delete.",
        OperatorCommand.Create("create", "Makes a group. Its members may start it, join it and see who is in it.", [Group, Owner, Listed, Name, Most, Invites], CreateAsync),
        OperatorCommand.Create("show", "Shows a group and its members.", [Group], ShowAsync),
        OperatorCommand.Create("list", "Lists the groups.", [OwnerOnly], ListAsync),
        OperatorCommand.Create("add", "Puts members on the list of a group.", [Group, Members], AddAsync),
        OperatorCommand.Create("remove", "Takes members off the list of a group.", [Group, Members], RemoveAsync),
        OperatorCommand.Create("set", "Changes the name of a group, how many may take part, whether members are invited.", [Group, Name, Most, Invites], SetAsync),
        OperatorCommand.Create("delete", "Deletes a group; its session ends.", [Group], DeleteAsync));

    static async Task CreateAsync(OperatorConnection server, ParseResult parsed, TextWriter output, CancellationToken cancellationToken)
    {
        var uri = Address(parsed, parsed.GetValue(Group)!);
        await new GroupDocuments(server).CreateAsync(
            uri,
            Address(parsed, parsed.GetValue(Owner)!),
            parsed.GetValue(Name),
            [.. parsed.GetValue(Listed)!.Select(m => Address(parsed, m))],
            parsed.GetValue(Most),
            InvitesOf(parsed) ?? false,
            cancellationToken);
        await output.WriteLineAsync($"{uri} is a group");
    }

    static async Task ShowAsync(OperatorConnection server, ParseResult parsed, TextWriter output, CancellationToken cancellationToken) =>
        await ShowAsync(output, await FindAsync(new GroupDocuments(server), parsed, cancellationToken));

    static async Task ListAsync(OperatorConnection server, ParseResult parsed, TextWriter output, CancellationToken cancellationToken)
    {
        var owner = parsed.GetValue(OwnerOnly) is { } only ? Address(parsed, only) : null;
        var groups = await new GroupDocuments(server).ListAsync(owner, cancellationToken);
        await Table.WriteAsync(output, ["GROUP", "OWNER", "MEMBERS", "MAX", "NAME"], [.. groups.OrderBy(static g => g.Uri, StringComparer.Ordinal).Select(static g => (string[])
            [g.Uri, g.Owner, g.Members.Count.ToString(CultureInfo.InvariantCulture), g.Most.Length == 0 ? "-" : g.Most, g.Name])]);
    }

    static async Task AddAsync(OperatorConnection server, ParseResult parsed, TextWriter output, CancellationToken cancellationToken)
    {
        var groups = new GroupDocuments(server);
        var group = await FindAsync(groups, parsed, cancellationToken);
        foreach (var member in parsed.GetValue(Members)!.Select(m => Address(parsed, m)).ToList())
        {
            if (!group.Members.Contains(member, StringComparer.Ordinal))
                group = await groups.AddAsync(group, member, cancellationToken);
        }

        await ShowAsync(output, group);
    }

    static async Task RemoveAsync(OperatorConnection server, ParseResult parsed, TextWriter output, CancellationToken cancellationToken)
    {
        var groups = new GroupDocuments(server);
        var group = await FindAsync(groups, parsed, cancellationToken);
        var leaving = parsed.GetValue(Members)!.Select(m => Address(parsed, m)).Distinct(StringComparer.Ordinal).ToList();
        if (leaving.Find(m => !group.Members.Contains(m, StringComparer.Ordinal)) is { } stranger)
            throw new OperatorException($"{stranger} is not on the list of {group.Uri}");
        foreach (var member in leaving)
            group = await groups.RemoveAsync(group, member, cancellationToken);
        await ShowAsync(output, group);
    }

    static async Task SetAsync(OperatorConnection server, ParseResult parsed, TextWriter output, CancellationToken cancellationToken)
    {
        var (name, most, invites) = (parsed.GetValue(Name), parsed.GetValue(Most), InvitesOf(parsed));
        if (name is null && most is null && invites is null)
            throw new OperatorMisuseException("nothing to set; give --name, --max or --invite-members");
        var groups = new GroupDocuments(server);
        var group = await FindAsync(groups, parsed, cancellationToken);
        if (name is not null)
            group = await groups.SetAsync(group, "display-name", name, cancellationToken);
        if (most is { } n)
            group = await groups.SetAsync(group, "max-participant-count", n.ToString(CultureInfo.InvariantCulture), cancellationToken);
        if (invites is { } b)
            group = await groups.SetAsync(group, "invite-members", b ? "true" : "false", cancellationToken);
        await ShowAsync(output, group);
    }

    static async Task DeleteAsync(OperatorConnection server, ParseResult parsed, TextWriter output, CancellationToken cancellationToken)
    {
        var groups = new GroupDocuments(server);
        var group = await FindAsync(groups, parsed, cancellationToken);
        await groups.DeleteAsync(group, cancellationToken);
        await output.WriteLineAsync($"{group.Uri} is deleted");
    }

    static Task<GroupDocument> FindAsync(GroupDocuments groups, ParseResult parsed, CancellationToken cancellationToken) =>
        groups.FindAsync(Address(parsed, parsed.GetValue(Group)!), cancellationToken);

    static async Task ShowAsync(TextWriter output, GroupDocument group)
    {
        await Table.WriteAsync(output, ["GROUP", group.Uri],
        [
            ["NAME", group.Name],
            ["OWNER", group.Owner],
            ["MAX", group.Most.Length == 0 ? "no limit" : group.Most],
            ["INVITES", group.InvitesMembers ? "its members when it starts" : "nobody; members join"],
            ["DOCUMENT", group.Path],
            .. group.Members.Select(static m => (string[])["MEMBER", m]),
            .. group.Lists.Select(static l => (string[])["LIST", l]),
        ]);
    }

    static T? Wrong<T>(ArgumentResult given, string allowed)
    {
        given.AddError($"{((OptionResult)given.Parent!).IdentifierToken!.Value} is to be {allowed}, not '{given.Tokens[0].Value}'");
        return default;
    }

    static bool? InvitesOf(ParseResult parsed) => parsed.GetValue(Invites) is { } invites ? bool.Parse(invites) : null;

    static string Address(ParseResult parsed, string text) => OperatorCommand.Address(text, OperatorCommand.Configuration(parsed));
}
