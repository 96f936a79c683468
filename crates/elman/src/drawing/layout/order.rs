//! The order of nodes within ranks.

use super::Layered;

/// How often the ranks are gone through downwards and upwards.
const SWEEPS: usize = 12;
/// Graphs of more nodes and bends are sorted with fewer sweeps, since each is counted.
const MANY: usize = 5_000;

/// Sorts the nodes within ranks for few crossings: each goes to the mean place of its neighbours in
/// the rank before, then after, in turns; the best order that was met is kept.
pub fn sort(layered: &mut Layered) {
    let count = layered.rank_of.iter().max().map_or(0, |last| last + 1);
    layered.ranks = vec![Vec::new(); count];
    for (node, rank) in layered.rank_of.iter().enumerate() {
        layered.ranks[*rank].push(node);
    }
    let neighbours = layered.neighbours();
    let mut place = vec![0.0; layered.sizes.len()];
    let note = |place: &mut Vec<f64>, rank: &[usize]| {
        rank.iter().enumerate().for_each(|(i, node)| place[*node] = i as f64);
    };
    layered.ranks.iter().for_each(|rank| note(&mut place, rank));
    // How far from a node's place a segment ends, if the node takes one place.
    let shift = |node: usize, offset: f64| match layered.sizes[node].0 {
        0.0 => 0.0,
        width => 0.9 * offset / width,
    };
    let mut best = (crossings(layered), layered.ranks.clone());
    let sweeps = if layered.sizes.len() > MANY { 4 } else { SWEEPS };
    for sweep in 0..sweeps {
        if best.0 == 0 {
            break;
        }
        let side = sweep % 2;
        let mut ranks = std::mem::take(&mut layered.ranks);
        let mut visit = |rank: &mut Vec<usize>| {
            let mean = |node: &usize| {
                let of_node = &neighbours[*node][side];
                let places = of_node.iter().map(|segment| match side {
                    0 => place[segment.from] + shift(segment.from, segment.from_offset),
                    _ => place[segment.to] + shift(segment.to, segment.to_offset),
                });
                match of_node.len() {
                    0 => place[*node],
                    n => places.sum::<f64>() / n as f64,
                }
            };
            let mut keyed: Vec<(f64, usize)> =
                rank.iter().map(|node| (mean(node), *node)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            *rank = keyed.into_iter().map(|(_, node)| node).collect();
            note(&mut place, rank);
        };
        match side {
            0 => ranks.iter_mut().for_each(&mut visit),
            _ => ranks.iter_mut().rev().for_each(&mut visit),
        }
        layered.ranks = ranks;
        let now = crossings(layered);
        if now < best.0 {
            best = (now, layered.ranks.clone());
        }
    }
    layered.ranks = best.1;
}

/// How many pairs of segments cross.
fn crossings(layered: &Layered) -> usize {
    let mut place = vec![0; layered.sizes.len()];
    for rank in &layered.ranks {
        rank.iter().enumerate().for_each(|(i, node)| place[*node] = i);
    }
    let mut between: Vec<Vec<[(usize, f64); 2]>> = vec![Vec::new(); layered.ranks.len()];
    for segment in &layered.segments {
        between[layered.rank_of[segment.from]].push([
            (place[segment.from], segment.from_offset),
            (place[segment.to], segment.to_offset),
        ]);
    }
    let by = |a: &(usize, f64), b: &(usize, f64)| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1));
    between
        .into_iter()
        .map(|mut ends| {
            ends.sort_by(|[a, b], [c, d]| by(a, c).then(by(b, d)));
            inversions(ends.into_iter().map(|[_, end]| end).collect())
        })
        .sum()
}

/// How many pairs stand in the wrong order: counted while merging halves.
fn inversions(mut ends: Vec<(usize, f64)>) -> usize {
    fn count(ends: &mut [(usize, f64)]) -> usize {
        if ends.len() < 2 {
            return 0;
        }
        let middle = ends.len() / 2;
        let (left, right) = ends.split_at_mut(middle);
        let mut crossings = count(left) + count(right);
        let (mut i, mut merged) = (0, Vec::with_capacity(ends.len()));
        let (left, right) = ends.split_at(middle);
        for end in right {
            while i < left.len() && left[i] <= *end {
                merged.push(left[i]);
                i += 1;
            }
            crossings += left.len() - i;
            merged.push(*end);
        }
        merged.extend_from_slice(&left[i..]);
        ends.copy_from_slice(&merged);
        crossings
    }
    count(&mut ends)
}

#[cfg(test)]
mod tests {
    use super::inversions;

    #[test]
    fn inversions_are_counted() {
        let of = |places: &[usize]| inversions(places.iter().map(|p| (*p, 0.0)).collect());
        assert_eq!(of(&[]), 0);
        assert_eq!(of(&[0, 1, 1, 2]), 0);
        assert_eq!(of(&[2, 1, 0]), 3);
        assert_eq!(of(&[1, 0, 3, 2, 0]), 5);
    }
}
