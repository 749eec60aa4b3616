//! The job that looks for signals: once a day, and whenever it is asked to. What it finds takes the place of what it found
//! before.

use std::collections::BTreeSet;
use std::hash::Hash;
use std::time::Duration;

use chrono::{DateTime, Utc};
use entity::codes::LegalSphere;
use entity::ids::{AccountId, CaseId, DistrictId, Identifier, MunicipalityId, OrganisationId, SignalId};
use tokio_util::sync::CancellationToken;

use crate::access::{Actor, verb};
use crate::clock::{SharedClock, legal_day};
use crate::domain::structure::signal::{Barrier, Interner, Signal as Found, Thresholds, detect};
use crate::error::Failure;
use crate::store::Store;
use crate::store::structure::setting::{self, StructureSetting};
use crate::store::structure::signal::{self, Signal};

/// How often is looked.
const INTERVAL: Duration = Duration::from_secs(24 * 3600);

/// The job.
pub struct SignalSearch {
    /// The database.
    pub store: Store,
    /// What time it is.
    pub clock: SharedClock,
}

/// What the codes of the detection stand for.
#[derive(Default)]
struct Codes {
    kinds: Interner<String>,
    need_areas: Interner<String>,
    spheres: Interner<LegalSphere>,
    institutions: Interner<OrganisationId>,
    municipalities: Interner<MunicipalityId>,
    cases: Interner<CaseId>,
    case_managers: Interner<Option<AccountId>>,
}

impl Codes {
    fn code(&mut self, row: &signal::Row) -> Barrier {
        Barrier {
            kind: self.kinds.code(row.kind.clone()),
            need_area: self.need_areas.code(row.need_area.clone()),
            legal_sphere: row.legal_sphere.map(|sphere| self.spheres.code(sphere)),
            institution: row.institution_id.map(|id| self.institutions.code(id)),
            municipality: self.municipalities.code(row.municipality_id),
            stratum: 0,
            case: self.cases.code(row.case_id),
            case_manager: self.case_managers.code(row.raised_by),
        }
    }
}

fn meaning<T: Clone + Eq + Hash>(interner: &Interner<T>, code: Option<u32>) -> Option<T> {
    code.and_then(|code| interner.key(code)).cloned()
}

/// Thresholds as a district set them.
fn thresholds(setting: &StructureSetting) -> Thresholds {
    let small = |value: i32| u32::try_from(value).unwrap_or(0);
    Thresholds {
        min_cases: small(setting.minimum_cases),
        min_case_managers: small(setting.minimum_case_managers),
        min_municipalities: small(setting.minimum_municipalities),
        false_discovery_rate: f64::from(setting.false_discovery_permille) / 1000.0,
        min_lower_bound: f64::from(setting.minimum_ratio_hundredths) / 100.0,
        ..Thresholds::PRESET
    }
}

/// A number in parts, as it is stored.
fn parts(value: f64, of_one: f64) -> i32 {
    let scaled = (value * of_one).round().clamp(0.0, f64::from(i32::MAX));
    // Exact: it lies within the range.
    format!("{scaled:.0}").parse().unwrap_or(i32::MAX)
}

impl SignalSearch {
    /// Looks for signals in all districts; says how many there are.
    ///
    /// # Errors
    /// The troubles of the server.
    pub async fn search(&self) -> Result<usize, Failure> {
        let mut count = 0_usize;
        for district in signal::districts(&self.store).await? {
            count = count.saturating_add(self.search_in(district).await?);
        }
        Ok(count)
    }

    async fn search_in(&self, district: DistrictId) -> Result<usize, Failure> {
        let now = self.clock.now();
        let permit = Actor::system(district, legal_day(now)).permit::<verb::ReadSignal>()?;
        let setting = setting::current(self.store.reader(), &permit).await?;
        let mut codes = Codes::default();
        let (mut barriers, mut keys) = (Vec::new(), Vec::new());
        signal::each_barrier(&self.store, district, |row| {
            barriers.push(codes.code(&row));
            keys.push(row.cell_key);
        })
        .await?;
        // It takes seconds where there are hundreds of thousands: away from the threads that answer requests.
        let searched = tokio::task::spawn_blocking(move || {
            let found = detect(barriers.iter().copied(), &thresholds(&setting))
                .map_err(|error| Failure::internal(error.to_string()))?;
            let sums = found.signals.iter().map(|found| case_keys(found, &barriers, &keys)).collect::<Vec<_>>();
            Ok::<_, Failure>((found.signals, sums))
        });
        let (found, sums) = searched.await.map_err(|error| Failure::internal(error.to_string()))??;
        let rows: Vec<Signal> =
            found.iter().zip(sums).map(|(found, keys)| row(district, found, keys, &codes, now)).collect();
        let count = rows.len();
        let transaction = self.store.begin().await?;
        signal::replace(&transaction, district, rows).await?;
        transaction.commit().await?;
        Ok(count)
    }

    /// Looks once a day until `shutdown`, and once in the beginning.
    pub async fn run(self, shutdown: CancellationToken) {
        loop {
            if let Err(failure) = self.search().await {
                tracing::warn!(cause = failure.cause.as_deref(), "signals could not be looked for; it is tried again");
            }
            tokio::select! {
                () = tokio::time::sleep(INTERVAL) => {}
                () = shutdown.cancelled() => return,
            }
        }
    }
}

/// The sum of the numbers of the cases of a signal.
fn case_keys(found: &Found, barriers: &[Barrier], keys: &[i32]) -> i64 {
    let mut cases = BTreeSet::new();
    let mut sum = 0_i64;
    for (barrier, key) in barriers.iter().zip(keys) {
        if found.combination.includes(barrier) && cases.insert(barrier.case) {
            sum = sum.saturating_add(i64::from(*key));
        }
    }
    sum
}

fn row(district: DistrictId, found: &Found, case_keys: i64, codes: &Codes, now: DateTime<Utc>) -> Signal {
    let whole = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    let combination = &found.combination;
    Signal {
        id: SignalId::new(),
        district_id: district,
        kind: meaning(&codes.kinds, Some(combination.kind)),
        need_area: meaning(&codes.need_areas, combination.need_area),
        legal_sphere: meaning(&codes.spheres, combination.legal_sphere),
        institution_id: meaning(&codes.institutions, combination.institution),
        municipality_id: meaning(&codes.municipalities, combination.municipality),
        cases: whole(found.cases),
        case_keys,
        case_managers: whole(found.case_managers),
        municipalities: whole(found.municipalities),
        expected_hundredths: parts(found.expected_cases, 100.0),
        ratio_hundredths: parts(found.ratio, 100.0),
        lower_hundredths: parts(found.lower_bound, 100.0),
        chance_millionths: parts(found.q_value, 1_000_000.0),
        theme_id: None,
        found_at: now,
        created_at: now,
    }
}
