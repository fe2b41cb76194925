// Where the parts of a CPIM message lie in it.
using System.Runtime.InteropServices;

namespace Confab.Content.Cpim;

[StructLayout(LayoutKind.Auto)]
struct CpimParts
{
    public Range Headers;
    public Range MimeHeaders;
    public Range Content;
    public Range From;
    public Range FromName;
    public Range FromValue;
    public Range To;
    public int ToCount;
}
