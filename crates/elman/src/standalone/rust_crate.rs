//! Programs in Rust: a crate.

use std::fmt::Write as _;

use super::names::identifiers;
use super::plan::{Constant, Place, Plan, PlannedCall};
use super::printed::elements;

/// The sources that every crate has.
const SOURCES: [(&str, &str); 5] = [
    ("src/activations.rs", include_str!("rust/activations.rs")),
    ("src/arithmetic.rs", include_str!("rust/arithmetic.rs")),
    ("src/functions.rs", elman_kernels::FUNCTIONS_SOURCE),
    ("src/layers.rs", include_str!("rust/layers.rs")),
    ("src/recurrent.rs", include_str!("rust/recurrent.rs")),
];

/// The functions in `recurrent.rs`; the others are in `layers.rs`.
const RECURRENT: [&str; 8] = [
    "simple_rnn",
    "lstm",
    "gru",
    "plain_simple_rnn",
    "plain_lstm",
    "plain_gru",
    "min_gru",
    "min_lstm",
];

/// All files of a crate.
pub(super) fn files(plan: &Plan, name: &str) -> Vec<(&'static str, String)> {
    let mut files = vec![
        ("Cargo.toml", manifest(name)),
        ("README.md", readme(plan, name)),
        ("src/lib.rs", lib(plan, name)),
        ("src/weights.rs", weights(plan)),
    ];
    files.extend(SOURCES.map(|(path, text)| (path, text.to_owned())));
    files
}

fn manifest(name: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
         rust-version = \"1.85\"\npublish = false\n\n[features]\n\
         # Fused multiplications by the standard library: faster where the processor has them.\n\
         std = []\n"
    )
}

fn readme(plan: &Plan, name: &str) -> String {
    format!(
        "# {name}\n\nThe recurrent network \"{}\" as a crate without dependencies and without `std`, \
         written by elman {}: `{name}::Model::new()`, then `step` with one step of the input after the \
         other, or `run` with several; `reset` before another sequence.\n\n\
         It is `#![no_std]` unless the feature `std` is on, which computes the same, and faster where \
         the compiler may use the processor's fused multiplications (`-C target-cpu=native`).\n",
        plan.name,
        crate::VERSION
    )
}

fn weights(plan: &Plan) -> String {
    let mut text = String::from("//! The numbers of the model.\n");
    for (i, constant) in plan.constants.iter().enumerate() {
        let kind = match constant {
            Constant::Numbers(_) => "f32",
            Constant::Doubles(_) => "f64",
            Constant::Places(_) => "u32",
        };
        let (length, numbers) = (constant.len(), elements(constant, ""));
        let _infallible =
            write!(text, "\npub static W{i}: [{kind}; {length}] = [\n{numbers}\n];\n");
    }
    text
}

fn lib(plan: &Plan, name: &str) -> String {
    let inputs: Vec<String> = (0..plan.inputs.len()).map(|i| format!("input_{i}")).collect();
    let parameters = |kind: &dyn Fn(usize) -> String| -> String {
        inputs.iter().enumerate().map(|(i, x)| format!(", {x}: {}", kind(i))).collect()
    };
    let zeros: Vec<String> =
        (0..inputs.len()).map(|i| format!("&[0.0; {name}::INPUT_{i}]")).collect();
    let zeros = zeros.join(", ");
    let mut text = format!(
        "//! The recurrent network {:?}, step by step; written by elman {}.\n//!\n//! ```\n\
         //! let mut model = {name}::Model::new();\n\
         //! let output: &[f32; {name}::OUTPUT_0] = model.step({zeros})?;\n\
         //! assert!(output.iter().all(|v| v.is_finite()));\n\
         //! # Ok::<(), {name}::WrongIndex>(())\n//! ```\n\
         #![cfg_attr(not(feature = \"std\"), no_std)]\n#![forbid(unsafe_code)]\n\
         #![allow(dead_code, unused_variables, clippy::all)]\n\n\
         mod activations;\nmod arithmetic;\nmod functions;\nmod layers;\nmod recurrent;\n\
         mod weights;\n",
        plan.name,
        crate::VERSION
    );
    sizes(&mut text, plan);
    structs(&mut text, plan);
    let step_inputs = parameters(&|i| format!("&[f32; INPUT_{i}]"));
    let runs = parameters(&|i| format!("&[[f32; INPUT_{i}]]"));
    let outputs = plan.outputs.len();
    let targets: String =
        (0..outputs).map(|i| format!(", output_{i}: &mut [[f32; OUTPUT_{i}]]")).collect();
    let steps: String = (0..inputs.len())
        .map(|i| format!("input_{i}.len()"))
        .chain((0..outputs).map(|i| format!("output_{i}.len()")))
        .collect::<Vec<_>>()
        .join(", ");
    let of_step: Vec<String> = inputs.iter().map(|x| format!("&{x}[t]")).collect();
    let kept: String = (0..outputs)
        .map(|i| format!("            output_{i}[t] = *self.output_{i}();\n"))
        .collect();
    let calls: String = plan.calls.iter().map(|call| self::call(plan, call)).collect();
    let _infallible = write!(
        text,
        "    /// Computes the next step, and gives the first output.\n    ///\n    /// # Errors\n    \
         /// A number that an embedding has no vector for; the states are then as they were.\n    \
         pub fn step(&mut self{step_inputs}) -> Result<&[f32; OUTPUT_0], WrongIndex> {{\n{calls}        \
         Ok(self.output_0())\n    }}\n\n    \
         /// Computes as many steps as all slices have room for.\n    ///\n    /// # Errors\n    \
         /// As [`Model::step`]; the steps before are then done.\n    \
         pub fn run(&mut self{runs}{targets}) -> Result<(), WrongIndex> {{\n        \
         let steps = [{steps}].into_iter().min().unwrap_or(0);\n        \
         for t in 0..steps {{\n            self.step({})?;\n{kept}        }}\n        Ok(())\n    }}\n",
        of_step.join(", ")
    );
    for (i, value) in plan.outputs.iter().enumerate() {
        let _infallible = write!(
            text,
            "\n    /// Output {i} of the last step; zeros before the first.\n    \
             pub fn output_{i}(&self) -> &[f32; OUTPUT_{i}] {{\n        &self.value_{value}\n    }}\n"
        );
    }
    text.push_str(END);
    text
}

const END: &str = "}

impl Default for Model {
    fn default() -> Self {
        Model::new()
    }
}

/// A number that an embedding has no vector for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongIndex;

impl core::fmt::Display for WrongIndex {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(\"an input is no index of an embedding\")
    }
}

impl core::error::Error for WrongIndex {}
";

fn sizes(text: &mut String, plan: &Plan) {
    text.push('\n');
    for (i, size) in plan.inputs.iter().enumerate() {
        let _infallible = writeln!(
            text,
            "/// How many numbers a step of input {i} has.\npub const INPUT_{i}: usize = {size};"
        );
    }
    for (i, value) in plan.outputs.iter().enumerate() {
        let size = plan.values[*value];
        let _infallible = writeln!(
            text,
            "/// How many numbers a step of output {i} has.\npub const OUTPUT_{i}: usize = {size};"
        );
    }
}

/// The states, the model, and what makes both.
fn structs(text: &mut String, plan: &Plan) {
    let states = identifiers(plan.states.iter().map(|(name, _)| name.as_str()));
    let states: Vec<_> = states.iter().zip(&plan.states).collect();
    text.push_str("\n/// What the model carries from step to step.\n#[derive(Clone, Debug, PartialEq)]\npub struct States {\n");
    for (field, (name, size)) in &states {
        let _infallible = writeln!(text, "    /// `{name}`\n    pub {field}: [f32; {size}],");
    }
    text.push_str("}\n\nimpl States {\n    /// Those before the first step: zeros.\n    pub const fn new() -> States {\n        States {\n");
    for (field, (_, size)) in &states {
        let _infallible = writeln!(text, "            {field}: [0.0; {size}],");
    }
    text.push_str("        }\n    }\n}\n\nimpl Default for States {\n    fn default() -> Self {\n        States::new()\n    }\n}\n");
    text.push_str("\n/// The model with its states, in the middle of a sequence.\n#[derive(Clone, Debug)]\npub struct Model {\n    /// The states that the next step starts from.\n    pub states: States,\n");
    let fields: Vec<(String, String, String)> = (plan.inputs.len()..plan.values.len())
        .map(|v| (format!("value_{v}"), plan.values[v]))
        .chain((plan.scratch > 0).then(|| ("scratch".to_owned(), plan.scratch)))
        .map(|(field, size)| (field, format!("[f32; {size}]"), format!("[0.0; {size}]")))
        .chain((0..plan.masks).map(|m| (format!("used_{m}"), "bool".into(), "false".into())))
        .collect();
    for (field, kind, _) in &fields {
        let _infallible = writeln!(text, "    {field}: {kind},");
    }
    text.push_str("}\n\nimpl Model {\n    /// Before the first step.\n    pub const fn new() -> Model {\n        Model {\n            states: States::new(),\n");
    for (field, _, zero) in &fields {
        let _infallible = writeln!(text, "            {field}: {zero},");
    }
    text.push_str("        }\n    }\n\n    /// Sets all states to zero: the next step is the first of a new sequence.\n    pub fn reset(&mut self) {\n        self.states = States::new();\n    }\n\n");
}

fn call(plan: &Plan, call: &PlannedCall) -> String {
    let module = match call.function {
        name if RECURRENT.contains(&name) => "recurrent",
        _ => "layers",
    };
    let states = identifiers(plan.states.iter().map(|(name, _)| name.as_str()));
    let arguments: Vec<String> = call
        .arguments
        .iter()
        .map(|place| match place {
            Place::Input(i) => format!("input_{i}"),
            Place::Read(v) => format!("&self.value_{v}"),
            Place::Write(v) => format!("&mut self.value_{v}"),
            Place::State(s) => format!("&mut self.states.{}", states[*s]),
            Place::Scratch => "&mut self.scratch".into(),
            Place::Mask(m) => format!("self.used_{m}"),
            Place::Flag(flag) => flag.to_string(),
            Place::Constant(i) => format!("&weights::W{i}"),
            Place::Nothing => "&[]".into(),
            Place::Count(n) => n.to_string(),
            Place::Number(v) if v.is_infinite() => "f32::INFINITY".into(),
            Place::Number(v) => format!("{v:?}"),
            Place::Double(v) => format!("{v:?}"),
            Place::Function(name) => format!("activations::{name}"),
        })
        .collect();
    let mut line = format!("{module}::{}({})", call.function, arguments.join(", "));
    if let Some(mask) = call.mask {
        line = format!("self.used_{mask} = {line}");
    }
    line = match call.may_refuse {
        true => format!("if !{line} {{\n            return Err(WrongIndex);\n        }}"),
        false => format!("{line};"),
    };
    let layer = &call.layer;
    match call.when {
        None => format!("        // {layer}\n        {line}\n"),
        Some((mask, used)) => {
            let not = if used { "" } else { "!" };
            format!(
                "        // {layer}\n        if {not}self.used_{mask} {{\n            {line}\n        }}\n"
            )
        }
    }
}
