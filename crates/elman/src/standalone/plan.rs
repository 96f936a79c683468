//! What a program is, whatever the language: its numbers, places and calls.

use crate::models::Model;
use crate::streaming::{Answer, Argument, Op, Program};
use crate::{Error, Result};

/// The program of a model.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// The model's name.
    pub name: String,
    /// The numbers of a step of each input; the first values.
    pub inputs: Vec<usize>,
    /// The value of each output.
    pub outputs: Vec<usize>,
    /// The numbers of a step of each value.
    pub values: Vec<usize>,
    pub masks: usize,
    /// Each with its name in the files of streams.
    pub states: Vec<(String, usize)>,
    pub constants: Vec<Constant>,
    pub scratch: usize,
    pub calls: Vec<PlannedCall>,
}

/// Numbers that never change.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Constant {
    Numbers(Vec<f32>),
    Doubles(Vec<f64>),
    Places(Vec<usize>),
}

/// A call of a function.
#[derive(Clone, Debug)]
pub(super) struct PlannedCall {
    /// The layer that it is for.
    pub layer: String,
    /// A mask, and what it must be for the call to be made.
    pub when: Option<(usize, bool)>,
    pub function: &'static str,
    pub arguments: Vec<Place>,
    /// The mask that it gives.
    pub mask: Option<usize>,
    /// Whether it says if it could use its input.
    pub may_refuse: bool,
}

/// An argument.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Input(usize),
    /// A value that is read, or written.
    Read(usize),
    Write(usize),
    State(usize),
    Scratch,
    Mask(usize),
    Flag(bool),
    Constant(usize),
    /// No numbers.
    Nothing,
    Count(usize),
    Number(f32),
    Double(f64),
    Function(String),
}

impl Plan {
    pub fn of(model: &Model) -> Result<Plan> {
        let network = model.built()?;
        let program = Program::of(network)?;
        let mut plan = Plan {
            name: model.name().into(),
            inputs: program.inputs.iter().map(|flow| program.sizes[flow.value]).collect(),
            outputs: Vec::new(),
            values: program.sizes.clone(),
            masks: program.masks,
            states: program.states.iter().map(|e| (e.name.clone(), e.state.size())).collect(),
            constants: Vec::new(),
            scratch: 0,
            calls: Vec::new(),
        };
        for op in &program.ops {
            plan.add(op, op.step.describe(network.parameters()))?;
        }
        let outputs: Vec<usize> = program.outputs.iter().map(|flow| flow.value).collect();
        for value in outputs {
            let output = plan.own(value);
            plan.outputs.push(output);
        }
        match plan.values.contains(&0) {
            false => Ok(plan),
            true => Err(refusal("the model", "some of its values have no numbers")),
        }
    }

    fn add(&mut self, op: &Op, described: crate::streaming::Described) -> Result<()> {
        let description = described.map_err(|reason| refusal(&op.layer, &reason))?;
        self.scratch = self.scratch.max(description.scratch);
        for call in description.calls {
            let mask = |input: usize| op.inputs.get(input).and_then(|source| source.mask);
            let when = call.when.and_then(|(input, used)| Some((mask(input)?, used)));
            let mut arguments = Vec::with_capacity(call.arguments.len());
            for argument in call.arguments {
                arguments.push(self.place(op, argument)?);
            }
            self.calls.push(PlannedCall {
                layer: op.layer.clone(),
                when,
                function: call.function,
                arguments,
                mask: op.mask.filter(|_| call.result == Answer::Mask),
                may_refuse: call.result == Answer::Usable,
            });
        }
        Ok(())
    }

    #[allow(clippy::unnecessary_cast)] // Where the sources are compiled with `Float = f64`, it is one.
    fn place(&mut self, op: &Op, argument: Argument) -> Result<Place> {
        Ok(match argument {
            Argument::Input(i) => match op.inputs[i].value {
                value if value < self.inputs.len() => Place::Input(value),
                value => Place::Read(value),
            },
            Argument::Used(i) => op.inputs[i].mask.map_or(Place::Flag(true), Place::Mask),
            Argument::Output(i) => Place::Write(op.outputs.start + i),
            Argument::OutputUsed => op.mask.map_or(Place::Flag(true), Place::Mask),
            Argument::State(i) => Place::State(op.states.start + i),
            Argument::Scratch => Place::Scratch,
            Argument::Numbers(numbers) => {
                let numbers: Vec<f32> = numbers.into_iter().map(|v| v as f32).collect();
                self.constant(
                    op,
                    numbers.iter().all(|v| v.is_finite()),
                    Constant::Numbers(numbers),
                )?
            }
            Argument::Doubles(numbers) => self.constant(
                op,
                numbers.iter().all(|v| v.is_finite()),
                Constant::Doubles(numbers),
            )?,
            Argument::Places(places) => self.constant(op, true, Constant::Places(places))?,
            Argument::Count(n) => Place::Count(n),
            Argument::Number(v) => Place::Number(v as f32),
            Argument::Double(v) => Place::Double(v),
            Argument::Flag(flag) => Place::Flag(flag),
            Argument::Function(name) => Place::Function(name),
        })
    }

    /// The place of numbers, which have it together with others that are the same.
    fn constant(&mut self, op: &Op, is_finite: bool, constant: Constant) -> Result<Place> {
        if !is_finite {
            return Err(refusal(&op.layer, "some of its weights are not finite"));
        }
        if constant.len() == 0 {
            return Ok(Place::Nothing);
        }
        let found = self.constants.iter().position(|other| other.is_same(&constant));
        Ok(Place::Constant(found.unwrap_or_else(|| {
            self.constants.push(constant);
            self.constants.len() - 1
        })))
    }

    /// The value itself, or a copy of what comes in.
    fn own(&mut self, value: usize) -> usize {
        if value >= self.inputs.len() {
            return value;
        }
        let (copy, size) = (self.values.len(), self.values[value]);
        self.values.push(size);
        self.calls.push(PlannedCall {
            layer: "the model".into(),
            when: None,
            function: "copy",
            arguments: vec![Place::Input(value), Place::Write(copy), Place::Count(size)],
            mask: None,
            may_refuse: false,
        });
        copy
    }
}

impl Constant {
    pub fn len(&self) -> usize {
        match self {
            Constant::Numbers(v) => v.len(),
            Constant::Doubles(v) => v.len(),
            Constant::Places(v) => v.len(),
        }
    }

    /// The same bits.
    fn is_same(&self, other: &Constant) -> bool {
        match (self, other) {
            (Constant::Numbers(a), Constant::Numbers(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
            }
            (Constant::Doubles(a), Constant::Doubles(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
            }
            (a, b) => a == b,
        }
    }
}

fn refusal(layer: &str, reason: &str) -> Error {
    Error::Standalone { layer: layer.into(), reason: reason.into() }
}
