using System.Buffers;

namespace Confab.Sip.Transport;

/// <summary>One writing buffer a thread: messages are composed in it and copied out at their size.</summary>
internal static class Scratch
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_buffer;

    /// <summary>The thread's buffer, emptied; what is written must be copied before the next call.</summary>
    public static ArrayBufferWriter<byte> Take()
    {
        var buffer = s_buffer ??= new ArrayBufferWriter<byte>(4096);
        buffer.ResetWrittenCount();
        return buffer;
    }
}
