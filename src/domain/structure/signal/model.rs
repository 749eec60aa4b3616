//! What is to be expected of a kind once some of its signals are known, and which further ones say something beyond that.

use std::cmp::Ordering;

use super::evidence::{Count, Evidence};
use super::table::{Candidate, Cell, Table, sorted};
use super::{Combination, Thresholds};

/// The fit ends when nothing changes by more than this share, which shows in no figure, or after so many rounds.
const CHANGE: f64 = 1e-4;
const ROUNDS: u32 = 50;

/// Chooses those of the candidates, all of one kind, that are not explained by the others.
pub(super) fn select(table: &Table, candidates: &[Candidate], limit: f64, thresholds: &Thresholds) -> Vec<Candidate> {
    let Some(first) = candidates.first() else { return Vec::new() };
    // The evidence that there is apart from the accepted special cases, if it is enough.
    let judge = |model: &Model, candidate: &Candidate| {
        let left = model.left_of(candidate)?;
        let evidence = Evidence::weigh(left, thresholds)?.one_of(candidate.tests);
        if left.cases < thresholds.min_cases || evidence.false_alarms > limit {
            return None;
        }
        // What is told is about the whole of it.
        let elsewhere = evidence.expected_cases / left.expected_cases;
        evidence.about(candidate.seen.tally.cases, model.expected_cases(candidate) * elsewhere, thresholds)
    };
    let mut model = Model::new(table, first.seen.kind);
    let mut open = candidates.to_vec();
    while let Some((_, best)) = open.iter().zip(0..).max_by(|one, other| preferred(one.0, other.0)) {
        let best = open.swap_remove(best);
        let combination = best.seen.combination;
        model.accept(best);
        // What cannot have a barrier in common with it stays as it was: its expectation hardly changes.
        open.retain_mut(|candidate| {
            !candidate.seen.combination.overlaps(&combination)
                || judge(&model, candidate).map(|evidence| candidate.evidence = evidence).is_some()
        });
    }
    model.fit(|_| true);
    // What came later may explain what came earlier. The last to come is the first to be doubted; where one goes, the
    // others are looked at again, since more is left for them to explain.
    loop {
        let accepted = model.accepted.len();
        let mut selected = Vec::with_capacity(accepted);
        for place in (0..accepted).rev() {
            let (without, Some(Accepted { candidate, .. })) = (model.without(place), model.accepted.get(place)) else {
                continue;
            };
            match judge(&without, candidate) {
                Some(evidence) => selected.push(Candidate { evidence, ..candidate.clone() }),
                None => model = without,
            }
        }
        if model.accepted.len() == accepted {
            return selected;
        }
    }
}

/// The greater one has more evidence; of equals, it is the shorter one.
fn preferred(one: &Candidate, other: &Candidate) -> Ordering {
    let by_evidence = one.evidence.weight.total_cmp(&other.evidence.weight);
    let (one, other) = (&one.seen.combination, &other.seen.combination);
    by_evidence.then(other.dimensions().cmp(&one.dimensions())).then(other.cmp(one))
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
        let combination = candidate.seen.combination;
        self.accepted.push(Accepted { candidate, factor: 1.0 });
        self.fit(|other| other.overlaps(&combination));
    }

    /// The model without one of those accepted.
    fn without(&self, place: usize) -> Self {
        let mut model = self.clone();
        if place < model.accepted.len() {
            let Accepted { candidate, factor } = model.accepted.remove(place);
            multiply(&mut model.factors, &candidate.seen.region.cells, factor.recip());
            model.fit(|other| other.overlaps(&candidate.seen.combination));
        }
        model
    }

    /// Fits the shares and the factors of those accepted that are `concerned`.
    fn fit(&mut self, concerned: impl Fn(&Combination) -> bool) {
        self.fit_shares();
        for _ in 0..ROUNDS {
            let mut change = 0.0_f64;
            for place in 0..self.accepted.len() {
                let Some(Accepted { candidate, .. }) = self.accepted.get(place) else { continue };
                if !concerned(&candidate.seen.combination) {
                    continue;
                }
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
        let shares: Vec<f64> =
            shares.map(|(of_kind, all)| if *of_kind > 0.0 && all > 0.0 { of_kind / all } else { 0.0 }).collect();
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

    /// The accepted special cases of a candidate.
    fn covered_by(&self, candidate: &Candidate) -> impl Iterator<Item = &Accepted> {
        let combination = candidate.seen.combination;
        self.accepted.iter().filter(move |accepted| combination.covers(&accepted.candidate.seen.combination))
    }

    /// In how many cases a candidate is to be expected, if its special cases were nothing special.
    fn expected_cases(&self, candidate: &Candidate) -> f64 {
        let region = &candidate.seen.region;
        let mut more = 0.0;
        for special in self.covered_by(candidate) {
            let cells = &special.candidate.seen.region.cells;
            more += self.expected_barriers(cells) * (1.0 - special.factor.recip());
        }
        region.expected_cases(self.expected_barriers(&region.cells) - more)
    }

    /// Cases of a candidate that are in none of its special cases.
    fn left_of(&self, candidate: &Candidate) -> Option<Count> {
        let own = &candidate.seen;
        let special: Vec<_> = self.covered_by(candidate).map(|accepted| &accepted.candidate.seen).collect();
        let (cases, expected_cases) = if special.is_empty() {
            (own.tally.cases, own.region.expected_cases(self.expected_barriers(&own.region.cells)))
        } else {
            let known = sorted(special.iter().flat_map(|seen| seen.cases.iter()));
            let cases = own.cases.iter().filter(|case| known.binary_search(case).is_err()).count();
            let known = sorted(special.iter().flat_map(|seen| seen.region.cells.iter()));
            let left = own.region.cells.iter().filter(|cell| known.binary_search(cell).is_err());
            let left: Vec<usize> = left.copied().collect();
            // As many barriers in a case as in the whole region.
            let barriers = left.iter().filter_map(|cell| self.cell(*cell)).map(|(cell, _)| cell.barriers);
            let part = barriers.sum::<f64>() / own.region.barriers;
            let expected = own.region.expected_cases(self.expected_barriers(&left) / part) * part;
            (u32::try_from(cases).unwrap_or(u32::MAX), expected)
        };
        // The narrowest of those of which it is a special case itself.
        let general = self.accepted.iter().map(|accepted| &accepted.candidate.seen);
        let general = general.filter(|seen| seen.combination.covers(&own.combination));
        let among = general.map(|seen| seen.tally.cases).min();
        let among = among.map(|among| among.saturating_sub(own.tally.cases - cases));
        (expected_cases > 0.0).then_some(Count { cases, expected_cases, among })
    }
}

fn multiply(factors: &mut [f64], cells: &[usize], by: f64) {
    for cell in cells {
        if let Some(factor) = factors.get_mut(*cell) {
            *factor *= by;
        }
    }
}
