// Reads message/imdn+xml (RFC 5438 11). Accepted beyond the schema: no namespace, elements in any order and more than once (the first counts), no
// datetime, extensions anywhere. Refused: what says neither which message nor what became of it, and a status that its kind of notification
// cannot have.
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Xml;

namespace Confab.Content.Imdn;

static class DispositionNotificationReader
{
    const int MaxBytes = 8 * 1024; // six short elements; a signature of an extension fits
    const int MaxDepth = 8;
    const int MaxText = 1024; // characters of an id or a URI

    public static bool TryParse(ReadOnlySpan<byte> xml, [NotNullWhen(true)] out DispositionNotification? notification, out Fault fault)
    {
        notification = null;
        if (PeerXml.Decode(xml, MaxBytes, out var reason) is not { } text) return Fail(reason, out fault);
        using var reader = PeerXml.Read(text);
        try
        {
            if (reader.MoveToContent() != XmlNodeType.Element || reader.LocalName != "imdn" || !IsOurs(reader)) return Fail("root is not imdn", out fault);
            var parts = new Parts();
            while (reader.Read())
            {
                if (reader.Depth > MaxDepth) return Fail("nested too deeply", out fault);
                if (reader.NodeType == XmlNodeType.Element && IsOurs(reader)) parts.Take(reader);
            }

            return parts.TryFinish(out notification, out fault);
        }
        catch (XmlException)
        {
            return Fail("malformed XML", out fault);
        }
    }

    static bool IsOurs(XmlReader reader) => reader.NamespaceURI is DispositionNotification.Namespace or "";

    static bool Fail(string reason, out Fault fault)
    {
        fault = new Fault(reason, "RFC 5438 11.1", 0);
        return false;
    }

    /// <summary>What has been read so far.</summary>
    sealed class Parts
    {
        string? _messageId;
        string? _dateTime;
        string? _recipient;
        string? _originalRecipient;
        Disposition? _disposition;
        DispositionStatus? _status;
        bool _isInNotification;
        bool _isInStatus;

        public void Take(XmlReader reader)
        {
            switch (reader.Depth)
            {
                case 1:
                    TakeChild(reader);
                    break;
                case 2:
                    _isInStatus = _isInNotification && reader.LocalName == "status";
                    break;
                case 3 when _isInStatus:
                    _status ??= Names.StatusOf(reader.LocalName);
                    break;
            }
        }

        public bool TryFinish([NotNullWhen(true)] out DispositionNotification? notification, out Fault fault)
        {
            notification = null;
            if (string.IsNullOrEmpty(_messageId)) return Fail("no message-id", out fault);
            if (_disposition is not { } disposition) return Fail("no notification", out fault);
            var status = _status ?? DispositionStatus.Other;
            if (status != DispositionStatus.Other && !Names.Fit(disposition, status)) return Fail("a status of another notification", out fault);
            fault = default;
            notification = new DispositionNotification(_messageId, _dateTime ?? "", disposition, status) { RecipientUri = _recipient, OriginalRecipientUri = _originalRecipient };
            return true;
        }

        void TakeChild(XmlReader reader)
        {
            (_isInNotification, _isInStatus) = (false, false);
            switch (reader.LocalName)
            {
                case "message-id":
                    _messageId ??= TextOf(reader);
                    break;
                case "datetime":
                    _dateTime ??= TextOf(reader);
                    break;
                case "recipient-uri":
                    _recipient ??= TextOf(reader);
                    break;
                case "original-recipient-uri":
                    _originalRecipient ??= TextOf(reader);
                    break;
                case var name when _disposition is null && Names.DispositionOf(name) is { } disposition:
                    _disposition = disposition;
                    _isInNotification = true;
                    break;
            }
        }

        /// <summary>The text of an element, however it is written; null where there is none, or too much of it, or elements within.</summary>
        static string? TextOf(XmlReader reader)
        {
            if (reader.IsEmptyElement) return null;
            var within = reader.Depth;
            var text = new StringBuilder();
            var isText = true;
            while (reader.Read() && reader.Depth > within)
            {
                if (reader.Depth > MaxDepth) throw new XmlException("nested too deeply");
                if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace) text.Append(reader.Value);
                else isText = false;
            }

            var value = text.ToString().Trim();
            return isText && value.Length is > 0 and <= MaxText ? value : null;
        }
    }
}
