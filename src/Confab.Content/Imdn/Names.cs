// The words of RFC 5438 11.1.9, and which of them go together.
namespace Confab.Content.Imdn;

static class Names
{
    public static string Of(Disposition disposition) => disposition switch
    {
        Disposition.Delivery => "delivery-notification",
        Disposition.Processing => "processing-notification",
        _ => "display-notification",
    };

    public static string Of(DispositionStatus status) => status switch
    {
        DispositionStatus.Delivered => "delivered",
        DispositionStatus.Failed => "failed",
        DispositionStatus.Displayed => "displayed",
        DispositionStatus.Processed => "processed",
        DispositionStatus.Stored => "stored",
        DispositionStatus.Forbidden => "forbidden",
        DispositionStatus.Error => "error",
        _ => "",
    };

    public static Disposition? DispositionOf(string name) => name switch
    {
        "delivery-notification" => Disposition.Delivery,
        "processing-notification" => Disposition.Processing,
        "display-notification" => Disposition.Display,
        _ => null,
    };

    public static DispositionStatus StatusOf(string name) => name switch
    {
        "delivered" => DispositionStatus.Delivered,
        "failed" => DispositionStatus.Failed,
        "displayed" => DispositionStatus.Displayed,
        "processed" => DispositionStatus.Processed,
        "stored" => DispositionStatus.Stored,
        "forbidden" => DispositionStatus.Forbidden,
        "error" => DispositionStatus.Error,
        _ => DispositionStatus.Other,
    };

    public static bool Fit(Disposition disposition, DispositionStatus status) => (disposition, status) switch
    {
        (_, DispositionStatus.Forbidden or DispositionStatus.Error) => true,
        (Disposition.Delivery, DispositionStatus.Delivered or DispositionStatus.Failed) => true,
        (Disposition.Processing, DispositionStatus.Processed or DispositionStatus.Stored) => true,
        (Disposition.Display, DispositionStatus.Displayed) => true,
        _ => false,
    };
}
