//! Programs in C: one header.

use std::fmt::Write as _;

use super::names::identifiers;
use super::plan::{Constant, Place, Plan, PlannedCall};
use super::printed::elements;

/// What every header holds, once however many are included.
const RUNTIME: [&str; 4] = [
    include_str!("c/arithmetic.h"),
    include_str!("c/activations.h"),
    include_str!("c/recurrent.h"),
    include_str!("c/layers.h"),
];

/// The header.
pub(super) fn header(plan: &Plan, name: &str) -> String {
    let capitals = name.to_ascii_uppercase();
    let version = crate::VERSION;
    let mut text = format!(
        "/* The recurrent network {:?}, step by step; written by elman {version}.\n\n   \
         {name}_model model;\n   {name}_reset(&model);\n   \
         if (!{name}_step(&model, input, output)) {{ an input is no index of an embedding }}\n\n   \
         C99, with nothing from a library. {name}_run computes several steps, which lie one after\n   \
         the other. model.states is what it carries from step to step. */\n\
         #ifndef ELMAN_{capitals}_H\n#define ELMAN_{capitals}_H\n\n\
         #include <float.h>\n#include <stddef.h>\n#include <stdint.h>\n\n\
         #ifndef ELMAN_RUNTIME\n#define ELMAN_RUNTIME \"{version}\"\n\n",
        plan.name.replace("*/", "* /"),
    );
    text.push_str(&RUNTIME.join("\n"));
    text.push_str("\n#if !defined(__clang__) && defined(__GNUC__)\n#pragma GCC pop_options\n#endif\n#endif /* ELMAN_RUNTIME */\n\n");
    sizes(&mut text, plan, &capitals);
    for (i, constant) in plan.constants.iter().enumerate() {
        let kind = match constant {
            Constant::Numbers(_) => "float",
            Constant::Doubles(_) => "double",
            Constant::Places(_) => "uint32_t",
        };
        let (length, numbers) = (constant.len(), elements(constant, "f"));
        let _infallible =
            write!(text, "static const {kind} {name}_w{i}[{length}] = {{\n{numbers}\n}};\n\n");
    }
    structs(&mut text, plan, name);
    functions(&mut text, plan, name, &capitals);
    let _infallible = writeln!(text, "\n#endif /* ELMAN_{capitals}_H */");
    text
}

fn sizes(text: &mut String, plan: &Plan, capitals: &str) {
    text.push_str("/* How many numbers a step of each input and output has. */\n");
    for (i, size) in plan.inputs.iter().enumerate() {
        let _infallible = writeln!(text, "#define {capitals}_INPUT_{i} {size}");
    }
    for (i, value) in plan.outputs.iter().enumerate() {
        let _infallible = writeln!(text, "#define {capitals}_OUTPUT_{i} {}", plan.values[*value]);
    }
    text.push('\n');
}

fn fields(plan: &Plan) -> Vec<String> {
    identifiers(plan.states.iter().map(|(name, _)| name.as_str()))
}

fn structs(text: &mut String, plan: &Plan, name: &str) {
    // A struct in C has a member.
    let none = if plan.states.is_empty() { "    char none;\n" } else { "" };
    let _infallible =
        write!(text, "/* What the model carries from step to step. */\ntypedef struct {{\n{none}");
    for (field, (_, size)) in fields(plan).iter().zip(&plan.states) {
        let _infallible = writeln!(text, "    float {field}[{size}];");
    }
    let _infallible = write!(
        text,
        "}} {name}_states;\n\n/* The model with its states, in the middle of a sequence. */\n\
         typedef struct {{\n    {name}_states states;\n"
    );
    for value in plan.inputs.len()..plan.values.len() {
        let _infallible = writeln!(text, "    float value_{value}[{}];", plan.values[value]);
    }
    if plan.scratch > 0 {
        let _infallible = writeln!(text, "    float scratch[{}];", plan.scratch);
    }
    for mask in 0..plan.masks {
        let _infallible = writeln!(text, "    int used_{mask};");
    }
    let _infallible = write!(text, "}} {name}_model;\n\n");
}

fn functions(text: &mut String, plan: &Plan, name: &str, capitals: &str) {
    let _infallible = write!(
        text,
        "/* Sets all states to zero: before the first step of a sequence. */\n\
         static inline void {name}_reset({name}_model *model) {{\n    (void)model;\n"
    );
    for (field, (_, size)) in fields(plan).iter().zip(&plan.states) {
        let _infallible = writeln!(text, "    elman_fill(model->states.{field}, 0.0f, {size});");
    }
    let inputs: String =
        (0..plan.inputs.len()).map(|i| format!(", const float *input_{i}")).collect();
    let outputs: String = (0..plan.outputs.len()).map(|i| format!(", float *output_{i}")).collect();
    let calls: String = plan.calls.iter().map(|call| self::call(plan, call, name)).collect();
    let _infallible = write!(
        text,
        "}}\n\n/* Computes the next step; gives 0 if an input is no index of an embedding, and the \
         states are then\n   as they were. */\n\
         static inline int {name}_step({name}_model *model{inputs}{outputs}) {{\n{calls}"
    );
    for (i, value) in plan.outputs.iter().enumerate() {
        let size = plan.values[*value];
        let _infallible =
            writeln!(text, "    elman_copy(model->value_{value}, output_{i}, {size});");
    }
    let passed: String = (0..plan.inputs.len())
        .map(|i| format!(", input_{i} + t * {capitals}_INPUT_{i}"))
        .chain((0..plan.outputs.len()).map(|i| format!(", output_{i} + t * {capitals}_OUTPUT_{i}")))
        .collect();
    let _infallible = write!(
        text,
        "    return 1;\n}}\n\n/* Computes so many steps; gives how many of them it could. */\n\
         static inline size_t {name}_run({name}_model *model, size_t steps{inputs}{outputs}) {{\n    \
         size_t t = 0;\n    while (t < steps && {name}_step(model{passed})) {{\n        t++;\n    }}\n    \
         return t;\n}}\n"
    );
}

fn call(plan: &Plan, call: &PlannedCall, name: &str) -> String {
    let states = fields(plan);
    let arguments: Vec<String> = call
        .arguments
        .iter()
        .map(|place| match place {
            Place::Input(i) => format!("input_{i}"),
            Place::Read(v) | Place::Write(v) => format!("model->value_{v}"),
            Place::State(s) => format!("model->states.{}", states[*s]),
            Place::Scratch => "model->scratch".into(),
            Place::Mask(m) => format!("model->used_{m}"),
            Place::Flag(flag) => u8::from(*flag).to_string(),
            Place::Constant(i) => format!("{name}_w{i}"),
            Place::Nothing => "0".into(),
            Place::Count(n) => n.to_string(),
            Place::Number(v) if v.is_infinite() => "ELMAN_INFINITY".into(),
            Place::Number(v) => format!("{v:?}f"),
            Place::Double(v) => format!("{v:?}"),
            Place::Function(name) => format!("elman_{name}"),
        })
        .collect();
    let mut line = format!("elman_{}({})", call.function, arguments.join(", "));
    if let Some(mask) = call.mask {
        line = format!("model->used_{mask} = {line}");
    }
    line = match call.may_refuse {
        true => format!("if (!{line}) {{\n        return 0;\n    }}"),
        false => format!("{line};"),
    };
    let layer = call.layer.replace("*/", "* /");
    match call.when {
        None => format!("    /* {layer} */\n    {line}\n"),
        Some((mask, used)) => {
            let not = if used { "" } else { "!" };
            format!(
                "    /* {layer} */\n    if ({not}model->used_{mask}) {{\n        {line}\n    }}\n"
            )
        }
    }
}
