namespace Confab.Runtime;

/// <summary>Something that waits in a mailbox. A letter is in one mailbox at a time; its link is part of it, so posting allocates nothing.</summary>
public abstract class Letter
{
    internal Letter? Next;

    /// <summary>Runs inside the owner's turn.</summary>
    protected internal abstract void Deliver();
}

/// <summary>A letter made of a closure, for what happens rarely.</summary>
internal sealed class ActionLetter(Action action) : Letter
{
    protected internal override void Deliver() => action();
}
