System.Console.WriteLine("confab");
