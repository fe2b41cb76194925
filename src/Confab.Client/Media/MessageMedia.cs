using Confab.Msrp;
using Confab.Runtime;

namespace Confab.Client.Media;
