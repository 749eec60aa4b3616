//! Counts the combinations.

use std::rc::Rc;

use super::evidence::{Count, Evidence};
use super::{
    Barrier, Combination, Context, KINDS_MAXIMUM, STRATA_MAXIMUM, Signal, SignalError, Tally, Thresholds, context_of,
};

/// Everything that was raised.
pub(super) struct Table {
    pub(super) cells: Vec<Cell>,
    /// Barriers of each stratum.
    pub(super) strata: Vec<f64>,
    kinds: Vec<Kind>,
    rows: Vec<Row>,
}

/// A full context within a stratum.
pub(super) struct Cell {
    context: Context,
    pub(super) stratum: usize,
    /// Barriers in it, of any kind.
    pub(super) barriers: f64,
}

struct Kind {
    code: u32,
    cases: u32,
    /// Barriers of this kind in each stratum.
    strata: Vec<f64>,
}

/// A barrier, its kind as a place in the list of kinds.
#[derive(Clone, Copy)]
struct Row {
    cell: usize,
    kind: usize,
    case: u32,
    case_manager: u32,
    municipality: u32,
    /// False if another case manager has raised the same in the same case: then it is not counted again.
    is_first: bool,
}

/// All cells with the same part of the context, whatever the rest.
pub(super) struct Region {
    pub(super) cells: Vec<usize>,
    pub(super) barriers: f64,
    /// Pairs: with so many barriers in it there are so many cases.
    cases: Vec<(f64, f64)>,
}

impl Region {
    /// In how many cases a kind is expected if that many barriers of the kind are.
    pub(super) fn expected_cases(&self, barriers: f64) -> f64 {
        let other = 1.0 - (barriers / self.barriers).clamp(0.0, 1.0);
        self.cases.iter().map(|(barriers, cases)| cases * (1.0 - other.powf(*barriers))).sum()
    }
}

/// A combination that was seen often enough.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) combination: Combination,
    /// Its place in the list of kinds.
    pub(super) kind: usize,
    pub(super) region: Rc<Region>,
    pub(super) tally: Tally,
    /// Which ones, in order.
    pub(super) cases: Rc<[u32]>,
    /// Barriers of the kind in the region.
    pub(super) barriers: f64,
}

/// A combination that may turn out to be a signal.
#[derive(Clone)]
pub(super) struct Candidate {
    pub(super) seen: Seen,
    /// See [`Evidence::one_of`].
    pub(super) tests: f64,
    /// Against plain chance.
    pub(super) at_first: Evidence,
    /// Against what other signals lead one to expect.
    pub(super) evidence: Evidence,
}

impl Candidate {
    /// How many of the tests would be as surprising by chance, before and after pruning.
    pub(super) fn false_alarms(&self) -> f64 {
        self.evidence.false_alarms.max(self.at_first.false_alarms)
    }

    pub(super) fn signal(&self, q_value: f64) -> Signal {
        let Seen { combination, tally: Tally { cases, case_managers, municipalities }, .. } = self.seen;
        let Evidence { expected_cases, ratio, lower_bound, .. } = self.evidence;
        Signal { combination, cases, case_managers, municipalities, expected_cases, ratio, lower_bound, q_value }
    }
}

impl Table {
    /// # Errors
    /// Too many kinds or strata.
    pub(super) fn new(mut barriers: Vec<Barrier>) -> Result<Self, SignalError> {
        // Whether something is stated goes with the kind as well. Were the shares not taken apart by it, every kind that
        // tends to have an institution would stand out at all of them.
        let stratum =
            |barrier: &Barrier| (barrier.stratum, barrier.legal_sphere.is_some(), barrier.institution.is_some());
        let place = |barrier: &Barrier| (context_of(barrier), barrier.stratum);
        barriers.sort_unstable_by_key(|it| (place(it), it.kind, it.case, it.case_manager));
        barriers.dedup();
        let names = sorted(barriers.iter().map(stratum));
        let codes = sorted(barriers.iter().map(|barrier| barrier.kind));
        if codes.len() > KINDS_MAXIMUM {
            return Err(SignalError::TooManyKinds);
        }
        if sorted(barriers.iter().map(|barrier| barrier.stratum)).len() > STRATA_MAXIMUM {
            return Err(SignalError::TooManyStrata);
        }
        let nothing = vec![0.0; names.len()];
        let mut table = Self {
            cells: Vec::new(),
            strata: nothing.clone(),
            kinds: codes.iter().map(|code| Kind { code: *code, cases: 0, strata: nothing.clone() }).collect(),
            rows: Vec::with_capacity(barriers.len()),
        };
        for of_cell in barriers.chunk_by(|one, other| place(one) == place(other)) {
            let Some(first) = of_cell.first() else { continue };
            let stratum = names.binary_search(&stratum(first)).unwrap_or_default();
            let mut cell = Cell { context: context_of(first), stratum, barriers: 0.0 };
            for same in of_cell.chunk_by(|one, other| (one.kind, one.case) == (other.kind, other.case)) {
                let kind = same.first().and_then(|barrier| codes.binary_search(&barrier.kind).ok()).unwrap_or_default();
                table.rows.extend(same.iter().zip(0u32..).map(|(barrier, repeated)| Row {
                    cell: table.cells.len(),
                    kind,
                    case: barrier.case,
                    case_manager: barrier.case_manager,
                    municipality: barrier.municipality,
                    is_first: repeated == 0,
                }));
                cell.barriers += 1.0;
                add(table.kinds.get_mut(kind).and_then(|kind| kind.strata.get_mut(stratum)), 1.0);
            }
            add(table.strata.get_mut(stratum), cell.barriers);
            table.cells.push(cell);
        }
        for (kind, _) in sorted(table.rows.iter().map(|row| (row.kind, row.case))) {
            if let Some(kind) = table.kinds.get_mut(kind) {
                kind.cases += 1;
            }
        }
        Ok(table)
    }

    /// Barriers of a kind in each stratum.
    pub(super) fn strata_of(&self, kind: usize) -> &[f64] {
        self.kinds.get(kind).map_or(&[], |kind| &kind.strata)
    }

    /// The combinations that have enough of everything, by kind, and how many were tested.
    pub(super) fn candidates(&self, thresholds: &Thresholds) -> (Vec<Candidate>, usize) {
        let kinds = self.kinds.iter().filter(|kind| kind.cases >= thresholds.min_cases).count();
        // A type is a choice of dimensions of the context, as four bits. The contexts of a type that are large enough are
        // tested with each kind.
        let types: Vec<_> = (1..16)
            .map(|dimensions| self.count_type(dimensions, thresholds))
            .map(|(contexts, seen)| (contexts * kinds, seen))
            .filter(|(tests, _)| *tests > 0)
            .collect();
        let number_of_types = to_f64(types.len());
        let tested = types.iter().map(|(tests, _)| tests).sum();
        let mut candidates = Vec::new();
        for (tests, seen) in types {
            let tests = to_f64(tests) * number_of_types;
            candidates.extend(seen.into_iter().map(|(seen, evidence)| {
                let evidence = evidence.one_of(tests);
                Candidate { seen, tests, at_first: evidence, evidence }
            }));
        }
        candidates.sort_by_key(|candidate| candidate.seen.combination);
        (candidates, tested)
    }

    /// How many contexts of a type are large enough, and what was seen there often enough.
    fn count_type(&self, dimensions: u8, thresholds: &Thresholds) -> (usize, Vec<(Seen, Evidence)>) {
        let mut placed: Vec<(Context, usize)> = self
            .cells
            .iter()
            .zip(0..)
            .filter_map(|(cell, index)| Some((part_of(&cell.context, dimensions)?, index)))
            .collect();
        placed.sort_unstable();
        let mut context_of_cell = vec![None; self.cells.len()];
        let contexts: Vec<_> = placed.chunk_by(|one, other| one.0 == other.0).collect();
        for (cells, context) in contexts.iter().zip(0usize..) {
            for (_, cell) in *cells {
                if let Some(own) = context_of_cell.get_mut(*cell) {
                    *own = Some(context);
                }
            }
        }
        let mut rows: Vec<(usize, Row)> = self
            .rows
            .iter()
            .filter_map(|row| Some((context_of_cell.get(row.cell).copied().flatten()?, *row)))
            .collect();
        rows.sort_unstable_by_key(|(context, row)| (*context, row.kind, row.case));
        let mut large_enough = 0;
        let mut seen = Vec::new();
        for (rows, cells) in rows.chunk_by(|one, other| one.0 == other.0).zip(contexts) {
            if thresholds.enough(&tally(rows)) {
                large_enough += 1;
                self.count_context(rows, cells, thresholds, &mut seen);
            }
        }
        (large_enough, seen)
    }

    /// Adds the kinds that were seen in a context often enough.
    fn count_context(
        &self,
        rows: &[(usize, Row)],
        cells: &[(Context, usize)],
        thresholds: &Thresholds,
        seen: &mut Vec<(Seen, Evidence)>,
    ) {
        let of_kinds = rows.chunk_by(|one, other| one.1.kind == other.1.kind);
        let enough: Vec<_> =
            of_kinds.map(|rows| (rows, tally(rows))).filter(|(_, tally)| thresholds.enough(tally)).collect();
        if enough.is_empty() {
            return;
        }
        let context = cells.first().map_or([None; 4], |(context, _)| *context);
        let cells: Vec<usize> = cells.iter().map(|(_, cell)| *cell).collect();
        let mut strata = vec![0.0; self.strata.len()];
        for cell in cells.iter().filter_map(|cell| self.cells.get(*cell)) {
            add(strata.get_mut(cell.stratum), cell.barriers);
        }
        let mut cases: Vec<u32> = first_of(rows).map(|row| row.case).collect();
        cases.sort_unstable();
        let mut lengths: Vec<usize> = cases.chunk_by(u32::eq).map(<[u32]>::len).collect();
        lengths.sort_unstable();
        let lengths = lengths.chunk_by(usize::eq);
        let cases = lengths.filter_map(|same| Some((to_f64(*same.first()?), to_f64(same.len())))).collect();
        let region = Rc::new(Region { cells, barriers: strata.iter().sum(), cases });
        for (rows, tally) in enough {
            let Some(((_, row), kind)) = rows.first().and_then(|row| Some((row, self.kinds.get(row.1.kind)?))) else {
                continue;
            };
            let shares = kind.strata.iter().zip(&self.strata).map(|(of_kind, all)| of_kind / all);
            let expected = strata.iter().zip(shares).map(|(barriers, share)| barriers * share).sum();
            let count = Count { cases: tally.cases, expected_cases: region.expected_cases(expected), among: None };
            let Some(evidence) = Evidence::weigh(count, thresholds) else { continue };
            let own = Seen {
                combination: Combination::new(kind.code, context),
                kind: row.kind,
                region: Rc::clone(&region),
                tally,
                cases: sorted(rows.iter().map(|(_, row)| row.case)).into(),
                barriers: to_f64(first_of(rows).count()),
            };
            seen.push((own, evidence));
        }
    }
}

/// The part of a context that a type asks for; none if one of its dimensions is absent.
fn part_of(context: &Context, dimensions: u8) -> Option<Context> {
    let mut part = [None; 4];
    for ((asked, given), bit) in part.iter_mut().zip(context).zip(0..4) {
        if dimensions & (1 << bit) != 0 {
            *asked = Some((*given)?);
        }
    }
    Some(part)
}

fn tally(rows: &[(usize, Row)]) -> Tally {
    let distinct = |value: fn(&Row) -> u32| {
        u32::try_from(sorted(rows.iter().map(|(_, row)| value(row))).len()).unwrap_or(u32::MAX)
    };
    Tally {
        cases: distinct(|row| row.case),
        case_managers: distinct(|row| row.case_manager),
        municipalities: distinct(|row| row.municipality),
    }
}

fn first_of(rows: &[(usize, Row)]) -> impl Iterator<Item = &Row> {
    rows.iter().map(|(_, row)| row).filter(|row| row.is_first)
}

/// Each value once, in order.
pub(super) fn sorted<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values.dedup();
    values
}

fn add(to: Option<&mut f64>, what: f64) {
    if let Some(to) = to {
        *to += what;
    }
}

/// A number of things that are all in memory, so that it fits.
pub(super) fn to_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
