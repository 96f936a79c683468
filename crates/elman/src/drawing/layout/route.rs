//! How lines run from box to box.

use super::{LOOP, Layered, Segment};
use crate::drawing::geometry::{Line, Part};

/// The ends of an edge between two nodes, and where it ends at them, across from their centres.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    pub from: usize,
    pub to: usize,
    pub from_offset: f64,
    pub to_offset: f64,
    pub has_arrow: bool,
}

/// Cuts edges over several ranks at a bend in each rank between, which takes a place there like a
/// node. Returns the nodes and bends that each edge leads through, downwards.
pub fn bend(layered: &mut Layered, edges: &[Ends], is_back: &[bool]) -> Vec<Vec<usize>> {
    let mut chains = Vec::with_capacity(edges.len());
    for (edge, is_back) in edges.iter().zip(is_back) {
        let mut ends = [(edge.from, edge.from_offset), (edge.to, edge.to_offset)];
        if *is_back {
            ends.reverse();
        }
        let [(from, from_offset), (to, to_offset)] = ends;
        let mut chain = vec![from];
        for rank in layered.rank_of[from] + 1..layered.rank_of[to] {
            chain.push(layered.sizes.len());
            layered.sizes.push((0.0, 0.0));
            layered.loops.push(false);
            layered.rank_of.push(rank);
        }
        chain.push(to);
        let last = chain.len() - 2;
        layered.segments.extend(chain.windows(2).enumerate().map(|(i, pair)| Segment {
            from: pair[0],
            to: pair[1],
            from_offset: if i == 0 { from_offset } else { 0.0 },
            to_offset: if i == last { to_offset } else { 0.0 },
        }));
        chains.push(chain);
    }
    chains
}

/// The line of an edge.
pub fn line(layered: &Layered, edge: &Ends, chain: &[usize], is_back: bool) -> Line {
    let (first, last) = (chain[0], chain[chain.len() - 1]);
    let offsets = match is_back {
        false => (edge.from_offset, edge.to_offset),
        true => (edge.to_offset, edge.from_offset),
    };
    let x = |node: usize| {
        let at = layered.x[node];
        match node {
            _ if node == first => at + offsets.0,
            _ if node == last => at + offsets.1,
            _ => at,
        }
    };
    let start = layered.rectangle(first);
    let end = layered.rectangle(last);
    let mut line = Line {
        start: (x(first), start.y + start.height),
        parts: Vec::new(),
        has_arrow: edge.has_arrow,
    };
    for pair in chain.windows(2) {
        let (from, to) = (x(pair[0]), x(pair[1]));
        let top = layered.bands[layered.rank_of[pair[0]]].1;
        let bottom = layered.bands[layered.rank_of[pair[1]]].0;
        // To the end of the rank, aside to the next, and on.
        line.parts.push(Part::Straight((from, top)));
        line.parts.push(match (from - to).abs() < 0.5 {
            true => Part::Straight((to, bottom)),
            false => {
                let middle = (top + bottom) / 2.0;
                Part::Curve((from, middle), (to, middle), (to, bottom))
            }
        });
    }
    line.parts.push(Part::Straight((x(last), end.y)));
    if is_back { line.reversed() } else { line }
}

/// The line of a layer that reads its own output, at the side of its box.
pub fn loop_at(layered: &Layered, node: usize) -> Line {
    let at = layered.rectangle(node);
    let (x, low, high) = (at.x + at.width, at.y + 0.7 * at.height, at.y + 0.3 * at.height);
    let out = x + LOOP - 4.0;
    let curve = Part::Curve((out, low), (out, high), (x, high));
    Line { start: (x, low), parts: vec![curve], has_arrow: true }
}
