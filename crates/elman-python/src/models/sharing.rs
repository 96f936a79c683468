//! Layers that several models have in common.
//!
//! In Keras a layer owns its weights, so that models made of the same layers share them. Here each
//! model has its own; a link between two of them says which layers are the same, and a change in one
//! model goes on to the others along its links.

use std::sync::{Arc, PoisonError, Weak};

use elman::{Model, Tensor};

use super::cell::ModelCell;

/// One layer, or with `None` a whole model that is a layer of the other, in two models.
pub struct Link {
    own: Option<String>,
    other: Weak<ModelCell>,
    others: Option<String>,
}

impl ModelCell {
    /// Says that `own` here and `others` there are the same.
    pub fn share(
        self: &Arc<ModelCell>,
        own: Option<String>,
        other: &Arc<ModelCell>,
        others: Option<String>,
    ) {
        other.link(Link { own: others.clone(), other: Arc::downgrade(self), others: own.clone() });
        self.link(Link { own, other: Arc::downgrade(other), others });
    }

    fn link(&self, link: Link) {
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        // Those to models that are gone lead nowhere.
        links.retain(|link| link.other.strong_count() > 0);
        links.push(link);
    }

    /// Gives the weights that the model shares to the others that have them, and they to others.
    /// Python's lock must not be held.
    pub fn spread(self: &Arc<ModelCell>) {
        if self.links.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
            return;
        }
        // What changed where, and from there on; nothing is given to the same place twice.
        let mut changed: Vec<(Arc<ModelCell>, Part)> = vec![(Arc::clone(self), Part::Whole)];
        let mut next = 0;
        while let Some((cell, part)) = changed.get(next).cloned() {
            next += 1;
            for (other, weights, others) in cell.to_spread(&part) {
                let place = others.clone().map_or(Part::Whole, Part::Layer);
                let is_known = |(cell, part): &(Arc<ModelCell>, Part)| {
                    Arc::ptr_eq(cell, &other) && (*part == Part::Whole || *part == place)
                };
                if changed.iter().any(is_known) {
                    continue;
                }
                other.change_blocking(|model| set(model, others.as_deref(), weights));
                changed.push((other, place));
            }
        }
    }

    /// The weights of what changed that other models have too, with the name that they have there.
    fn to_spread(&self, changed: &Part) -> Vec<(Arc<ModelCell>, Vec<Tensor>, Option<String>)> {
        let links: Vec<(Option<String>, Arc<ModelCell>, Option<String>)> = {
            let links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
            let live = |link: &Link| {
                let concerns = match (changed, &link.own) {
                    (Part::Whole, _) | (_, None) => true,
                    (Part::Layer(name), Some(own)) => own == name,
                };
                let other = link.other.upgrade().filter(|_| concerns)?;
                Some((link.own.clone(), other, link.others.clone()))
            };
            links.iter().filter_map(live).collect()
        };
        let model = self.read_blocking();
        let weights = |own: &Option<String>| match own {
            None => Some(model.weights()),
            Some(name) => Some(model.layer(name).ok()?.weights()),
        };
        links
            .into_iter()
            .filter_map(|(own, other, others)| Some((other, weights(&own)?, others)))
            .collect()
    }
}

/// What of a model changed.
#[derive(Clone, PartialEq)]
enum Part {
    Whole,
    Layer(String),
}

fn set(model: &mut Model, name: Option<&str>, weights: Vec<Tensor>) {
    // The layers are the same; a model that is not built yet gets its weights when it is.
    let _ = match name {
        None => model.set_weights(weights),
        Some(name) => model.layer_mut(name).and_then(|mut layer| layer.set_weights(weights)),
    };
}
