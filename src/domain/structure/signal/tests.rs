//! What signal detection promises, held against made-up districts.

use std::collections::BTreeSet;

use super::*;

/// A small generator of its own, so that the districts are the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn code(&mut self, sides: u64) -> u32 {
        u32::try_from(self.roll(sides)).unwrap()
    }

    /// A code of `codes`; the first is the most frequent, the last one by far not.
    fn skewed(&mut self, codes: u64) -> u32 {
        let weight = |code: u64| 1000 / (code + 3);
        let mut roll = self.roll((0..codes).map(weight).sum());
        let found = (0..codes).find(|code| {
            let found = roll < weight(*code);
            roll = roll.saturating_sub(weight(*code));
            found
        });
        u32::try_from(found.unwrap()).unwrap()
    }

    fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            values.swap(last, usize::try_from(self.roll(u64::try_from(last).unwrap() + 1)).unwrap());
        }
    }
}

const KINDS: u64 = 19;
const NEEDS: u64 = 24;
const SPHERES: u64 = 15;
const INSTITUTIONS: u64 = 20;
const TOWNS: u64 = 11;

/// A context as it comes in life: the sphere goes with the need area, the institution with the sphere, and some of both
/// were not stated.
fn context(dice: &mut Dice, municipality: u32) -> Context {
    let need_area = dice.skewed(NEEDS);
    let legal_sphere = match dice.roll(10) {
        0 => None,
        1..=6 => Some(need_area % 15),
        _ => Some(dice.skewed(SPHERES)),
    };
    let institution = match (dice.roll(10), legal_sphere) {
        (0..=1, _) => None,
        (2..=6, Some(sphere)) => Some(sphere + 1),
        _ => Some(dice.skewed(INSTITUTIONS)),
    };
    [Some(need_area), legal_sphere, institution, Some(municipality)]
}

fn barrier(kind: u32, context: Context, case: u32, case_manager: u32) -> Barrier {
    let [need_area, legal_sphere, institution, municipality] = context;
    Barrier {
        kind,
        need_area: need_area.unwrap(),
        legal_sphere,
        institution,
        municipality: municipality.unwrap(),
        stratum: 0,
        case,
        case_manager,
    }
}

/// A district in which no kind depends on anything.
fn district(dice: &mut Dice, cases: u32) -> Vec<Barrier> {
    let mut barriers = Vec::new();
    for case in 0..cases {
        let town = dice.skewed(TOWNS);
        let case_manager = town + 11 * dice.code(2);
        for _ in 0..=dice.roll(5) {
            barriers.push(barrier(dice.skewed(KINDS), context(dice, town), case, case_manager));
        }
    }
    barriers
}

fn cases_of(barriers: &[Barrier], combination: &Combination) -> BTreeSet<u32> {
    barriers.iter().filter(|barrier| combination.includes(barrier)).map(|barrier| barrier.case).collect()
}

fn share(part: usize, all: usize) -> f64 {
    if all == 0 { 1.0 } else { f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(all).unwrap()) }
}

/// Dimensions of the context that are named, in the order of [`Context`].
const PLANS: [[bool; 4]; 10] = [
    [true, false, false, false],
    [false, false, true, false],
    [true, false, false, true],
    [true, false, true, false],
    [false, false, true, true],
    [false, true, true, false],
    [true, true, true, false],
    [true, false, true, true],
    [true, true, true, true],
    [true, true, false, true],
];

/// Plants one combination of each plan: barriers are added to random cases until it is seen in `times` as many cases as it
/// would be, and in `extra` more.
fn plant(dice: &mut Dice, barriers: &mut Vec<Barrier>, times: f64, extra: usize) -> Vec<Combination> {
    let background = barriers.clone();
    let mut planted: Vec<Combination> = Vec::new();
    while let Some(plan) = PLANS.get(planted.len()) {
        let model = background[usize::try_from(dice.roll(u64::try_from(background.len()).unwrap())).unwrap()];
        let asked: Vec<Option<u32>> =
            context_of(&model).into_iter().zip(plan).map(|(code, named)| code.filter(|_| *named)).collect();
        let combination = Combination::new(1 + dice.code(KINDS - 1), asked.try_into().unwrap());
        let dimensions = 1 + plan.iter().filter(|named| **named).count();
        // One kind is planted once at most, so that what is true about it is clear.
        if combination.dimensions() != dimensions || planted.iter().any(|other| other.kind == combination.kind) {
            continue;
        }
        let like: Vec<&Barrier> =
            background.iter().filter(|it| holds_all(&combination.context(), &context_of(it))).collect();
        let of_kind = background.iter().filter(|it| it.kind == combination.kind).count();
        let expected = share(like.len(), 1) * share(of_kind, background.len());
        let enough = (expected * times).max(expected + share(extra, 1));
        let towns: BTreeSet<u32> = like.iter().map(|it| it.municipality).collect();
        let hosts: Vec<&Barrier> = background.iter().filter(|it| towns.contains(&it.municipality)).collect();
        // Not where more than half of the cases would have to have it.
        if 2.0 * enough > share(hosts.iter().map(|it| it.case).collect::<BTreeSet<_>>().len(), 1) {
            continue;
        }
        let mut seen = cases_of(barriers, &combination);
        while share(seen.len(), 1) < enough {
            let one_of = |dice: &mut Dice, barriers: &[&Barrier]| {
                *barriers[usize::try_from(dice.roll(u64::try_from(barriers.len()).unwrap())).unwrap()]
            };
            // In a context that is there anyway, so that nothing but the kind stands out.
            let (place, host) = (one_of(dice, &like), one_of(dice, &hosts));
            if place.municipality == host.municipality && seen.insert(host.case) {
                let Barrier { case, case_manager, .. } = host;
                barriers.push(Barrier { kind: combination.kind, case, case_manager, ..place });
            }
        }
        planted.push(combination);
    }
    planted
}

#[derive(Default)]
struct Score {
    planted: usize,
    found: usize,
    signals: usize,
    exact: usize,
    same: usize,
}

impl Score {
    fn add(&mut self, barriers: &[Barrier], planted: &[Combination], signals: &[Signal]) {
        let alike = |one: &Combination, other: &Combination| {
            if one.kind != other.kind {
                return false;
            }
            let (one, other) = (cases_of(barriers, one), cases_of(barriers, other));
            2 * one.intersection(&other).count() >= one.union(&other).count()
        };
        self.planted += planted.len();
        self.signals += signals.len();
        self.exact += signals.iter().filter(|signal| planted.contains(&signal.combination)).count();
        self.same += signals.iter().filter(|it| planted.iter().any(|own| alike(own, &it.combination))).count();
        self.found += planted.iter().filter(|own| signals.iter().any(|it| alike(own, &it.combination))).count();
    }
}

#[test]
#[ignore = "prints"]
fn explore() {
    for cases in [400, 1500, 5000, 20_000] {
        for (times, extra) in [(2.0, 6), (3.0, 8), (3.0, 10), (4.0, 12), (5.0, 20)] {
            let mut score = Score::default();
            let mut out = 0;
            let mut before = 0;
            let mut tested = 0;
            for seed in 0..10 {
                let mut dice = Dice(seed);
                let mut barriers = district(&mut dice, cases);
                let planted = plant(&mut dice, &mut barriers, times, extra);
                let d = detect(
                    barriers.iter().copied(),
                    &Thresholds {
                        false_discovery_rate: std::env::var("RATE").map_or(0.05, |r| r.parse().unwrap()),
                        ..Thresholds::PRESET
                    },
                )
                .unwrap();
                score.add(&barriers, &planted, &d.signals);
                out += d.signals.len();
                before += d.standing_out;
                tested = d.tested;
                if std::env::var("SHOW").is_ok() && cases >= 5000 && seed < 4 && extra >= 12 {
                    for s in &d.signals {
                        println!(
                            "{:?} {} E={:.2} r={:.2} lb={:.2} u={:.2e} {}",
                            s.combination,
                            s.cases,
                            s.expected,
                            s.ratio,
                            s.lower_bound,
                            s.false_alarms,
                            planted.contains(&s.combination)
                        );
                    }
                    for p in planted.iter() {
                        if !d.signals.iter().any(|s| s.combination == *p) {
                            println!("missed {p:?} n={}", cases_of(&barriers, p).len());
                        }
                    }
                }
            }
            println!(
                "cases {cases} times {times} extra {extra}: tested {tested} standing {before} signals {out} precision exact {:.3} same {:.3} recall exact {:.3} same {:.3}",
                share(score.exact, score.signals),
                share(score.same, score.signals),
                share(score.exact, score.planted),
                share(score.found, score.planted)
            );
        }
    }
}

#[test]
#[ignore = "prints"]
fn explore_null() {
    for cases in [200, 1000, 5000] {
        for mode in 0..3 {
            let mut alarms = 0;
            let mut total = 0;
            let runs = if cases == 5000 { 100 } else { 300 };
            for seed in 0..runs {
                let mut dice = Dice(seed + 1000);
                let mut b = district(&mut dice, cases);
                if mode >= 1 {
                    plant(&mut dice, &mut b, 4.0, 12);
                }
                if mode == 1 {
                    let mut kinds: Vec<u32> = b.iter().map(|b| b.kind).collect();
                    dice.shuffle(&mut kinds);
                    for (b, k) in b.iter_mut().zip(kinds) {
                        b.kind = k;
                    }
                }
                if mode == 2 {
                    let mut c: Vec<_> = b.iter().map(|b| b.kind).collect();
                    dice.shuffle(&mut c);
                    for (b, k) in b.iter_mut().zip(c) {
                        b.kind = k;
                    }
                    let mut c: Vec<_> = b.iter().map(|b| b.need_area).collect();
                    dice.shuffle(&mut c);
                    for (b, k) in b.iter_mut().zip(c) {
                        b.need_area = k;
                    }
                    let mut c: Vec<_> = b.iter().map(|b| b.legal_sphere).collect();
                    dice.shuffle(&mut c);
                    for (b, k) in b.iter_mut().zip(c) {
                        b.legal_sphere = k;
                    }
                    let mut c: Vec<_> = b.iter().map(|b| b.institution).collect();
                    dice.shuffle(&mut c);
                    for (b, k) in b.iter_mut().zip(c) {
                        b.institution = k;
                    }
                    let mut c: Vec<_> = b.iter().map(|b| b.municipality).collect();
                    dice.shuffle(&mut c);
                    for (b, k) in b.iter_mut().zip(c) {
                        b.municipality = k;
                    }
                }
                let d = detect(b, &Thresholds::PRESET).unwrap();
                alarms += usize::from(!d.signals.is_empty());
                total += d.signals.len();
            }
            println!("cases {cases} mode {mode}: runs {runs} with alarm {alarms} total {total}");
        }
    }
}
#[test]
#[ignore = "prints"]
fn explore_slack() {
    for cases in [400, 1500, 5000] {
        let mut least: Vec<f64> = (0..200)
            .map(|seed| {
                let mut dice = Dice(seed + 5000);
                let b = district(&mut dice, cases);
                let table = Table::new(b);
                let (c, _) = table.candidates(&Thresholds { ..Thresholds::PRESET });
                c.iter().map(|c| c.at_first.false_alarms).fold(1e9, f64::min)
            })
            .collect();
        least.sort_by(f64::total_cmp);
        println!("slack {cases}: 1% {} 5% {} 10% {} 50% {}", least[2], least[10], least[20], least[100]);
    }
}
#[test]
#[ignore = "prints"]
fn timing() {
    for (what, kinds_depend, towns) in [("plain", false, TOWNS), ("dependent", true, TOWNS), ("many towns", true, 300)]
    {
        let mut dice = Dice(7);
        let mut b = Vec::new();
        for case in 0..100_000 {
            let town = dice.skewed(towns);
            let cm = town * 3 + dice.code(3);
            for _ in 0..3 {
                let c = context(&mut dice, town);
                let mut k = dice.skewed(KINDS);
                if kinds_depend {
                    match dice.roll(5) {
                        0 => k = c[0].unwrap() % 19,
                        1 => k = c[2].unwrap_or(3) % 19,
                        2 => k = (town * 7 + c[0].unwrap()) % 19,
                        _ => {}
                    }
                }
                b.push(barrier(k, c, case, cm));
            }
        }
        if !kinds_depend {
            plant(&mut dice, &mut b, 4.0, 12);
        }
        let t = std::time::Instant::now();
        let n = b.len();
        let d = detect(b, &Thresholds::PRESET).unwrap();
        println!(
            "{what} {n}: {:?} tested {} standing {} signals {}",
            t.elapsed(),
            d.tested,
            d.standing_out,
            d.signals.len()
        );
    }
    println!(
        "{}",
        std::fs::read_to_string("/proc/self/status").unwrap().lines().find(|l| l.starts_with("VmHWM")).unwrap()
    );
}
