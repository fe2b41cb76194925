// Reads a conference-info document (RFC 4575 6): the parts that an instant messaging conference has, the rest is passed over.
// UTF-8 only, no document type, nothing fetched, bounded in octets, depth, users, endpoints and media.
using System.Globalization;
using System.Text;
using System.Xml;

namespace Confab.Content.ConferenceInfo;

public static class ConferenceInfoReader
{
    internal const int MaxBytes = 4 * 1024 * 1024;
    internal const int MaxDepth = 32;
    internal const int MaxText = 1024; // of one name or URI; a longer one is cut, or refused where it is a key
    const string Clause = "RFC 4575 6";

    /// <summary>Reads one document.</summary>
    /// <param name="maxUsers">More users than this, or more endpoints and media than four times as many, are a fault.</param>
    public static bool TryParse(ReadOnlyMemory<byte> xml, int maxUsers, out ConferenceDocument document, out Fault fault)
    {
        document = null!;
        if (PeerXml.Decode(xml.Span, MaxBytes, out var unread) is not { } content) return Fail(unread, out fault);
        using var reader = PeerXml.Read(content);
        try
        {
            if (reader.MoveToContent() != XmlNodeType.Element || !IsOurs(reader, "conference-info")) return Fail("root is not conference-info", out fault);
            var entity = Attribute(reader, "entity");
            if (entity is null) return Fail("conference-info without entity", out fault);
            if (!TryState(reader, out var state)) return Fail("unknown state", out fault);
            uint? version = null;
            if (Attribute(reader, "version") is { } text)
            {
                if (!uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return Fail("version is no number", out fault);
                version = number;
            }

            var reading = new Reading(reader, maxUsers);
            if (reading.Root() is { } problem) return Fail(problem, out fault);
            document = new ConferenceDocument(entity, state ?? ElementState.Full, version, reading.Description, reading.UserCount, reading.UsersState, reading.Users);
            fault = default;
            return true;
        }
        catch (XmlException)
        {
            return Fail("malformed XML", out fault);
        }
    }

    static bool IsOurs(XmlReader reader, string name) => reader.LocalName == name && reader.NamespaceURI is ConferenceInfoNames.Namespace or "";

    /// <summary>A key or a number; null where it is missing, empty or too long.</summary>
    static string? Attribute(XmlReader reader, string name) =>
        reader.GetAttribute(name)?.Trim() is { Length: > 0 and <= MaxText } value ? value : null;

    static bool TryState(XmlReader reader, out ElementState? state)
    {
        state = Attribute(reader, "state") switch
        {
            "full" => ElementState.Full,
            "partial" => ElementState.Partial,
            "deleted" => ElementState.Deleted,
            _ => null,
        };
        return state is not null || reader.GetAttribute("state") is null;
    }

    static bool Fail(string reason, out Fault fault)
    {
        fault = new Fault(reason, Clause, 0);
        return false;
    }

    /// <summary>One pass over a document. Every method begins at a start tag and leaves the reader after its element; a text is what is wrong.</summary>
    sealed class Reading(XmlReader reader, int maxUsers)
    {
        int _parts; // endpoints and media so far

        public ConferenceDescription? Description { get; private set; }

        public uint? UserCount { get; private set; }

        public ElementState? UsersState { get; private set; }

        public List<ConferenceUser>? Users { get; private set; }

        public string? Root() => Children(name =>
        {
            switch (name)
            {
                case "conference-description": return ReadDescription();
                case "conference-state": return Children(child => child == "user-count" ? Number(value => UserCount = value) : Skip());
                case "users": return ReadUsers();
                default: return Skip();
            }
        });

        string? ReadDescription()
        {
            string? subject = null;
            uint? most = null;
            var problem = Children(name => name switch
            {
                "subject" => Text(text => subject = text),
                "maximum-user-count" => Number(value => most = value),
                _ => Skip(),
            });
            Description = new ConferenceDescription(subject, most);
            return problem;
        }

        string? ReadUsers()
        {
            if (!TryState(reader, out var state)) return "unknown state";
            UsersState = state;
            Users ??= [];
            return Children(name => name == "user" ? ReadUser() : Skip());
        }

        string? ReadUser()
        {
            if (Users!.Count >= maxUsers) return "too many users";
            if (Attribute(reader, "entity") is not { } entity) return "user without entity";
            if (!TryState(reader, out var state)) return "unknown state";
            string? displayText = null;
            List<string>? roles = null;
            var endpoints = new List<ConferenceEndpoint>(1);
            var problem = Children(name => name switch
            {
                "display-text" => Text(text => displayText = text),
                "roles" => Children(child => child == "entry" ? Text(text => Role(roles ??= [], text)) : Skip()),
                "endpoint" => ReadEndpoint(endpoints),
                _ => Skip(),
            });
            Users.Add(new ConferenceUser(entity, state ?? ElementState.Full, displayText, roles, endpoints));
            return problem;
        }

        static void Role(List<string> roles, string role)
        {
            if (roles.Count < 8) roles.Add(role);
        }

        string? ReadEndpoint(List<ConferenceEndpoint> endpoints)
        {
            if (++_parts > 4 * maxUsers) return "too many endpoints";
            if (!TryState(reader, out var state)) return "unknown state";
            var entity = Attribute(reader, "entity") ?? "";
            string? status = null, joining = null, leaving = null;
            Execution? joined = null, left = null;
            var media = new List<ConferenceMedia>(1);
            var problem = Children(name => name switch
            {
                "status" => Text(text => status = text),
                "joining-method" => Text(text => joining = text),
                "joining-info" => ReadExecution(found => joined = found),
                "disconnection-method" => Text(text => leaving = text),
                "disconnection-info" => ReadExecution(found => left = found),
                "media" => ReadMedia(media),
                _ => Skip(),
            });
            endpoints.Add(new ConferenceEndpoint(entity, state ?? ElementState.Full, status, joining, joined, leaving, left, media));
            return problem;
        }

        string? ReadMedia(List<ConferenceMedia> media)
        {
            if (++_parts > 4 * maxUsers) return "too many media";
            var id = Attribute(reader, "id") ?? "";
            string? type = null, status = null;
            var problem = Children(name => name switch
            {
                "type" => Text(text => type = text),
                "status" => Text(text => status = text),
                _ => Skip(),
            });
            media.Add(new ConferenceMedia(id, type, status));
            return problem;
        }

        string? ReadExecution(Action<Execution> found)
        {
            DateTimeOffset? when = null;
            string? by = null;
            var problem = Children(name => name switch
            {
                "when" => Text(text => when = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null),
                "by" => Text(text => by = text),
                _ => Skip(),
            });
            found(new Execution(when, by));
            return problem;
        }

        /// <summary>Runs through the child elements; what is in another namespace is an extension and has no name here.</summary>
        string? Children(Func<string, string?> child)
        {
            var depth = reader.Depth;
            if (depth > MaxDepth) return "nested too deep";
            var isEmpty = reader.IsEmptyElement;
            reader.Read();
            if (isEmpty) return null;
            while (!reader.EOF && reader.Depth > depth)
            {
                if (reader.NodeType != XmlNodeType.Element) reader.Read();
                else if (child(IsOurs(reader, reader.LocalName) ? reader.LocalName : "") is { } problem) return problem;
            }

            reader.Read(); // the end tag
            return null;
        }

        string? Skip()
        {
            reader.Skip();
            return null;
        }

        string? Text(Action<string> take)
        {
            var depth = reader.Depth;
            var text = new StringBuilder();
            var isEmpty = reader.IsEmptyElement;
            reader.Read();
            if (!isEmpty)
            {
                while (!reader.EOF && reader.Depth > depth)
                {
                    if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace && text.Length <= MaxText) text.Append(reader.Value);
                    if (reader.NodeType == XmlNodeType.Element) reader.Skip();
                    else reader.Read();
                }

                reader.Read();
            }

            if (text.Length > MaxText) text.Length = MaxText;
            take(text.ToString().Trim());
            return null;
        }

        string? Number(Action<uint> take) => Text(text =>
        {
            if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) take(number);
        });
    }
}
