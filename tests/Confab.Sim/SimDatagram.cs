using System.Net;

namespace Confab.Sim;

/// <summary>A datagram on its way.</summary>
public readonly record struct SimDatagram(IPEndPoint From, IPEndPoint To, ReadOnlyMemory<byte> Bytes);
