using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Confab.Client;

namespace Confab.Cli.Chat;

/// <summary>One JSON object a line for every event; the names of events and keys are fixed, scripts read them.</summary>
sealed class JsonFace(TextWriter output) : IChatFace
{
    // Lines for programs, not for web pages: an apostrophe or a letter with an accent stays itself.
    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    const int Told = 200; // a notification has no number of its own; this one says that all is well

    readonly ArrayBufferWriter<byte> _line = new(512);

    public bool ShowsAllAlike => true;

    public void Show(ChatEvent shown)
    {
        _line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_line, Options))
        {
            json.WriteStartObject();
            if (!Write(json, shown)) return;
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(_line.WrittenSpan));
        output.Flush();
    }

    /// <summary>False for what scripts are not told.</summary>
    static bool Write(Utf8JsonWriter json, ChatEvent shown)
    {
        switch (shown)
        {
            case Happened { Event: var happened, Session: var session }:
                return Write(json, happened, session);
            case FileReceived file:
                if (file.Session.Length > 0) Begin(json, "message", file.Session);
                else json.WriteString("event", "large"); // of no session
                json.WriteString("from", file.From);
                json.WriteString("contentType", file.ContentType);
                json.WriteNumber("size", file.Size);
                json.WriteString("path", file.Path);
                json.WriteString("id", file.Id);
                if (file.Session.Length > 0) json.WriteString("time", file.Time.ToUniversalTime());
                return true;
            case Problem problem:
                json.WriteString("event", "error");
                json.WriteString("command", problem.Command);
                if (problem.Status != 0) json.WriteNumber("status", problem.Status);
                json.WriteString("text", problem.Text);
                return true;
            case Paged { Outcome: var outcome }:
                json.WriteString("event", outcome.IsSent ? "sent" : "undelivered"); // of no session
                WriteFate(json, outcome.Id, outcome.Status, outcome.Text);
                return true;
            case Roster roster:
                WriteRoster(json, roster.Session, roster.Users);
                return true;
            case SessionList list:
                Write(json, list);
                return true;
            case Anonymity anonymity:
                json.WriteString("event", "anonymous");
                json.WriteBoolean("on", anonymity.IsOn);
                return true;
            case CommandList list:
                json.WriteString("event", "help");
                json.WriteStartArray("commands");
                foreach (var verb in list.Verbs) json.WriteStringValue($"{verb.Name} {verb.Arguments}".TrimEnd());
                json.WriteEndArray();
                return true;
            default:
                return false;
        }
    }

    static bool Write(Utf8JsonWriter json, ImEvent happened, string session)
    {
        switch (happened)
        {
            case Registered registered:
                json.WriteString("event", "registered");
                json.WriteNumber("expires", registered.Expires);
                return true;
            case Unregistered unregistered:
                json.WriteString("event", "unregistered");
                json.WriteString("reason", unregistered.Reason);
                return true;
            case Invited invited:
                Begin(json, "invited", session);
                json.WriteString("from", invited.Session.Peer);
                json.WriteString("identity", invited.Session.Identity);
                json.WriteBoolean("group", invited.Session.IsGroup);
                WriteParticipants(json, invited.Session.Participants);
                return true;
            case Established established:
                Begin(json, "established", session);
                json.WriteString("identity", established.Session.Identity);
                json.WriteBoolean("group", established.Session.IsGroup);
                json.WriteBoolean("rejoined", established.Session.IsRejoin);
                return true;
            case Resumed resumed:
                // Back by itself, in the same session.
                Begin(json, "established", session);
                json.WriteString("identity", resumed.Session.Identity);
                json.WriteBoolean("group", resumed.Session.IsGroup);
                json.WriteBoolean("rejoined", true);
                return true;
            case ComposingChanged composing:
                Begin(json, "composing", session);
                json.WriteString("from", composing.From);
                json.WriteBoolean("active", composing.IsActive);
                return true;
            case Progress progress:
                Begin(json, "progress", session);
                json.WriteString("id", progress.Id);
                json.WriteNumber("sent", progress.Sent);
                json.WriteNumber("total", progress.Total);
                return true;
            case Ended ended:
                Begin(json, "ended", session);
                json.WriteString("reason", Word(ended.Reason));
                json.WriteNumber("status", ended.Status);
                json.WriteString("text", ended.Text);
                return true;
            case RosterChanged changed:
                WriteRoster(json, session, changed.Users);
                return true;
            case MessageReceived message:
                Begin(json, "message", session);
                WriteMessage(json, message);
                return true;
            case PageReceived page:
                json.WriteString("event", "page");
                json.WriteString("from", page.From);
                if (page.Group is not null) json.WriteString("group", page.Group);
                WriteParticipants(json, page.Recipients);
                json.WriteString("text", page.Text);
                if (page.Text is null) json.WriteString("contentType", page.ContentType);
                if (page.Text is null) json.WriteNumber("size", page.Content.Length);
                json.WriteString("id", page.Id);
                return true;
            case Sent sent:
                Begin(json, "sent", session);
                WriteFate(json, sent.Id, sent.Status, "");
                return true;
            case ReferProgress refer:
                Begin(json, "refer", session);
                json.WriteString("target", refer.Target);
                json.WriteNumber("status", refer.Status);
                json.WriteBoolean("final", refer.IsFinal);
                return true;
            case Modified modified:
                Begin(json, "modified", session);
                json.WriteBoolean("held", modified.Session.IsHeld);
                json.WriteBoolean("heldByPeer", modified.Session.IsHeldByPeer);
                return true;
            case Undelivered undelivered:
                Begin(json, "undelivered", session);
                WriteFate(json, undelivered.Id, undelivered.Status, undelivered.Text);
                if (undelivered.From is { } missed) json.WriteString("from", missed);
                return true;
            case Delivered delivered:
                Begin(json, "delivered", session);
                WriteFate(json, delivered.Id, Told, "");
                json.WriteString("from", delivered.From);
                return true;
            case Displayed displayed:
                Begin(json, "displayed", session);
                WriteFate(json, displayed.Id, Told, "");
                json.WriteString("from", displayed.From);
                return true;
            default:
                return false;
        }
    }

    static void Begin(Utf8JsonWriter json, string name, string session)
    {
        json.WriteString("event", name);
        if (session.Length > 0) json.WriteString("session", session); // a large message has none
    }

    static void WriteParticipants(Utf8JsonWriter json, IReadOnlyList<string> participants)
    {
        if (participants.Count == 0) return;
        json.WriteStartArray("participants");
        foreach (var address in participants) json.WriteStringValue(address);
        json.WriteEndArray();
    }

    static void WriteRoster(Utf8JsonWriter json, string session, IReadOnlyList<RosterUser> users)
    {
        Begin(json, "participants", session);
        json.WriteStartArray("users");
        foreach (var user in users)
        {
            json.WriteStartObject();
            json.WriteString("address", user.Address);
            json.WriteString("status", user.Status);
            json.WriteString("role", user.Role ?? "participant");
            json.WriteString("displayName", user.DisplayName);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static void WriteMessage(Utf8JsonWriter json, MessageReceived message)
    {
        json.WriteString("from", message.From);
        json.WriteString("text", message.Text);
        json.WriteString("id", message.Id);
        json.WriteString("time", message.Time.ToUniversalTime());
    }

    static void WriteFate(Utf8JsonWriter json, string id, int status, string text)
    {
        json.WriteString("id", id);
        json.WriteNumber("status", status);
        json.WriteString("text", text);
    }

    static void Write(Utf8JsonWriter json, SessionList list)
    {
        json.WriteString("event", "sessions");
        json.WriteStartArray("sessions");
        foreach (var (name, session, isCurrent) in list.Sessions)
        {
            json.WriteStartObject();
            json.WriteString("session", name);
            json.WriteString("identity", session.Identity);
            json.WriteBoolean("group", session.IsGroup);
            json.WriteString("state", Word(session.State));
            json.WriteBoolean("current", isCurrent);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static string Word(Enum value) => value.ToString().ToLowerInvariant();
}
