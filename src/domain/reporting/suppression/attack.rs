//! Attackers, for the tests: they know everything that is shown, and look for what they can conclude from it.

/// A small generator of its own, so that "typical data" are the same on every machine.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    pub(super) fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut roll = self.roll(weights.iter().sum());
        weights
            .iter()
            .position(|weight| {
                roll < *weight || {
                    roll -= weight;
                    false
                }
            })
            .unwrap()
    }
}

/// The attacker. Knows the cells (but not their counts), and what is shown, as sums over cells. For each target he
/// looks for possible tables that lie further and further apart there, by trying all counts near the true ones cell
/// by cell, and turning back as soon as a sum that is shown cannot be met any more. (Looking near the true ones
/// only, he believes to know more than he does, so that the test is too strict rather than too mild.)
pub(super) struct Attacker {
    counts: Vec<i64>,
    shown: Vec<(Vec<bool>, i64)>,
    /// What he wants to know, and how closely he may at best.
    pub(super) targets: Vec<(Vec<bool>, i64)>,
}

impl Attacker {
    pub(super) fn new(counts: &[u32]) -> Self {
        let counts = counts.iter().map(|count| i64::from(*count)).collect();
        Self { counts, shown: Vec::new(), targets: Vec::new() }
    }

    pub(super) fn sum(&self, cells: &[bool]) -> i64 {
        cells.iter().zip(&self.counts).filter(|(inside, _)| **inside).map(|(_, count)| count).sum()
    }

    pub(super) fn learn(&mut self, cells: Vec<bool>, figure: u64) {
        assert_eq!(i64::try_from(figure).unwrap(), self.sum(&cells), "what is shown is true");
        self.shown.push((cells, i64::try_from(figure).unwrap()));
    }

    /// Distance between the least and the most that each target can be, counted up to what is wanted.
    pub(super) fn attack(&self) -> Vec<i64> {
        let reach = self.targets.iter().map(|(_, wanted)| *wanted).max().unwrap_or(0);
        let ranges: Vec<(i64, i64)> = self.counts.iter().map(|count| ((count - reach).max(0), count + reach)).collect();
        let mut bounds: Vec<(i64, i64)> =
            self.targets.iter().map(|(cells, _)| (self.sum(cells), self.sum(cells))).collect();
        for (index, (target, wanted)) in self.targets.iter().enumerate() {
            for rising in [true, false] {
                loop {
                    let (least, most) = bounds[index];
                    if most - least >= *wanted {
                        break;
                    }
                    let known =
                        self.shown.iter().map(|(cells, figure)| Condition::new(cells, &ranges, *figure, *figure));
                    let open = i64::from(u32::MAX);
                    let (from, to) = if rising { (most + 1, open) } else { (0, least - 1) };
                    let mut conditions: Vec<Condition> =
                        known.chain([Condition::new(target, &ranges, from, to)]).collect();
                    let mut table = Vec::new();
                    if !conditions.iter().all(Condition::can_hold) || !self.extend(&ranges, &mut conditions, &mut table)
                    {
                        break;
                    }
                    for ((cells, _), (least, most)) in self.targets.iter().zip(&mut bounds) {
                        let inside = cells.iter().zip(&table).filter(|(inside, _)| **inside);
                        let sum = inside.map(|(_, count)| count).sum();
                        (*least, *most) = ((*least).min(sum), (*most).max(sum));
                    }
                }
            }
        }
        bounds.into_iter().map(|(least, most)| most - least).collect()
    }

    /// Chooses the counts of the cells that are not chosen yet, so that all conditions hold.
    fn extend(&self, ranges: &[(i64, i64)], conditions: &mut [Condition<'_>], table: &mut Vec<i64>) -> bool {
        let cell = table.len();
        let Some((lowest, highest)) = ranges.get(cell).copied() else {
            return true;
        };
        let about = |condition: &&Condition<'_>| condition.cells[cell];
        let from = conditions.iter().filter(about).map(|condition| condition.least - (condition.high - highest)).max();
        let to = conditions.iter().filter(about).map(|condition| condition.most - (condition.low - lowest)).min();
        let range = from.unwrap_or(lowest).max(lowest)..=to.unwrap_or(highest).min(highest);
        let mut guesses: Vec<i64> = range.collect();
        guesses.sort_by_key(|guess| (guess - self.counts[cell]).abs());
        guesses.into_iter().any(|guess| {
            let choose = |sign: i64, conditions: &mut [Condition<'_>]| {
                for condition in conditions.iter_mut().filter(|condition| condition.cells[cell]) {
                    condition.low += sign * (guess - lowest);
                    condition.high += sign * (guess - highest);
                }
            };
            choose(1, conditions);
            table.push(guess);
            let found = self.extend(ranges, conditions, table);
            if !found {
                table.pop();
                choose(-1, conditions);
            }
            found
        })
    }
}

/// A sum over cells that must lie between two bounds, and what it can still come to.
struct Condition<'a> {
    cells: &'a [bool],
    least: i64,
    most: i64,
    low: i64,
    high: i64,
}

impl<'a> Condition<'a> {
    fn new(cells: &'a [bool], ranges: &[(i64, i64)], least: i64, most: i64) -> Self {
        let inside = || cells.iter().zip(ranges).filter(|(inside, _)| **inside).map(|(_, range)| range);
        Self { cells, least, most, low: inside().map(|range| range.0).sum(), high: inside().map(|range| range.1).sum() }
    }

    const fn can_hold(&self) -> bool {
        self.low <= self.most && self.high >= self.least
    }
}

/// Exact bounds for large tables of two dimensions. Cells and margins are the arcs of a circulation: total to rows,
/// rows to columns, columns to total. What is shown is fixed; how far a hidden arc can rise (or fall) is the
/// largest flow back from its head to its tail (or the other way) through what is hidden.
pub(super) struct Circulation {
    pub(super) nodes: usize,
    pub(super) room: Vec<Vec<i64>>,
}

impl Circulation {
    pub(super) fn flow(&self, from: usize, to: usize, enough: i64) -> i64 {
        let mut room = self.room.clone();
        let mut flow = 0;
        while flow < enough {
            let mut came_from = vec![usize::MAX; self.nodes];
            let mut queue = std::collections::VecDeque::from([from]);
            while let Some(node) = queue.pop_front() {
                for next in 0..self.nodes {
                    if room[node][next] > 0 && came_from[next] == usize::MAX && next != from {
                        came_from[next] = node;
                        queue.push_back(next);
                    }
                }
            }
            if came_from[to] == usize::MAX {
                break;
            }
            let mut node = to;
            while node != from {
                let previous = came_from[node];
                room[previous][node] -= 1;
                room[node][previous] += 1;
                node = previous;
            }
            flow += 1;
        }
        flow
    }
}
