//! Dropout within recurrent cells.

use crate::Tensor;

/// What dropout leaves of the inputs and the states of one call, the same at every step (Gal and
/// Ghahramani, 2016): factors that are 0 or `1 / (1 - rate)`, each array with the batch in front.
///
/// A cell multiplies what it reads by them, either all that it reads by the only mask, or what each
/// gate reads by the mask of the gate.
#[derive(Clone, Debug, Default)]
pub struct DropoutMasks {
    /// Over a step's input: none, one, or one for each gate.
    pub input: Vec<Tensor>,
    /// Over the state h: none, one, or one for each gate.
    pub recurrent: Vec<Tensor>,
    /// The masks of the cells that a cell consists of.
    pub cells: Vec<DropoutMasks>,
}

static NONE: DropoutMasks =
    DropoutMasks { input: Vec::new(), recurrent: Vec::new(), cells: Vec::new() };

impl DropoutMasks {
    /// Whether there is no mask at all.
    pub fn is_empty(&self) -> bool {
        self.input.is_empty()
            && self.recurrent.is_empty()
            && self.cells.iter().all(DropoutMasks::is_empty)
    }

    /// The masks of part `i` of a cell that consists of several.
    pub(super) fn cell(&self, i: usize) -> &DropoutMasks {
        self.cells.get(i).unwrap_or(&NONE)
    }

    /// The masks of those rows of the batch.
    pub(super) fn select(&self, rows: &[usize]) -> DropoutMasks {
        let of_rows = |masks: &[Tensor]| masks.iter().map(|mask| mask.select(rows)).collect();
        DropoutMasks {
            input: of_rows(&self.input),
            recurrent: of_rows(&self.recurrent),
            cells: self.cells.iter().map(|cell| cell.select(rows)).collect(),
        }
    }
}

/// The mask of a gate among those of all gates, or the only one.
pub(super) fn of_gate(masks: &[Tensor], gate: usize) -> Option<&Tensor> {
    masks.get(gate).or(masks.first())
}
