//! Which rank each node gets.

use super::Layered;
use super::route::Ends;

/// Gives every node its rank: after all that it reads, and no farther from what reads it than
/// needed. Returns which edges lead back, where a layer reads what was computed from its output.
///
/// Entries get the first rank and exits the last, each for themselves.
pub fn assign(
    layered: &mut Layered,
    edges: &[Ends],
    entries: &[usize],
    exits: &[usize],
) -> Vec<bool> {
    let n = layered.sizes.len();
    let is_back = back_edges(n, edges);
    let mut below = vec![Vec::new(); n];
    let mut waiting = vec![0; n];
    for (edge, is_back) in edges.iter().zip(&is_back) {
        let (from, to) = if *is_back { (edge.to, edge.from) } else { (edge.from, edge.to) };
        below[from].push(to);
        waiting[to] += 1;
    }
    let above = waiting.clone();
    let first = usize::from(!entries.is_empty());
    let mut rank = vec![first; n];
    entries.iter().for_each(|entry| rank[*entry] = 0);
    let mut sorted: Vec<usize> = (0..n).filter(|i| waiting[*i] == 0).collect();
    let mut next = 0;
    while let Some(&i) = sorted.get(next) {
        next += 1;
        for &j in &below[i] {
            rank[j] = rank[j].max(rank[i] + 1);
            waiting[j] -= 1;
            if waiting[j] == 0 {
                sorted.push(j);
            }
        }
    }
    let last = rank.iter().copied().max().unwrap_or(0);
    if !exits.is_empty() {
        let is_taken = (0..n).any(|i| rank[i] == last && !exits.contains(&i));
        exits.iter().for_each(|exit| rank[*exit] = last + usize::from(is_taken));
    }
    // What more reads than it reads itself stands close to its readers: an input beside the
    // layers before which it is needed.
    let is_port = |i: &usize| entries.contains(i) || exits.contains(i);
    for i in sorted.into_iter().rev().filter(|i| !is_port(i)) {
        let nearest = below[i].iter().map(|j| rank[*j]).min();
        if let Some(nearest) = nearest
            && below[i].len() > above[i]
        {
            rank[i] = rank[i].max(nearest - 1);
        }
    }
    layered.rank_of = rank;
    is_back
}

/// The edges that close a cycle. Without recursion, so that no depth overflows the stack.
fn back_edges(n: usize, edges: &[Ends]) -> Vec<bool> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut from = vec![Vec::new(); n];
    for (e, edge) in edges.iter().enumerate() {
        from[edge.from].push(e);
    }
    let mut is_back = vec![false; edges.len()];
    let mut state = vec![State::New; n];
    for root in 0..n {
        if state[root] != State::New {
            continue;
        }
        state[root] = State::Open;
        let mut path = vec![(root, 0)];
        while let Some((i, next)) = path.pop() {
            let Some(&e) = from[i].get(next) else {
                state[i] = State::Done;
                continue;
            };
            path.push((i, next + 1));
            match state[edges[e].to] {
                State::New => {
                    state[edges[e].to] = State::Open;
                    path.push((edges[e].to, 0));
                }
                State::Open => is_back[e] = true,
                State::Done => {}
            }
        }
    }
    is_back
}
