using System.Reflection;
using System.Text;

namespace Confab.Tests.House;

/// <summary>What an assembly shows to those who use it, a line each, in an order of its own: types, and below them their members.</summary>
static class PublicSurface
{
    const BindingFlags Own = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    // What the compiler writes for records says nothing of its own.
    static readonly HashSet<string> Generated = ["<Clone>$", "PrintMembers", "Deconstruct", "EqualityContract", "op_Equality", "op_Inequality", "GetHashCode", "ToString", "Equals"];

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(static t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Head(type)).Append('\n');
            foreach (var line in Members(type).Order(StringComparer.Ordinal)) text.Append("    ").Append(line).Append('\n');
        }

        return text.ToString();
    }

    static string Head(Type type)
    {
        var kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : typeof(Delegate).IsAssignableFrom(type) ? "delegate" : "class";
        var how = type is { IsAbstract: true, IsSealed: true } ? "static " : type is { IsAbstract: true, IsInterface: false } ? "abstract " : type is { IsSealed: true, IsValueType: false } ? "sealed " : "";
        var parent = type.BaseType is { } b && b != typeof(object) && b != typeof(ValueType) && b != typeof(Enum) && b != typeof(MulticastDelegate) ? " : " + Name(b) : "";
        return $"{how}{kind} {type.Namespace}.{Nested(type)}{parent}";
    }

    static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum) return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name))}");
        if (typeof(Delegate).IsAssignableFrom(type)) return [Line(type.GetMethod("Invoke")!)];
        var lines = new List<string>();
        lines.AddRange(type.GetConstructors(Own).Where(IsShown).Select(c => $"new({Parameters(c)})"));
        lines.AddRange(type.GetFields(Own).Where(f => f.IsPublic || f.IsFamily).Select(f =>
            f.IsLiteral ? $"const {Name(f.FieldType)} {f.Name} = {f.GetRawConstantValue()}" : $"{Name(f.FieldType)} {f.Name}"));
        lines.AddRange(type.GetProperties(Own).Where(p => p.GetAccessors(true).Any(IsShown) && !Generated.Contains(p.Name)).Select(Line));
        lines.AddRange(type.GetEvents(Own).Where(e => IsShown(e.AddMethod!)).Select(e => $"event {Name(e.EventHandlerType!)} {e.Name}"));
        lines.AddRange(type.GetMethods(Own).Where(m => IsShown(m) && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal)) && !Generated.Contains(m.Name)).Select(Line));
        return lines;
    }

    static bool IsShown(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    static string Line(PropertyInfo property)
    {
        var get = property.GetMethod is { } g && IsShown(g) ? "get; " : "";
        var set = property.SetMethod is not { } s || !IsShown(s) ? "" : s.ReturnParameter.GetRequiredCustomModifiers().Any(static m => m.Name == "IsExternalInit") ? "init; " : "set; ";
        var required = property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute)) ? "required " : "";
        var place = (property.GetMethod ?? property.SetMethod)!.IsStatic ? "static " : "";
        return $"{place}{required}{Name(property.PropertyType)}{Mark(new NullabilityInfoContext().Create(property))} {property.Name} {{ {get}{set}}}";
    }

    static string Line(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(static a => a.Name))}>" : "";
        return $"{(method.IsStatic ? "static " : "")}{Name(method.ReturnType)}{Mark(new NullabilityInfoContext().Create(method.ReturnParameter))} {method.Name}{generic}({Parameters(method)})";
    }

    static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(static p =>
    {
        var how = p.IsOut ? "out " : p.ParameterType.IsByRef ? p.IsIn ? "in " : "ref " : "";
        var value = p.HasDefaultValue ? $" = {p.RawDefaultValue ?? "default"}" : "";
        return $"{how}{Name(p.ParameterType)}{Mark(new NullabilityInfoContext().Create(p))} {p.Name}{value}";
    }));

    static string Mark(NullabilityInfo info) =>
        info.ReadState == NullabilityState.Nullable && !(info.Type.IsGenericType && info.Type.GetGenericTypeDefinition() == typeof(Nullable<>)) ? "?" : "";

    static string Nested(Type type) => type.DeclaringType is { } outer ? $"{Nested(outer)}.{Bare(type)}" : Bare(type);

    static string Bare(Type type) => type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : type.Name;

    static string Name(Type type)
    {
        if (type.IsByRef) return Name(type.GetElementType()!);
        if (type.IsArray) return Name(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } value) return Name(value) + "?";
        return type == typeof(void) ? "void" : Bare(type);
    }
}
