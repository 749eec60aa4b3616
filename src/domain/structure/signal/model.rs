//! What is to be expected of a kind once some of its signals are known, and which further ones say something beyond that.

use std::cmp::Ordering;

use super::evidence::Evidence;
use super::table::{Candidate, Cell, Table};
use super::{Signal, Thresholds};

/// The fit ends when nothing changes by more than this share, which shows in no figure, or after so many rounds.
const CHANGE: f64 = 1e-4;
const ROUNDS: u32 = 50;

/// Chooses those of the candidates, all of one kind, that are not explained by the others.
pub(super) fn select(table: &Table, candidates: &[Candidate], limit: f64, thresholds: &Thresholds) -> Vec<Signal> {
    let Some(first) = candidates.first() else { return Vec::new() };
    let judge = |model: &Model, candidate: &Candidate| {
        let expected = model.expected_cases(candidate);
        Evidence::weigh(candidate.seen.tally.cases, expected, candidate.tests, thresholds)
            .filter(|evidence| evidence.false_alarms <= limit)
    };
    let mut model = Model::new(table, first.seen.kind);
    let mut open = candidates.to_vec();
    while let Some((_, best)) = open.iter().zip(0..).max_by(|one, other| preferred(one.0, other.0)) {
        model.accept(open.swap_remove(best));
        open.retain_mut(|candidate| judge(&model, candidate).map(|evidence| candidate.evidence = evidence).is_some());
    }
    // What came later may explain what came earlier. The last to come is the first to be doubted; where one goes, the
    // others are looked at again, since more is left for them to explain.
    loop {
        let accepted = model.accepted.len();
        let mut signals = Vec::with_capacity(accepted);
        for place in (0..accepted).rev() {
            let (without, Some(Accepted { candidate, .. })) = (model.without(place), model.accepted.get(place)) else {
                continue;
            };
            match judge(&without, candidate) {
                Some(evidence) => signals.push(signal(candidate, &evidence)),
                None => model = without,
            }
        }
        if model.accepted.len() == accepted {
            return signals;
        }
    }
}

/// The greater one has more evidence; of equals, it is the shorter one.
fn preferred(one: &Candidate, other: &Candidate) -> Ordering {
    let by_evidence = one.evidence.weight.total_cmp(&other.evidence.weight);
    let (one, other) = (&one.seen.combination, &other.seen.combination);
    by_evidence.then(other.dimensions().cmp(&one.dimensions())).then(other.cmp(one))
}

fn signal(candidate: &Candidate, evidence: &Evidence) -> Signal {
    Signal {
        combination: candidate.seen.combination,
        cases: candidate.seen.tally.cases,
        case_managers: candidate.seen.tally.case_managers,
        municipalities: candidate.seen.tally.municipalities,
        expected: evidence.expected,
        ratio: evidence.ratio,
        lower_bound: evidence.lower_bound,
        false_alarms: evidence.false_alarms.max(candidate.at_first.false_alarms),
        q_value: 1.0,
    }
}

/// The probability of a kind in each cell: its share in the stratum, times a factor for each signal around the cell. Share
/// and factors are such that the strata and all accepted signals are expected with as many barriers as they have.
#[derive(Clone)]
struct Model<'a> {
    table: &'a Table,
    kind: usize,
    shares: Vec<f64>,
    /// For each cell: the product of the factors around it.
    factors: Vec<f64>,
    /// Cells that are or were in an accepted region; the factor of all others is 1.
    touched: Vec<usize>,
    is_touched: Vec<bool>,
    accepted: Vec<Accepted>,
}

#[derive(Clone)]
struct Accepted {
    candidate: Candidate,
    factor: f64,
}

impl<'a> Model<'a> {
    fn new(table: &'a Table, kind: usize) -> Self {
        let (factors, is_touched) = (vec![1.0; table.cells.len()], vec![false; table.cells.len()]);
        let mut model =
            Self { table, kind, shares: Vec::new(), factors, touched: Vec::new(), is_touched, accepted: Vec::new() };
        model.fit_shares();
        model
    }

    fn accept(&mut self, candidate: Candidate) {
        for cell in &candidate.seen.region.cells {
            if let Some(is_touched) = self.is_touched.get_mut(*cell)
                && !std::mem::replace(is_touched, true)
            {
                self.touched.push(*cell);
            }
        }
        self.accepted.push(Accepted { candidate, factor: 1.0 });
        self.fit();
    }

    /// The model without one of those accepted.
    fn without(&self, place: usize) -> Self {
        let mut model = self.clone();
        if place < model.accepted.len() {
            let Accepted { candidate, factor } = model.accepted.remove(place);
            multiply(&mut model.factors, &candidate.seen.region.cells, factor.recip());
            model.fit();
        }
        model
    }

    fn fit(&mut self) {
        self.fit_shares();
        for _ in 0..ROUNDS {
            let mut change = 0.0_f64;
            for place in 0..self.accepted.len() {
                let Some(Accepted { candidate, .. }) = self.accepted.get(place) else { continue };
                let wanting = candidate.seen.barriers / self.expected_barriers(&candidate.seen.region.cells);
                if !wanting.is_normal() {
                    continue;
                }
                change = change.max((wanting - 1.0).abs());
                multiply(&mut self.factors, &candidate.seen.region.cells, wanting);
                if let Some(accepted) = self.accepted.get_mut(place) {
                    accepted.factor *= wanting;
                }
            }
            change = change.max(self.fit_shares());
            if change < CHANGE {
                break;
            }
        }
    }

    /// How much the share changed that did most.
    fn fit_shares(&mut self) -> f64 {
        let mut weights = self.table.strata.clone();
        for (cell, factor) in self.touched.iter().filter_map(|index| self.cell(*index)) {
            if let Some(weight) = weights.get_mut(cell.stratum) {
                *weight += cell.barriers * (factor - 1.0);
            }
        }
        let shares = self.table.strata_of(self.kind).iter().zip(weights);
        let shares: Vec<f64> = shares.map(|(of_kind, all)| if *of_kind > 0.0 { of_kind / all } else { 0.0 }).collect();
        let before = std::mem::replace(&mut self.shares, shares);
        let changes = self.shares.iter().zip(before).filter(|(_, before)| *before > 0.0);
        changes.map(|(now, before)| (now / before - 1.0).abs()).fold(0.0, f64::max)
    }

    fn cell(&self, index: usize) -> Option<(&Cell, f64)> {
        Some((self.table.cells.get(index)?, *self.factors.get(index)?))
    }

    fn expected_barriers(&self, cells: &[usize]) -> f64 {
        let cells = cells.iter().filter_map(|index| self.cell(*index));
        cells.map(|(cell, factor)| cell.barriers * factor * self.shares.get(cell.stratum).unwrap_or(&0.0)).sum()
    }

    fn expected_cases(&self, candidate: &Candidate) -> f64 {
        let region = &candidate.seen.region;
        region.expected_cases(self.expected_barriers(&region.cells))
    }
}

fn multiply(factors: &mut [f64], cells: &[usize], by: f64) {
    for cell in cells {
        if let Some(factor) = factors.get_mut(*cell) {
            *factor *= by;
        }
    }
}
