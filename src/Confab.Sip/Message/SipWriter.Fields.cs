namespace Confab.Sip.Message;

/// <summary>Adds the headers that only the caller knows, between those of the protocol and the body.</summary>
public delegate void HeadersWriter(ref SipWriter writer);

/// <summary>Fields put together from typed values.</summary>
public ref partial struct SipWriter
{
    public void CSeq(uint number, SipMethod method)
    {
        Begin(HeaderName.CSeq);
        Append(number);
        Raw(" "u8);
        Append(SipMethods.Name(method));
        End();
    }

    /// <summary>A field like From or To: the display name unless it is empty, the URI in angle brackets, a tag unless it is empty.</summary>
    public void Address(HeaderName name, string uri, string tag, string displayName = "")
    {
        Begin(name);
        if (displayName.Length > 0)
        {
            AppendQuoted(System.Text.Encoding.UTF8.GetBytes(displayName));
            Raw(" "u8);
        }

        Raw("<"u8);
        Append(uri);
        Raw(">"u8);
        if (tag.Length > 0)
        {
            Raw(";tag="u8);
            Append(tag);
        }

        End();
    }
}
