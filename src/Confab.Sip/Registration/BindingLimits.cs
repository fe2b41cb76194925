namespace Confab.Sip.Registration;

/// <summary>What a registrar grants. RFC 3261 10.3.</summary>
/// <param name="MinExpires">Shortest interval in seconds, 423 below: refreshes must not become load.</param>
/// <param name="MaxExpires">Longest interval in seconds; what is asked beyond it is cut: a device that vanished is forgotten in time.</param>
/// <param name="DefaultExpires">Seconds where the request names none.</param>
/// <param name="PerAddress">Bindings of one address; 503 beyond.</param>
public sealed record BindingLimits(uint MinExpires = 60, uint MaxExpires = 7200, uint DefaultExpires = 3600, int PerAddress = 16);
