//! Where nodes stand: across the graph within their ranks, and where ranks begin.

use super::{LOOP, Layered, Segment};

/// Space between two boxes, and beside a line.
const GAP: f64 = 28.0;
const LINE_GAP: f64 = 14.0;
/// Space between ranks: so much, and more where lines go far aside.
const RANK_GAP: f64 = 36.0;
const WIDEST_RANK_GAP: f64 = 84.0;
/// How often every rank is moved to its neighbours.
const ROUNDS: usize = 24;
/// How much more the straightness of long edges counts than that of short ones.
const BENDS: f64 = 6.0;

/// Places the nodes of each rank in their order, as close below and above their neighbours as the
/// least squares of the distances are.
pub fn place(layered: &mut Layered) {
    let nodes = layered.sizes.len();
    layered.x = vec![0.0; nodes];
    for rank in &layered.ranks {
        let offsets = offsets(layered, rank);
        let middle = offsets.last().copied().unwrap_or(0.0) / 2.0;
        for (node, offset) in rank.iter().zip(offsets) {
            layered.x[*node] = offset - middle;
        }
    }
    let neighbours = layered.neighbours();
    let is_bend = |node: usize| layered.sizes[node] == (0.0, 0.0);
    let weight = |a: usize, b: usize| match (is_bend(a), is_bend(b)) {
        (true, true) => BENDS,
        (false, false) => 1.0,
        _ => BENDS / 3.0,
    };
    for round in 0..ROUNDS {
        // Downwards and upwards each by one side, in the end by both.
        let sides: &[usize] = match round {
            _ if round + 4 >= ROUNDS => &[0, 1],
            _ if round % 2 == 0 => &[0],
            _ => &[1],
        };
        let count = layered.ranks.len();
        for step in 0..count {
            let r = if round % 2 == 0 { step } else { count - 1 - step };
            let rank = &layered.ranks[r];
            let x = &layered.x;
            let mut wanted = Vec::new();
            for node in rank {
                let (mut sum, mut weights) = (0.0, 0.0);
                for segment in sides.iter().flat_map(|side| &neighbours[*node][*side]) {
                    let weight = weight(segment.from, segment.to);
                    sum += weight
                        * match segment.to == *node {
                            true => x[segment.from] + segment.from_offset - segment.to_offset,
                            false => x[segment.to] + segment.to_offset - segment.from_offset,
                        };
                    weights += weight;
                }
                wanted.push(match weights > 0.0 {
                    true => (sum / weights, weights),
                    // Free to be pushed aside.
                    false => (x[*node], 1e-3),
                });
            }
            let offsets = offsets(layered, rank);
            for (node, x) in rank.clone().into_iter().zip(closest(&wanted, &offsets)) {
                layered.x[node] = x;
            }
        }
    }
    straighten(layered, &neighbours);
    let start = (0..nodes).map(|i| layered.x[i] - layered.sizes[i].0 / 2.0);
    let left = start.fold(f64::INFINITY, f64::min);
    layered.x.iter_mut().for_each(|x| *x -= left);
    bands(layered);
}

/// Puts nodes and bends that follow each other, and nothing else, in one line where the room that
/// their ranks leave them allows it.
fn straighten(layered: &mut Layered, neighbours: &[[Vec<Segment>; 2]]) {
    let only = |node: usize, side: usize| match &neighbours[node][side][..] {
        [one] => Some(*one),
        _ => None,
    };
    let mut place_in_rank = vec![0; layered.sizes.len()];
    for rank in &layered.ranks {
        rank.iter().enumerate().for_each(|(i, node)| place_in_rank[*node] = i);
    }
    // The segment to a node that is the only one at both ends.
    let before = |node: usize| only(node, 0).filter(|segment| only(segment.from, 1).is_some());
    let firsts = (0..layered.sizes.len()).filter(|node| before(*node).is_none());
    for first in firsts.collect::<Vec<_>>() {
        // Each with how far it stands aside where the line is straight.
        let mut run = vec![(first, 0.0)];
        let (mut last, mut aside) = (first, 0.0);
        while let Some(segment) = only(last, 1).filter(|segment| only(segment.to, 0).is_some()) {
            aside += segment.from_offset - segment.to_offset;
            last = segment.to;
            run.push((last, aside));
        }
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
        for (node, aside) in &run {
            let (rank, place) = (&layered.ranks[layered.rank_of[*node]], place_in_rank[*node]);
            if let Some(left) = place.checked_sub(1).map(|i| rank[i]) {
                low = low.max(layered.x[left] + distance(layered, left, *node) - aside);
            }
            if let Some(right) = rank.get(place + 1) {
                high = high.min(layered.x[*right] - distance(layered, *node, *right) - aside);
            }
        }
        if low <= high {
            let mean = run.iter().map(|(node, aside)| layered.x[*node] - aside).sum::<f64>();
            let line = (mean / run.len() as f64).clamp(low, high);
            run.iter().for_each(|(node, aside)| layered.x[*node] = line + aside);
        }
    }
}

/// How far each node of a rank must stand from the first, at least.
fn offsets(layered: &Layered, rank: &[usize]) -> Vec<f64> {
    let mut offsets = Vec::with_capacity(rank.len());
    let mut at = 0.0;
    for (i, node) in rank.iter().enumerate() {
        if i > 0 {
            at += distance(layered, rank[i - 1], *node);
        }
        offsets.push(at);
    }
    offsets
}

/// How far apart two nodes must stand that follow each other in a rank.
fn distance(layered: &Layered, left: usize, right: usize) -> f64 {
    let width = |node: usize| layered.sizes[node].0;
    let gap = if width(left) == 0.0 && width(right) == 0.0 { LINE_GAP } else { GAP };
    let side = if layered.loops[left] { LOOP } else { 0.0 };
    (width(left) + width(right)) / 2.0 + gap + side
}

/// The places closest to those wanted (place and weight) that keep the distances: pools of nodes
/// that stand as close as they may, each at the mean of what its nodes want.
fn closest(wanted: &[(f64, f64)], offsets: &[f64]) -> Vec<f64> {
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for ((want, weight), offset) in wanted.iter().zip(offsets) {
        let mut pool = ((want - offset) * weight, *weight, 1);
        while let Some(before) = pools.pop() {
            if before.0 / before.1 <= pool.0 / pool.1 {
                pools.push(before);
                break;
            }
            pool = (before.0 + pool.0, before.1 + pool.1, before.2 + pool.2);
        }
        pools.push(pool);
    }
    let means = pools.iter().flat_map(|(sum, weight, n)| std::iter::repeat_n(sum / weight, *n));
    means.zip(offsets).map(|(mean, offset)| mean + offset).collect()
}

/// Where ranks begin and end.
fn bands(layered: &mut Layered) {
    let mut aside = vec![0.0f64; layered.ranks.len()];
    for segment in &layered.segments {
        let from = layered.x[segment.from] + segment.from_offset;
        let to = layered.x[segment.to] + segment.to_offset;
        let rank = layered.rank_of[segment.from];
        aside[rank] = aside[rank].max((to - from).abs());
    }
    let mut at = 0.0;
    for (rank, aside) in layered.ranks.iter().zip(aside) {
        let height = rank.iter().map(|node| layered.sizes[*node].1).fold(0.0, f64::max);
        layered.bands.push((at, at + height));
        at += height + (RANK_GAP + 0.1 * aside).min(WIDEST_RANK_GAP);
    }
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn nodes_that_want_the_same_place_share_it() {
        assert_eq!(closest(&[(0.0, 1.0), (100.0, 1.0)], &[0.0, 10.0]), [0.0, 100.0]);
        assert_eq!(closest(&[(5.0, 1.0), (5.0, 1.0)], &[0.0, 10.0]), [0.0, 10.0]);
        assert_eq!(closest(&[(5.0, 3.0), (5.0, 1.0)], &[0.0, 10.0]), [2.5, 12.5]);
        let wanted = [(9.0, 1.0), (0.0, 1.0), (3.0, 1.0)];
        assert_eq!(closest(&wanted, &[0.0, 10.0, 20.0]), [-6.0, 4.0, 14.0]);
        assert!(closest(&[], &[]).is_empty());
    }
}
