//! Finds which figures to hide, by building the tables that an attacker could not rule out.
//!
//! The reasoning in short: a figure is safe when somebody who knows everything that is shown can still think of
//! two tables, both possible, in which that figure differs by enough. So the search does not compute bounds and
//! hope that they are whole numbers; it *makes* such tables, in integers, starting from the true one and shifting
//! units between cells. Everything that a shift changes has to be hidden (or it would betray that the other table
//! is not the true one). A shift that touches nothing shown costs nothing; otherwise the cheapest one is taken, and
//! what it changes is hidden as well. Hiding more never takes a possible table away, so that what was proved once
//! stays proved.
//!
//! A shift takes, in each dimension, either one category alone or a pair (one gains what the other loses). In two
//! dimensions two pairs give the well-known rectangle, in three the cube; "alone" in a dimension changes the
//! totals over it too. Besides, one cell may gain what any other loses, or be put together from several. Several shifts
//! one after another give longer exchanges. A plain table of two dimensions needs none of this: there all ways to
//! move a figure are cycles in a network of rows and columns, and the cheapest is a shortest path.

use std::collections::BTreeMap;

/// How many cells are tried as givers for each group of dimensions.
const DONORS: usize = 6;

/// One figure: in each dimension the set of categories that it adds up, as bits.
pub(super) type Sets = Vec<u64>;

/// Where one figure stands at the start of the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Asked for, and to be shown if nothing speaks against it.
    Free,
    /// Has been shown to the audience before and can no longer be hidden.
    AlreadyShown,
    /// Must not be shown, or nobody asked for it.
    Unseen,
}

/// What the search has to know about one figure.
#[derive(Clone)]
pub(super) struct Entry {
    /// The cells that it adds up.
    pub(super) sets: Sets,
    /// The true count.
    pub(super) count: i64,
    /// Asked for, shown before, or hidden.
    pub(super) standing: Standing,
    /// How far apart its smallest and largest possible value must lie at least while it is not shown; 0 if that does
    /// not matter.
    pub(super) width: i64,
    /// What is lost by hiding it, compared with others.
    pub(super) loss: i64,
}

/// The cells of the finest table: the count of each, and whether it can have any unit at all.
#[derive(Clone)]
pub(super) struct Cells {
    /// Number of categories in each dimension; the last dimension varies fastest.
    pub(super) sizes: Vec<usize>,
    /// The true counts.
    pub(super) counts: Vec<i64>,
    /// False for a cell that is empty by definition, which the attacker knows.
    pub(super) possible: Vec<bool>,
}

/// The outcome of the search, one value per figure, in the order of the input.
pub(super) struct Outcome {
    /// Whether the figure is hidden (always true for those that nobody asked for).
    pub(super) hidden: Vec<bool>,
    /// The distance between the smallest and the largest value that the figure was proved to be able to have.
    pub(super) width: Vec<i64>,
}

/// A table that agrees with everything shown: the count of each cell, and of each figure.
#[derive(Clone)]
struct Alternative {
    cells: Vec<i64>,
    figures: Vec<i64>,
    /// The figures that were changed on the way from the true table, as bits; all of them are hidden.
    changed: Vec<u64>,
}

/// One category, and the one that loses what it gains (none: nothing is taken from elsewhere).
type Pair = (usize, Option<usize>);

/// Cells that gain (true) and lose.
type Corners = Vec<(usize, bool)>;

#[derive(Clone)]
struct Shift {
    corners: Corners,
    /// The figures that it changes, as bits.
    changed: Vec<u64>,
    /// Whether the figure in question gains (else loses).
    gains: bool,
    /// How many units are shifted.
    amount: i64,
    /// What is lost by hiding what it changes.
    cost: i64,
}

impl Shift {
    /// Whether a shift of `amount` at `cost` moves the figure further for what it costs.
    fn is_beaten_by(&self, amount: i64, cost: i64) -> bool {
        let (own, other) = (self.cost.saturating_mul(amount), cost.saturating_mul(self.amount));
        other < own || (other == own && amount > self.amount)
    }
}

/// A figure of a plain two-dimensional table as an arc: total to rows, rows to columns (the cells), columns to total.
struct Arc {
    tail: usize,
    head: usize,
    figure: usize,
    /// The cell; none for a margin.
    cell: Option<usize>,
}

/// The furthest that a figure was moved in one direction, and the alternative that proves it (none: the true table).
#[derive(Clone, Copy)]
struct Extreme {
    count: i64,
    proof: Option<usize>,
}

/// Hides figures until each that must not be known cannot be computed; `None` if figures shown before forbid that.
pub(super) fn hide(cells: &Cells, entries: &[Entry]) -> Option<Outcome> {
    let mut search = Search::new(cells, entries);
    let order = search.order();
    for figure in &order {
        if !search.protect(*figure, true) {
            return None;
        }
    }
    search.show_again(&order);
    // The others are measured too: a later release wants to know how well they are known.
    for figure in 0..entries.len() {
        if search.is_hidden(figure) {
            search.reach(figure, search.widest, false);
        }
    }
    let hidden = (0..entries.len()).map(|figure| search.is_hidden(figure)).collect();
    let width = (0..entries.len()).map(|figure| search.proved(figure)).collect();
    Some(Outcome { hidden, width })
}

struct Search<'a> {
    cells: &'a Cells,
    entries: &'a [Entry],
    strides: Vec<usize>,
    /// For each dimension and pair the figures that tell the two apart, as bits.
    tells_apart: Vec<Vec<Vec<u64>>>,
    /// The ways to put the dimensions into two groups or more: the group of each dimension.
    groupings: Vec<Vec<usize>>,
    /// For each set of dimensions (as bits) that is a group somewhere, the figures that depend on nothing else.
    sums_within: BTreeMap<usize, Vec<u64>>,
    /// For each cell the figures that add it up, as bits.
    adding: Vec<Vec<u64>>,
    shown: Vec<u64>,
    pinned: Vec<u64>,
    truth: Alternative,
    lowest: Vec<Extreme>,
    highest: Vec<Extreme>,
    /// What each alternative changes.
    proofs: Vec<Vec<u64>>,
    /// For a plain table of two dimensions its figures as a circulation.
    circulation: Option<Circulation>,
    widest: i64,
}

impl<'a> Search<'a> {
    fn new(cells: &'a Cells, entries: &'a [Entry]) -> Self {
        let mut strides = Vec::with_capacity(cells.sizes.len());
        let mut stride = 1_usize;
        for size in cells.sizes.iter().rev() {
            strides.push(stride);
            stride = stride.saturating_mul(*size);
        }
        strides.reverse();
        let tells_apart = cells.sizes.iter().enumerate().map(|(dimension, size)| {
            let pairs = (0..*size).flat_map(|one| (0..=*size).map(move |other| (one, other)));
            let apart = |(one, other)| {
                bits(entries.iter().map(|entry| {
                    let set = entry.sets.get(dimension).copied().unwrap_or(0);
                    let holds = |category: usize| category < *size && set & (1 << category) != 0;
                    holds(one) != holds(other)
                }))
            };
            pairs.map(apart).collect()
        });
        let adding = (0..cells.counts.len()).map(|cell| {
            bits(entries.iter().map(|entry| {
                let mut places = cells.sizes.iter().zip(&strides).zip(&entry.sets);
                places.all(|((size, stride), set)| set & (1 << (cell / stride % size)) != 0)
            }))
        });
        let groupings = groupings(cells.sizes.len());
        let shown = bits(entries.iter().map(|entry| entry.standing != Standing::Unseen));
        let unmoved: Vec<Extreme> = entries.iter().map(|entry| Extreme { count: entry.count, proof: None }).collect();
        Self {
            cells,
            entries,
            tells_apart: tells_apart.collect(),
            adding: adding.collect(),
            sums_within: sums_within(&groupings, &cells.sizes, entries),
            groupings,
            strides,
            pinned: bits(entries.iter().map(|entry| entry.standing == Standing::AlreadyShown)),
            truth: Alternative {
                cells: cells.counts.clone(),
                figures: entries.iter().map(|entry| entry.count).collect(),
                changed: vec![0; shown.len()],
            },
            shown,
            lowest: unmoved.clone(),
            highest: unmoved,
            proofs: Vec::new(),
            circulation: Circulation::of(cells, entries),
            widest: entries.iter().map(|entry| entry.width).max().unwrap_or(0),
        }
    }

    /// Whatever must not be known, the broad totals first: they force the most.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> =
            self.entries.iter().enumerate().filter(|(_, entry)| entry.width > 0).map(|(figure, _)| figure).collect();
        order.sort_by_key(|figure| {
            let sets = self.entries.get(*figure).map_or(&[][..], |entry| entry.sets.as_slice());
            let cells: u32 = sets.iter().map(|set| set.count_ones()).fold(1, u32::saturating_mul);
            (std::cmp::Reverse(cells), *figure)
        });
        order
    }

    fn is_hidden(&self, figure: usize) -> bool {
        !has(&self.shown, figure)
    }

    /// Whether the figure was asked for, harmless in itself, and is hidden to protect another.
    fn secondary(&self, figure: usize) -> bool {
        self.is_hidden(figure)
            && self.entries.get(figure).is_some_and(|entry| entry.standing == Standing::Free && entry.width == 0)
    }

    fn proved(&self, figure: usize) -> i64 {
        let count = |extremes: &[Extreme]| extremes.get(figure).map_or(0, |extreme| extreme.count);
        count(&self.highest) - count(&self.lowest)
    }

    /// How far the possible values of a hidden figure must lie apart: a secondary one needs two values.
    fn wanted(&self, figure: usize) -> i64 {
        if self.secondary(figure) { 1 } else { self.entries.get(figure).map_or(0, |entry| entry.width) }
    }

    fn protect(&mut self, figure: usize, may_hide: bool) -> bool {
        self.reach(figure, self.wanted(figure), may_hide)
    }

    /// Looks for two possible tables in which `figure` differs by `width`; hides more for it if it may.
    fn reach(&mut self, figure: usize, width: i64, may_hide: bool) -> bool {
        if self.proved(figure) >= width {
            return true;
        }
        let mut most = self.truth.clone();
        let mut least = self.truth.clone();
        loop {
            let need = width - (value(&most.figures, figure) - value(&least.figures, figure));
            if need <= 0 {
                return true;
            }
            let found = match &self.circulation {
                Some(circulation) => self.cheapest_cycle(circulation, figure, &most, &least, need, may_hide),
                None => self.cheapest(figure, &most, &least, need, may_hide),
            };
            let Some(shift) = found else {
                return false;
            };
            self.apply(&shift, if shift.gains { &mut most } else { &mut least });
        }
    }

    /// The shift that moves `figure` further for the least loss of information; none if nothing moves it.
    fn cheapest(
        &self,
        figure: usize,
        most: &Alternative,
        least: &Alternative,
        need: i64,
        may_hide: bool,
    ) -> Option<Shift> {
        let sets = self.entries.get(figure).map(|entry| entry.sets.as_slice())?;
        let mut walk = Walk { search: self, sets, most, least, need, may_hide, best: None, finished: false };
        let all = vec![u64::MAX; self.shown.len()];
        walk.down(0, &all, &[(0, true)]);
        if walk.best.as_ref().is_none_or(|best| best.cost > 0) {
            walk.across(figure);
        }
        walk.best
    }

    /// As [`Self::cheapest`], in a plain two-dimensional table, where it can be answered exactly: every way to move a
    /// figure is a set of cycles through its arc.
    fn cheapest_cycle(
        &self,
        circulation: &Circulation,
        figure: usize,
        most: &Alternative,
        least: &Alternative,
        need: i64,
        may_hide: bool,
    ) -> Option<Shift> {
        let target = circulation.arcs.iter().find(|arc| arc.figure == figure)?;
        let mut cycle =
            Cycle { search: self, circulation, target, table: most, gains: true, need, least: 1, may_hide: false };
        let mut best: Option<Shift> = None;
        // First what costs nothing; only then what hides more, where one large shift can be cheaper than many.
        for (least_amount, hiding) in [(1, false), (need, true), ((need + 1) / 2, true), (1, true)] {
            if hiding && (!may_hide || best.as_ref().is_some_and(|best| best.cost == 0)) {
                break;
            }
            for (gains, table) in [(true, most), (false, least)] {
                cycle = Cycle { table, gains, least: least_amount, may_hide: hiding, ..cycle };
                let better =
                    |found: &Shift| best.as_ref().is_none_or(|best| best.is_beaten_by(found.amount, found.cost));
                if let Some(found) = cycle.cheapest().filter(better) {
                    best = Some(found);
                }
            }
        }
        best
    }

    /// What `dimension` contributes to the number of a cell.
    fn part(&self, cell: usize, dimension: usize) -> usize {
        match (self.strides.get(dimension), self.cells.sizes.get(dimension)) {
            (Some(stride), Some(size)) => cell / stride % size * stride,
            _ => 0,
        }
    }

    fn telling_apart(&self, dimension: usize, (one, other): Pair) -> &[u64] {
        let size = self.cells.sizes.get(dimension).copied().unwrap_or(0);
        let index = one * (size + 1) + other.unwrap_or(size);
        self.tells_apart.get(dimension).and_then(|pairs| pairs.get(index)).map_or(&[], Vec::as_slice)
    }

    /// Shifts units in `table`, hides what that changes, and remembers how far each figure has moved.
    fn apply(&mut self, shift: &Shift, table: &mut Alternative) {
        let amount = if shift.gains { shift.amount } else { -shift.amount };
        for (cell, gains) in &shift.corners {
            if let Some(count) = table.cells.get_mut(*cell) {
                *count += if *gains { amount } else { -amount };
            }
        }
        for (all, changed) in table.changed.iter_mut().zip(&shift.changed) {
            *all |= changed;
        }
        for (shown, changed) in self.shown.iter_mut().zip(&shift.changed) {
            *shown &= !changed;
        }
        let proof = Some(self.proofs.len());
        self.proofs.push(table.changed.clone());
        let extremes = self.lowest.iter_mut().zip(&mut self.highest);
        for (figure, (count, (lowest, highest))) in table.figures.iter_mut().zip(extremes).enumerate() {
            if !has(&shift.changed, figure) {
                continue;
            }
            for (cell, gains) in &shift.corners {
                if self.adding.get(*cell).is_some_and(|adding| has(adding, figure)) {
                    *count += if *gains { amount } else { -amount };
                }
            }
            if *count < lowest.count {
                *lowest = Extreme { count: *count, proof };
            }
            if *count > highest.count {
                *highest = Extreme { count: *count, proof };
            }
        }
    }

    /// Shows `figure` again and drops every proof that needed it hidden.
    fn uncover(&mut self, figure: usize) {
        set(&mut self.shown, figure);
        for (entry, extreme) in
            self.entries.iter().zip(&mut self.lowest).chain(self.entries.iter().zip(&mut self.highest))
        {
            let proof = extreme.proof.and_then(|proof| self.proofs.get(proof));
            if proof.is_some_and(|changed| has(changed, figure)) {
                *extreme = Extreme { count: entry.count, proof: None };
            }
        }
    }

    /// Takes back what turned out not to be needed, the most valuable figures first.
    fn show_again(&mut self, order: &[usize]) {
        let mut candidates: Vec<usize> = (0..self.entries.len()).filter(|figure| self.secondary(*figure)).collect();
        candidates.sort_by_key(|figure| (std::cmp::Reverse(self.loss(*figure)), *figure));
        for candidate in candidates {
            let before = (self.shown.clone(), self.lowest.clone(), self.highest.clone());
            self.uncover(candidate);
            let safe = order.iter().all(|figure| self.protect(*figure, false))
                && (0..self.entries.len()).all(|figure| !self.secondary(figure) || self.protect(figure, false));
            if !safe {
                (self.shown, self.lowest, self.highest) = before;
            }
        }
    }

    /// What is lost by hiding a figure, and a little for the gap itself.
    fn loss(&self, figure: usize) -> i64 {
        self.widest + self.entries.get(figure).map_or(0, |entry| entry.loss)
    }
}

/// The walk over all shifts that move one figure, dimension by dimension.
struct Walk<'a, 'b> {
    search: &'b Search<'a>,
    sets: &'b [u64],
    most: &'b Alternative,
    least: &'b Alternative,
    need: i64,
    may_hide: bool,
    best: Option<Shift>,
    finished: bool,
}

impl Walk<'_, '_> {
    fn down(&mut self, dimension: usize, changed: &[u64], corners: &[(usize, bool)]) {
        let (Some(set), Some(size), Some(stride)) = (
            self.sets.get(dimension).copied(),
            self.search.cells.sizes.get(dimension).copied(),
            self.search.strides.get(dimension).copied(),
        ) else {
            self.consider(changed, corners);
            return;
        };
        let last = dimension + 1 == self.sets.len();
        let mut narrowed = Vec::with_capacity(changed.len());
        for one in (0..size).filter(|category| set & (1 << category) != 0) {
            let others = (0..size).filter(|category| set & (1 << category) == 0).map(Some);
            for other in others.chain([None]) {
                if self.finished {
                    return;
                }
                let corners = with_pair(corners, (one, other), stride);
                if last && self.room(&corners) == (0, 0) {
                    continue;
                }
                let mask = self.search.telling_apart(dimension, (one, other));
                narrowed.clear();
                narrowed.extend(changed.iter().zip(mask).map(|(changed, mask)| changed & mask));
                self.down(dimension + 1, &narrowed, &corners);
            }
        }
    }

    /// Whether something that costs nothing has been found.
    fn is_free(&self) -> bool {
        self.best.as_ref().is_some_and(|best| best.cost == 0)
    }

    /// Shifts in which the dimensions do not go in pairs. They change more figures than pairs do, but where few sums
    /// are shown they reach cells that pairs do not.
    fn across(&mut self, figure: usize) {
        let cells = 0..self.search.adding.len();
        let (inside, outside): (Vec<usize>, Vec<usize>) = cells.partition(|cell| self.adds(*cell, figure));
        for one in &inside {
            self.recombine(*one, &outside, figure);
        }
        if self.is_free() {
            return;
        }
        for one in &inside {
            self.exchange_with(*one, &outside, figure);
        }
    }

    fn adds(&self, cell: usize, figure: usize) -> bool {
        self.search.adding.get(cell).is_some_and(|adding| has(adding, figure))
    }

    /// Lets `one` gain by taking apart other cells: the dimensions are put into groups, for each group a cell is looked
    /// for that no shown sum over these dimensions tells from `one` and that has many units, and what remains of those
    /// cells is put together anew.
    fn recombine(&mut self, one: usize, outside: &[usize], figure: usize) {
        let search = self.search;
        for groups in &search.groupings {
            let count = groups.iter().max().map_or(0, |last| last + 1);
            let donors: Vec<Vec<usize>> = (0..count)
                .map(|group| {
                    let sums = search.sums_within.get(&members(groups, group)).map_or(&[][..], Vec::as_slice);
                    let agrees = |cell: &usize| {
                        let (own, other) = (search.adding.get(one), search.adding.get(*cell));
                        let pairs = own.into_iter().flatten().zip(other.into_iter().flatten());
                        pairs
                            .zip(sums)
                            .zip(&search.shown)
                            .all(|(((own, other), sums), shown)| (own ^ other) & sums & shown == 0)
                    };
                    let has_units = |cell: &usize| value(&self.most.cells, *cell) > 0;
                    let mut found: Vec<usize> = outside.iter().copied().filter(has_units).filter(agrees).collect();
                    found.sort_by_key(|cell| (std::cmp::Reverse(value(&self.most.cells, *cell)), *cell));
                    found.truncate(DONORS);
                    found
                })
                .collect();
            let mut choices: Vec<Vec<usize>> = vec![Vec::new()];
            for donors in &donors {
                choices = choices
                    .iter()
                    .flat_map(|begun| donors.iter().map(|donor| begun.iter().copied().chain([*donor]).collect()))
                    .collect();
            }
            for chosen in choices {
                // The k-th new cell takes each group from the k-th of the cells that were chosen for other groups.
                let made = (0..count.saturating_sub(1)).map(|new| {
                    groups
                        .iter()
                        .enumerate()
                        .map(|(at, group)| {
                            let from = if new < *group { new } else { new + 1 };
                            chosen.get(from).map_or(0, |cell| search.part(*cell, at))
                        })
                        .sum::<usize>()
                });
                let mut corners: Corners = vec![(one, true)];
                corners.extend(made.map(|cell| (cell, true)));
                corners.extend(chosen.iter().map(|cell| (*cell, false)));
                self.exchange(&corners, figure);
                if self.finished {
                    return;
                }
            }
        }
    }

    /// Exchanges between `one` and any cell outside, and rectangles of which one side is such an exchange.
    fn exchange_with(&mut self, one: usize, outside: &[usize], figure: usize) {
        for other in outside {
            self.exchange(&[(one, true), (*other, false)], figure);
        }
        for (size, stride) in self.search.cells.sizes.iter().zip(&self.search.strides) {
            let own = one / stride % size;
            for other in (0..self.search.adding.len()).filter(|cell| *cell != one && cell / stride % size == own) {
                for category in (0..*size).filter(|category| *category != own) {
                    let moved = |cell: usize| cell + category * stride - own * stride;
                    self.exchange(&[(one, true), (other, false), (moved(one), false), (moved(other), true)], figure);
                }
            }
        }
    }

    /// Considers a shift between these cells if it moves the figure by one.
    fn exchange(&mut self, corners: &[(usize, bool)], figure: usize) {
        let sign = |gains: bool| if gains { 1 } else { -1 };
        let gained: i32 =
            corners.iter().filter(|(cell, _)| self.adds(*cell, figure)).map(|(_, gains)| sign(*gains)).sum();
        let twice =
            corners.iter().enumerate().any(|(at, (cell, _))| corners.iter().take(at).any(|(other, _)| other == cell));
        if self.finished || gained != 1 || twice || self.room(corners) == (0, 0) {
            return;
        }
        // A figure is unchanged if as many of its cells gain as lose: both are counted in binary, 64 figures at once.
        let words = self.search.shown.len();
        let mut changed = vec![0_u64; words];
        for (word, changed) in changed.iter_mut().enumerate() {
            let mut counts = [[0_u64; 4]; 2];
            for (cell, gains) in corners {
                let mut carry = self.search.adding.get(*cell).and_then(|adding| adding.get(word)).copied().unwrap_or(0);
                for digit in counts.get_mut(usize::from(*gains)).into_iter().flatten() {
                    (*digit, carry) = (*digit ^ carry, *digit & carry);
                }
            }
            let [loss, gain] = counts;
            *changed = loss.iter().zip(&gain).fold(0, |different, (loss, gain)| different | (loss ^ gain));
        }
        self.consider(&changed, corners);
    }

    /// How many units the shift can move so that the figure gains, and so that it loses.
    fn room(&self, corners: &[(usize, bool)]) -> (i64, i64) {
        let (mut gain, mut lose) = (self.need, self.need);
        for (cell, gains) in corners {
            if !self.search.cells.possible.get(*cell).copied().unwrap_or(false) {
                return (0, 0);
            }
            if *gains {
                lose = lose.min(value(&self.least.cells, *cell));
            } else {
                gain = gain.min(value(&self.most.cells, *cell));
            }
        }
        (gain, lose)
    }

    fn consider(&mut self, changed: &[u64], corners: &[(usize, bool)]) {
        let (gain, lose) = self.room(corners);
        let (gains, amount) = if gain >= lose { (true, gain) } else { (false, lose) };
        if amount == 0 {
            return;
        }
        let mut cost = 0_i64;
        for (word, ((changed, shown), pinned)) in
            changed.iter().zip(&self.search.shown).zip(&self.search.pinned).enumerate()
        {
            if changed & pinned != 0 {
                return;
            }
            let mut newly = changed & shown;
            if newly != 0 && !self.may_hide {
                return;
            }
            while newly != 0 {
                cost = cost.saturating_add(self.search.loss(word * 64 + bit_index(newly)));
                newly &= newly - 1;
            }
        }
        if self.best.as_ref().is_none_or(|best| best.is_beaten_by(amount, cost)) {
            let (corners, changed) = (corners.to_vec(), changed.to_vec());
            self.best = Some(Shift { corners, changed, gains, amount, cost });
            self.finished = cost == 0 && amount >= self.need;
        }
    }
}

/// The corners of a shift after one more dimension: each corner stays where the category gains and is mirrored where
/// the other loses.
fn with_pair(corners: &[(usize, bool)], (one, other): Pair, stride: usize) -> Corners {
    let gaining = corners.iter().map(|(cell, gains)| (cell + one * stride, *gains));
    let losing =
        other.into_iter().flat_map(|other| corners.iter().map(move |(cell, gains)| (cell + other * stride, !gains)));
    gaining.chain(losing).collect()
}

/// The figures of a plain two-dimensional table, cells and margins, as arcs between its lines.
struct Circulation {
    arcs: Vec<Arc>,
    /// For each node the arcs that leave it (true) or enter it.
    at: Vec<Vec<(usize, bool)>>,
}

impl Circulation {
    /// None if there are not two dimensions, or figures that are neither cells nor margins.
    fn of(cells: &Cells, entries: &[Entry]) -> Option<Self> {
        let [rows, columns] = *cells.sizes.as_slice() else {
            return None;
        };
        if rows < 2 || columns < 2 {
            return None;
        }
        let one_of = |set: u64, size: usize| match set.count_ones() {
            1 => Some(Some(bit_index(set))),
            ones => (usize::try_from(ones) == Ok(size)).then_some(None),
        };
        let (total_from, total_to) = (rows + columns, rows + columns + 1);
        let mut arcs = Vec::with_capacity(entries.len());
        for (figure, entry) in entries.iter().enumerate() {
            let [row_set, column_set] = *entry.sets.as_slice() else {
                return None;
            };
            let (tail, head, cell) = match (one_of(row_set, rows)?, one_of(column_set, columns)?) {
                (Some(row), Some(column)) => (row, rows + column, Some(row * columns + column)),
                (Some(row), None) => (total_from, row, None),
                (None, Some(column)) => (rows + column, total_to, None),
                (None, None) => (total_to, total_from, None),
            };
            if cell.is_none_or(|cell| cells.possible.get(cell).copied().unwrap_or(false)) {
                arcs.push(Arc { tail, head, figure, cell });
            }
        }
        let mut at = vec![Vec::new(); total_to + 1];
        for (index, arc) in arcs.iter().enumerate() {
            for (node, forward) in [(arc.tail, true), (arc.head, false)] {
                if let Some(arcs) = at.get_mut(node) {
                    arcs.push((index, forward));
                }
            }
        }
        Some(Self { arcs, at })
    }
}

/// The search for a cycle through the arc of one figure.
#[derive(Clone, Copy)]
struct Cycle<'a, 'b> {
    search: &'b Search<'a>,
    circulation: &'b Circulation,
    target: &'b Arc,
    table: &'b Alternative,
    gains: bool,
    /// The most units to shift.
    need: i64,
    /// The fewest.
    least: i64,
    may_hide: bool,
}

/// The best way to a node so far.
#[derive(Clone, Copy)]
struct Way {
    cost: i64,
    length: usize,
    arc: usize,
    forward: bool,
    settled: bool,
}

impl Cycle<'_, '_> {
    fn room(&self, arc: &Arc, forward: bool) -> i64 {
        if forward { self.need } else { value(&self.table.figures, arc.figure).min(self.need) }
    }

    /// What it costs to use an arc; none if it must not be used.
    fn cost(&self, arc: &Arc, forward: bool) -> Option<i64> {
        let shown = has(&self.search.shown, arc.figure);
        let barred = shown && (!self.may_hide || has(&self.search.pinned, arc.figure));
        let usable = arc.figure != self.target.figure && !barred && self.room(arc, forward) >= self.least;
        usable.then(|| if shown { self.search.loss(arc.figure) } else { 0 })
    }

    /// The cycle that hides least, by Dijkstra's shortest path from one end of the target's arc to the other.
    fn cheapest(&self) -> Option<Shift> {
        if self.room(self.target, self.gains) < self.least {
            return None;
        }
        let (tail, head) = (self.target.tail, self.target.head);
        let (from, to) = if self.gains { (head, tail) } else { (tail, head) };
        let mut ways: Vec<Option<Way>> = vec![None; self.circulation.at.len()];
        let (mut node, mut cost, mut length) = (from, 0, 0);
        while node != to {
            for (index, forward) in self.circulation.at.get(node)? {
                let arc = self.circulation.arcs.get(*index)?;
                let next = if *forward { arc.head } else { arc.tail };
                let Some(step) = self.cost(arc, *forward).filter(|_| next != from) else {
                    continue;
                };
                let (cost, length) = (cost + step, length + 1);
                if let Some(way) = ways.get_mut(next)
                    && way.is_none_or(|known| (cost, length) < (known.cost, known.length))
                {
                    *way = Some(Way { cost, length, arc: *index, forward: *forward, settled: false });
                }
            }
            let open = ways.iter_mut().enumerate().filter_map(|(node, way)| way.as_mut().map(|way| (node, way)));
            let (nearest, way) =
                open.filter(|(_, way)| !way.settled).min_by_key(|(node, way)| (way.cost, way.length, *node))?;
            way.settled = true;
            (node, cost, length) = (nearest, way.cost, way.length);
        }
        let mut amount = self.room(self.target, self.gains);
        let mut corners: Corners = self.target.cell.map(|cell| (cell, true)).into_iter().collect();
        let mut changed = vec![0; self.search.shown.len()];
        set(&mut changed, self.target.figure);
        while node != from {
            let way = ways.get(node).copied().flatten()?;
            let arc = self.circulation.arcs.get(way.arc)?;
            amount = amount.min(self.room(arc, way.forward));
            corners.extend(arc.cell.map(|cell| (cell, way.forward == self.gains)));
            set(&mut changed, arc.figure);
            node = if way.forward { arc.tail } else { arc.head };
        }
        Some(Shift { corners, changed, gains: self.gains, amount, cost })
    }
}

/// The dimensions of one group, as bits.
fn members(groups: &[usize], group: usize) -> usize {
    groups.iter().enumerate().filter(|(_, of)| **of == group).fold(0, |set, (dimension, _)| set | 1 << dimension)
}

fn sums_within(groupings: &[Vec<usize>], sizes: &[usize], entries: &[Entry]) -> BTreeMap<usize, Vec<u64>> {
    let all = groupings.iter().flat_map(|groups| groups.iter().map(|group| members(groups, *group)));
    all.map(|set| {
        let depends_on_set_only = |entry: &Entry| {
            let restricted = entry.sets.iter().zip(sizes).enumerate();
            restricted
                .filter(|(dimension, _)| set & (1 << dimension) == 0)
                .all(|(_, (sets, size))| usize::try_from(sets.count_ones()) == Ok(*size))
        };
        (set, bits(entries.iter().map(depends_on_set_only)))
    })
    .collect()
}

/// All ways to put `dimensions` dimensions into at least two groups; groups are numbered as they first occur.
fn groupings(dimensions: usize) -> Vec<Vec<usize>> {
    let mut ways: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..dimensions {
        ways = ways
            .iter()
            .flat_map(|begun| {
                let next = begun.iter().max().map_or(0, |last| last + 1);
                (0..=next).map(move |group| begun.iter().copied().chain([group]).collect())
            })
            .collect();
    }
    ways.retain(|way: &Vec<usize>| way.iter().any(|group| *group > 0));
    ways
}

fn bit_index(word: u64) -> usize {
    usize::try_from(word.trailing_zeros()).unwrap_or(0)
}

fn bits(flags: impl Iterator<Item = bool>) -> Vec<u64> {
    let mut words = Vec::new();
    for (index, flag) in flags.enumerate() {
        if index % 64 == 0 {
            words.push(0);
        }
        if flag {
            set(&mut words, index);
        }
    }
    words
}

fn has(words: &[u64], index: usize) -> bool {
    words.get(index / 64).is_some_and(|word| word & (1 << (index % 64)) != 0)
}

fn set(words: &mut [u64], index: usize) {
    if let Some(word) = words.get_mut(index / 64) {
        *word |= 1 << (index % 64);
    }
}

fn value(values: &[i64], index: usize) -> i64 {
    values.get(index).copied().unwrap_or(0)
}
