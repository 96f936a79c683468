//! Where boxes stand and how lines run: a layered drawing, after Sugiyama.
//!
//! Each layer gets a rank, along the direction of the graph ([`ranks`]); an edge over several ranks
//! gets a bend in each between. The order within ranks is chosen for few crossings ([`order`]), the
//! places for straight lines ([`place`]). Lines run straight through ranks, in room of their own, and
//! curve only between ranks, so that none runs through a box ([`route`]).
//!
//! All this is done in one direction: x is across the graph, y along it. A graph that runs to the
//! right is transposed in the end.

mod order;
mod place;
mod ranks;
mod route;

use super::Rankdir;
use super::card::{BAR, Card, PADDING};
use super::diagram::{Diagram, Edge, End, Node};
use super::geometry::{Line, Rectangle};
use super::text::{TITLE, width};
use crate::{Error, Result};

/// More bends than anyone could look at.
const MAX_BENDS: usize = 100_000;
/// Space around a picture, and within a group beside its boxes.
const MARGIN: f64 = 16.0;
/// Space beside a box whose layer reads its own output, for the line.
const LOOP: f64 = 28.0;

/// A drawing of a model, in the direction it is shown in.
#[derive(Default)]
pub(super) struct Picture {
    pub width: f64,
    pub height: f64,
    pub cards: Vec<(Rectangle, Card)>,
    /// Models within the model, with their names; outer ones first.
    pub groups: Vec<(Rectangle, String)>,
    pub lines: Vec<Line>,
}

/// A diagram's nodes and bends with all that is known of them while they are put in their places.
#[derive(Default)]
pub(super) struct Layered {
    /// Size across and along; bends follow the diagram's nodes and have none.
    sizes: Vec<(f64, f64)>,
    /// Whether a line must pass at their side.
    loops: Vec<bool>,
    rank_of: Vec<usize>,
    /// The nodes of each rank, in their order.
    ranks: Vec<Vec<usize>>,
    /// The edges, cut at bends.
    segments: Vec<Segment>,
    /// The centre of each node across.
    x: Vec<f64>,
    /// Where each rank begins and ends along.
    bands: Vec<(f64, f64)>,
}

/// A part of an edge from one rank to the next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    from: usize,
    to: usize,
    /// Where at the nodes, across from their centre: at the ports of groups.
    from_offset: f64,
    to_offset: f64,
}

/// A diagram whose places are known.
struct Block {
    picture: Picture,
    entries: Vec<f64>,
    exits: Vec<f64>,
}

/// Puts a diagram in its places.
pub(super) fn arrange(diagram: Diagram, rankdir: Rankdir) -> Result<Picture> {
    let mut picture = block(diagram, rankdir)?.picture;
    picture.shift((MARGIN, MARGIN));
    picture.width += 2.0 * MARGIN;
    picture.height += 2.0 * MARGIN;
    Ok(match rankdir {
        Rankdir::TopToBottom => picture,
        Rankdir::LeftToRight => picture.transposed(),
    })
}

fn block(mut diagram: Diagram, rankdir: Rankdir) -> Result<Block> {
    let is_across = rankdir == Rankdir::LeftToRight;
    let mut sizes = Vec::new();
    let mut blocks = Vec::new();
    let mut nodes = std::mem::take(&mut diagram.nodes);
    for node in &mut nodes {
        let (size, inner) = match node {
            Node::Port => ((0.0, 0.0), None),
            Node::Layer(card) => {
                let (width, height) = card.size();
                (if is_across { (height, width) } else { (width, height) }, None)
            }
            Node::Group(name, inner) => {
                let inner = framed(block(std::mem::take(&mut **inner), rankdir)?, name, is_across);
                ((inner.picture.width, inner.picture.height), Some(inner))
            }
        };
        sizes.push(size);
        blocks.push(inner);
    }
    let offset = |end: End, side: fn(&Block) -> &[f64]| match &blocks[end.node] {
        Some(block) => side(block).get(end.port).map_or(0.0, |x| x - block.picture.width / 2.0),
        None => 0.0,
    };
    let mut layered = Layered { loops: vec![false; sizes.len()], sizes, ..Layered::default() };
    let (edges, loops): (Vec<&Edge>, Vec<&Edge>) =
        diagram.edges.iter().partition(|edge| edge.from.node != edge.to.node);
    for edge in &loops {
        layered.loops[edge.from.node] = true;
    }
    let ends: Vec<route::Ends> = edges
        .iter()
        .map(|edge| route::Ends {
            from: edge.from.node,
            to: edge.to.node,
            from_offset: offset(edge.from, |block| &block.exits),
            to_offset: offset(edge.to, |block| &block.entries),
            has_arrow: !matches!(nodes[edge.to.node], Node::Port),
        })
        .collect();
    let is_back = ranks::assign(&mut layered, &ends, &diagram.entries, &diagram.exits);
    let chains = route::bend(&mut layered, &ends, &is_back);
    if layered.sizes.len() > nodes.len() + MAX_BENDS {
        return Err(Error::InvalidArgument {
            place: "plot_model".into(),
            argument: "model",
            expected: "a graph that can be looked at".into(),
            got: "one whose edges pass more than 100000 layers".into(),
        });
    }
    order::sort(&mut layered);
    place::place(&mut layered);
    let mut picture = Picture::default();
    let extent = |i: usize| {
        let side = if layered.loops[i] { LOOP } else { 0.0 };
        layered.x[i] + layered.sizes[i].0 / 2.0 + side
    };
    picture.width = (0..layered.x.len()).map(extent).fold(0.0, f64::max);
    picture.height = layered.bands.last().map_or(0.0, |band| band.1);
    picture.lines = ends
        .iter()
        .zip(&chains)
        .zip(&is_back)
        .map(|((ends, chain), is_back)| route::line(&layered, ends, chain, *is_back))
        .chain(loops.iter().map(|edge| route::loop_at(&layered, edge.from.node)))
        .collect();
    let across = |ports: &[usize]| ports.iter().map(|port| layered.x[*port]).collect();
    let (entries, exits) = (across(&diagram.entries), across(&diagram.exits));
    for (i, (node, inner)) in nodes.into_iter().zip(blocks).enumerate() {
        let at = layered.rectangle(i);
        match (node, inner) {
            (Node::Layer(card), _) => picture.cards.push((at, card)),
            (Node::Group(name, _), Some(inner)) => {
                picture.groups.push((at, name));
                picture.join(inner.picture, (at.x, at.y));
            }
            _ => {}
        }
    }
    Ok(Block { picture, entries, exits })
}

/// A block with room for a frame and the bar that names it.
fn framed(mut block: Block, name: &str, is_across: bool) -> Block {
    let bar = width(name, TITLE) + 2.0 * PADDING;
    let picture = &mut block.picture;
    let (dx, dy) = match is_across {
        false => (MARGIN.max((bar - picture.width) / 2.0), BAR),
        true => (MARGIN + BAR, 0.0),
    };
    picture.shift((dx, dy));
    picture.width += dx + if is_across { MARGIN } else { dx };
    picture.height = (picture.height + dy).max(if is_across { bar } else { 0.0 });
    for x in block.entries.iter_mut().chain(&mut block.exits) {
        *x += dx;
    }
    block
}

impl Layered {
    /// Where a node stands: in the middle of its rank.
    fn rectangle(&self, node: usize) -> Rectangle {
        let (width, height) = self.sizes[node];
        let (start, end) = self.bands[self.rank_of[node]];
        let x = self.x[node] - width / 2.0;
        Rectangle { x, y: (start + end - height) / 2.0, width, height }
    }

    /// The segments that come from and go to each node.
    fn neighbours(&self) -> Vec<[Vec<Segment>; 2]> {
        let mut of_nodes = vec![[Vec::new(), Vec::new()]; self.sizes.len()];
        for segment in &self.segments {
            of_nodes[segment.to][0].push(*segment);
            of_nodes[segment.from][1].push(*segment);
        }
        of_nodes
    }
}

impl Picture {
    fn shift(&mut self, by: (f64, f64)) {
        self.cards.iter_mut().for_each(|(at, _)| *at = at.moved(by));
        self.groups.iter_mut().for_each(|(at, _)| *at = at.moved(by));
        for line in &mut self.lines {
            *line = line.map(|(x, y)| (x + by.0, y + by.1));
        }
    }

    /// Takes in what stands in a group.
    fn join(&mut self, mut inner: Picture, at: (f64, f64)) {
        inner.shift(at);
        self.cards.extend(inner.cards);
        self.groups.extend(inner.groups);
        self.lines.extend(inner.lines);
    }

    fn transposed(mut self) -> Picture {
        let turn = |at: &mut Rectangle| {
            *at = Rectangle { x: at.y, y: at.x, width: at.height, height: at.width };
        };
        self.cards.iter_mut().for_each(|(at, _)| turn(at));
        self.groups.iter_mut().for_each(|(at, _)| turn(at));
        for line in &mut self.lines {
            *line = line.map(|(x, y)| (y, x));
        }
        (self.width, self.height) = (self.height, self.width);
        self
    }
}
