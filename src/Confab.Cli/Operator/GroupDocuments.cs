using System.Globalization;
using System.Net;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Confab.Server.Xdm;

namespace Confab.Cli.Operator;

/// <summary>A group document and where it is.</summary>
/// <param name="Path">In its owner's home directory.</param>
/// <param name="ETag">Of this version.</param>
/// <param name="Xml">The document.</param>
/// <param name="Position">Which of its list-services is the group, from 1.</param>
sealed record GroupDocument(string Path, string ETag, XDocument Xml, int Position)
{
    static readonly XNamespace s_group = GroupDocuments.Namespace;

    public XElement Service => Xml.Root!.Elements(s_group + "list-service").ElementAt(Position - 1);

    public string Uri => Service.Attribute("uri")?.Value ?? "";

    public string Name => Service.Element(s_group + "display-name")?.Value.Trim() ?? "";

    public string Owner => System.Uri.UnescapeDataString(Path.Split('/')[4]);

    /// <summary>The lists that its members stand in as well.</summary>
    public IReadOnlyList<string> Lists => [.. Service.Elements(s_group + "list").Elements(s_group + "external").Select(static e => e.Attribute("anchor")?.Value ?? "")];

    public IReadOnlyList<string> Members => [.. Service.Elements(s_group + "list").Elements(s_group + "entry").Select(static e => e.Attribute("uri")?.Value ?? "")];

    /// <summary>Empty where the document says nothing or 0: no limit.</summary>
    public string Most => Service.Element(s_group + "max-participant-count")?.Value.Trim() is { } most and not "0" ? most : "";

    public bool InvitesMembers => Service.Element(s_group + "invite-members")?.Value.Trim() is "true" or "1";
}

/// <summary>Reads and writes group documents by XCAP, as any client may.</summary>
sealed class GroupDocuments(OperatorConnection server)
{
    public const string Namespace = "urn:oma:xml:poc:list-service";

    const string Auid = "org.openmobilealliance.groups";
    const string Type = "application/vnd.oma.poc.groups+xml";
    const string ElementType = "application/xcap-el+xml";

    static readonly XNamespace s_group = Namespace;
    static readonly XNamespace s_policy = "urn:ietf:params:xml:ns:common-policy";
    static readonly XNamespace s_extensions = "urn:oma:xml:xdm:extensions";
    static readonly XNamespace s_directory = "urn:oma:xml:xdm:xcap-directory";

    /// <summary>The document of a group.</summary>
    /// <exception cref="OperatorException">There is no such group.</exception>
    public async Task<GroupDocument> FindAsync(string uri, CancellationToken cancellationToken)
    {
        var answer = await SendAsync("GET", $"/xcap/{Auid}/global/byGroupID/{Escape(uri)}", null, null, null, cancellationToken);
        if (answer.Status == 404)
            throw new OperatorException($"There is no group {uri}");
        Expect(answer, 200);
        var xml = XDocument.Parse(Encoding.UTF8.GetString(answer.Body.Span));
        var services = xml.Root!.Elements(s_group + "list-service").Select(static s => s.Attribute("uri")?.Value ?? "").ToList();
        var position = services.FindIndex(s => s.Equals(uri, StringComparison.OrdinalIgnoreCase));
        return new GroupDocument(answer.ContentLocation ?? "", answer.ETag ?? "", xml, Math.Max(0, position) + 1);
    }

    /// <summary>All groups of a user, or of everyone.</summary>
    public async Task<IReadOnlyList<GroupDocument>> ListAsync(string? owner, CancellationToken cancellationToken)
    {
        var groups = new List<GroupDocument>();
        foreach (var address in owner is null ? await server.AddressesAsync(cancellationToken) : [owner])
        {
            var directory = await SendAsync("GET", $"/xcap/org.openmobilealliance.xcap-directory/users/{Escape(address)}/directory.xml", null, null, null, cancellationToken);
            if (directory.Status == 404)
                throw new OperatorException($"{address} is no user");
            Expect(directory, 200);
            var folders = XDocument.Parse(Encoding.UTF8.GetString(directory.Body.Span)).Root!.Elements(s_directory + "folder");
            foreach (var entry in folders.Where(static f => f.Attribute("auid")?.Value == Auid).Elements(s_directory + "entry"))
            {
                var uri = entry.Attribute("uri")!.Value;
                var path = uri[uri.IndexOf($"/xcap/{Auid}/", StringComparison.Ordinal)..];
                var document = await SendAsync("GET", path, null, null, null, cancellationToken);
                if (document.Status != 200)
                    continue; // deleted meanwhile
                var xml = XDocument.Parse(Encoding.UTF8.GetString(document.Body.Span));
                groups.AddRange(xml.Root!.Elements(s_group + "list-service").Select((_, i) => new GroupDocument(path, document.ETag ?? "", xml, i + 1)));
            }
        }

        return groups;
    }

    /// <summary>Makes a group: its members may start it, join it and see who is in it; its owner may also bring others in and remove them.</summary>
    public async Task CreateAsync(
        string uri, string owner, string? name, IReadOnlyList<string> members, int? most, bool invitesMembers, CancellationToken cancellationToken)
    {
        var document = new XDocument(new XElement(
            s_group + "group",
            new XAttribute("xmlns", s_group.NamespaceName),
            new XAttribute(XNamespace.Xmlns + "cp", s_policy.NamespaceName),
            new XAttribute(XNamespace.Xmlns + "oxe", s_extensions.NamespaceName),
            new XElement(
                s_group + "list-service",
                new XAttribute("uri", uri),
                name is null ? null : new XElement(s_group + "display-name", name),
                new XElement(s_group + "list", members.Prepend(owner).Distinct(StringComparer.Ordinal).Select(static m => new XElement(s_group + "entry", new XAttribute("uri", m)))),
                new XElement(s_group + "invite-members", invitesMembers),
                most is null ? null : new XElement(s_group + "max-participant-count", most),
                new XElement(
                    s_policy + "ruleset",
                    Rule("members", new XElement(s_group + "is-list-member"), "join-handling", "allow-initiate-conference", "allow-conference-state"),
                    Rule(
                        "owner",
                        new XElement(s_policy + "identity", new XElement(s_policy + "one", new XAttribute("id", owner))),
                        "join-handling", "allow-initiate-conference", "allow-conference-state", "allow-invite-users-dynamically", "oxe:allow-expelling")))));
        using var body = new MemoryStream();
        await using (var writer = XmlWriter.Create(body, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false), Async = true }))
            await document.SaveAsync(writer, cancellationToken);
        var file = Escape(uri[(uri.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('@')[0]);
        var answer = await SendAsync("PUT", $"/xcap/{Auid}/users/{Escape(owner)}/{file}", Type, body.ToArray(), null, cancellationToken, onlyNew: true);
        if (answer.Status == 404)
            throw new OperatorException($"{owner} is no user");
        if (answer.Status == 412)
            throw new OperatorException($"{owner} has a document '{System.Uri.UnescapeDataString(file)}' already; choose another user part, or see: confab group list");
        Expect(answer, 201);
    }

    /// <summary>Adds a member, or nothing where he is one.</summary>
    public async Task<GroupDocument> AddAsync(GroupDocument group, string member, CancellationToken cancellationToken)
    {
        if (!group.Service.Elements(s_group + "list").Any())
            await PutElementAsync(group, "list", "<list xmlns=\"" + Namespace + "\"/>", cancellationToken);
        var entry = new XElement(s_group + "entry", new XAttribute("uri", member)).ToString();
        await PutElementAsync(await FindAsync(group.Uri, cancellationToken), $"list[1]/entry[@uri=\"{member}\"]", entry, cancellationToken);
        return await FindAsync(group.Uri, cancellationToken);
    }

    /// <summary>Takes a member off the list.</summary>
    public async Task<GroupDocument> RemoveAsync(GroupDocument group, string member, CancellationToken cancellationToken)
    {
        var answer = await SendAsync("DELETE", NodeOf(group, $"list[1]/entry[@uri=\"{member}\"]"), null, null, group.ETag, cancellationToken);
        if (answer.Status == 404)
            throw new OperatorException($"{member} is not on the list of {group.Uri}");
        Expect(answer, 200);
        return await FindAsync(group.Uri, cancellationToken);
    }

    /// <summary>Sets one of the elements of the group that stand once.</summary>
    public async Task<GroupDocument> SetAsync(GroupDocument group, string element, string value, CancellationToken cancellationToken)
    {
        await PutElementAsync(group, element, new XElement(s_group + element, value).ToString(), cancellationToken);
        return await FindAsync(group.Uri, cancellationToken);
    }

    /// <summary>Deletes the group, and the document with its last one.</summary>
    public async Task DeleteAsync(GroupDocument group, CancellationToken cancellationToken)
    {
        var isLast = group.Xml.Root!.Elements(s_group + "list-service").Count() == 1;
        var target = isLast ? group.Path : $"{group.Path}/~~/group/list-service{Escape($"[@uri=\"{group.Uri}\"]")}";
        Expect(await SendAsync("DELETE", target, null, null, group.ETag, cancellationToken), 200);
    }

    async Task PutElementAsync(GroupDocument group, string selector, string element, CancellationToken cancellationToken) =>
        Expect(await SendAsync("PUT", NodeOf(group, selector), ElementType, Encoding.UTF8.GetBytes(element), group.ETag, cancellationToken), 200, 201);

    static string NodeOf(GroupDocument group, string selector) =>
        string.Create(CultureInfo.InvariantCulture, $"{group.Path}/~~/group/list-service%5B{group.Position}%5D/{string.Join('/', selector.Split('/').Select(Escape))}");

    static XElement Rule(string id, XElement condition, params string[] actions) => new(
        s_policy + "rule",
        new XAttribute("id", id),
        new XElement(s_policy + "conditions", condition),
        new XElement(s_policy + "actions", actions.Select(static a => new XElement(a.StartsWith("oxe:", StringComparison.Ordinal) ? s_extensions + a[4..] : s_group + a, true))));

    Task<XcapResponse> SendAsync(
        string method, string target, string? type, byte[]? body, string? etag, CancellationToken cancellationToken, bool onlyNew = false) => server.XcapAsync(
        new XcapRequest(method, target, IPAddress.Loopback)
        {
            ContentType = type,
            Body = body ?? [],
            IfMatch = etag is null ? null : $"\"{etag}\"",
            IfNoneMatch = onlyNew ? "*" : null,
        },
        cancellationToken);

    static void Expect(XcapResponse answer, params ReadOnlySpan<int> statuses)
    {
        if (statuses.Contains(answer.Status))
            return;
        var body = Encoding.UTF8.GetString(answer.Body.Span).Trim();
        throw new OperatorException(answer.Status switch
        {
            412 => "Someone changed the group meanwhile; look at it and try again",
            409 when answer.ContentType == "application/xcap-error+xml" => Conflict(body),
            _ => $"The server answers {answer.Status}: {body}",
        });
    }

    static string Conflict(string report)
    {
        var condition = XDocument.Parse(report).Root!.Elements().First();
        var phrase = condition.Attribute("phrase")?.Value ?? condition.Elements().FirstOrDefault()?.Attribute("phrase")?.Value ?? condition.Name.LocalName;
        var free = condition.Descendants().Where(static e => e.Name.LocalName == "alt-value").Select(static e => e.Value).ToList();
        return free.Count == 0 ? phrase : $"{phrase} Free are {string.Join(", ", free)}";
    }

    static string Escape(string text) => Uri.EscapeDataString(text).Replace("%3A", ":", StringComparison.Ordinal).Replace("%40", "@", StringComparison.Ordinal);
}
