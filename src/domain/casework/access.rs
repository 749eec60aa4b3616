//! Which reads of identified data are unusual. It shows, and never decides: the data protection officer asks.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use async_graphql::Enum;
use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveTime, Utc, Weekday};
use entity::ids::{AccountId, ClientId};

/// A rule by which a read is unusual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
pub enum UnusualAccessRule {
    /// One account reads data of many different clients within a short time: work on cases goes from one to the next, copying
    /// does not. A list of the own cases with names counts as well, so that a large caseload can show up here.
    ManyClients,
    /// An account reads outside working hours (Monday to Friday, in the time of Europe/Berlin; public holidays are not known):
    /// somebody else may use it, or the reader does not want to be seen.
    OutsideHours,
}

/// More different clients than this, by one account …
pub const MANY_CLIENTS: usize = 30;
/// … within this time, are unusual.
pub const MANY_CLIENTS_MINUTES: i64 = 10;
/// Working hours begin at this hour …
pub const HOURS_FROM: u32 = 6;
/// … and end at this one, Monday to Friday.
pub const HOURS_UNTIL: u32 = 20;

/// A read, as the rules see it.
#[derive(Clone, Copy, Debug)]
pub struct Read {
    /// By whom.
    pub account: AccountId,
    /// Whose data.
    pub client: ClientId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Unusual reads of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusual {
    /// By which rule.
    pub rule: UnusualAccessRule,
    /// Whose account.
    pub account: AccountId,
    /// The first of the reads.
    pub from: DateTime<Utc>,
    /// The last of the reads.
    pub until: DateTime<Utc>,
    /// So many reads.
    pub reads: usize,
    /// Of so many different clients.
    pub clients: usize,
}

/// Whether an instant lies outside working hours; then the day on which that time off began.
fn time_off(at: DateTime<Utc>) -> Option<NaiveDate> {
    let local = at.with_timezone(&chrono_tz::Europe::Berlin).naive_local();
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN);
    let is_working_day = |day: NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    if is_working_day(local.date()) && (hour(HOURS_FROM)..hour(HOURS_UNTIL)).contains(&local.time()) {
        return None;
    }
    // Back to the working day at whose end the time off began.
    let mut day = local.date();
    if !is_working_day(day) || local.time() < hour(HOURS_FROM) {
        day = day.pred_opt().unwrap_or(day);
        while !is_working_day(day) {
            day = day.pred_opt()?;
        }
    }
    Some(day)
}

struct Group {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    reads: usize,
    clients: BTreeSet<ClientId>,
}

impl Group {
    fn of(read: &Read) -> Self {
        Self { from: read.at, until: read.at, reads: 1, clients: BTreeSet::from([read.client]) }
    }

    fn add(&mut self, read: &Read) {
        self.until = read.at;
        self.reads = self.reads.saturating_add(1);
        self.clients.insert(read.client);
    }

    fn told(&self, rule: UnusualAccessRule, account: AccountId) -> Unusual {
        let Self { from, until, reads, ref clients } = *self;
        Unusual { rule, account, from, until, reads, clients: clients.len() }
    }
}

/// The reads of one account within the time of the rule.
#[derive(Default)]
struct Window {
    reads: VecDeque<Read>,
    clients: BTreeMap<ClientId, usize>,
    /// The burst that goes on.
    burst: Option<Group>,
}

/// Finds unusual reads in a stream of reads in the order of time. Keeps the reads of the last minutes and what it found.
#[derive(Default)]
pub struct Review {
    windows: BTreeMap<AccountId, Window>,
    off: BTreeMap<(AccountId, NaiveDate), Group>,
    found: Vec<Unusual>,
}

impl Review {
    /// Looks at the next read.
    pub fn see(&mut self, read: &Read) {
        if let Some(day) = time_off(read.at) {
            self.off.entry((read.account, day)).and_modify(|group| group.add(read)).or_insert_with(|| Group::of(read));
        }
        let window = self.windows.entry(read.account).or_default();
        let begin = read.at - Duration::minutes(MANY_CLIENTS_MINUTES);
        while let Some(oldest) = window.reads.front().copied().filter(|oldest| oldest.at <= begin) {
            window.reads.pop_front();
            if let Some(count) = window.clients.get_mut(&oldest.client) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    window.clients.remove(&oldest.client);
                }
            }
        }
        window.reads.push_back(*read);
        let count = window.clients.entry(read.client).or_default();
        *count = count.saturating_add(1);
        if window.clients.len() <= MANY_CLIENTS {
            // A burst ends when the account reads on, but slower.
            if let Some(burst) = window.burst.take() {
                self.found.push(burst.told(UnusualAccessRule::ManyClients, read.account));
            }
            return;
        }
        match &mut window.burst {
            Some(burst) => burst.add(read),
            None => {
                let mut reads = window.reads.iter();
                window.burst = reads.next().map(|first| {
                    let mut burst = Group::of(first);
                    reads.for_each(|read| burst.add(read));
                    burst
                });
            }
        }
    }

    /// What was found, the latest first.
    #[must_use]
    pub fn finish(self) -> Vec<Unusual> {
        let mut found = self.found;
        for (account, window) in self.windows {
            found.extend(window.burst.map(|burst| burst.told(UnusualAccessRule::ManyClients, account)));
        }
        for ((account, _), group) in self.off {
            found.push(group.told(UnusualAccessRule::OutsideHours, account));
        }
        found.sort_by_key(|found| (std::cmp::Reverse(found.until), found.account, found.rule));
        found
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::{DateTime, Duration, Utc};
    use entity::ids::{AccountId, ClientId, Identifier};
    use proptest::prelude::*;

    use super::{MANY_CLIENTS, MANY_CLIENTS_MINUTES, Read, Review, Unusual, UnusualAccessRule, time_off};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn reviewed(reads: &[Read]) -> Vec<Unusual> {
        let mut review = Review::default();
        reads.iter().for_each(|read| review.see(read));
        review.finish()
    }

    #[test]
    fn nights_and_weekends_of_berlin_are_time_off_in_summer_and_winter() {
        for (instant, expected) in [
            ("2023-06-01T03:59:59Z", Some("2023-05-31")),
            ("2023-06-01T04:00:00Z", None),
            ("2023-06-01T17:59:59Z", None),
            ("2023-06-01T18:00:00Z", Some("2023-06-01")),
            ("2023-12-01T04:59:59Z", Some("2023-11-30")),
            ("2023-12-01T05:00:00Z", None),
            ("2023-06-03T10:00:00Z", Some("2023-06-02")),
            ("2023-06-05T03:00:00Z", Some("2023-06-02")),
        ] {
            assert_eq!(time_off(at(instant)).map(|day| day.to_string()).as_deref(), expected, "{instant}");
        }
    }

    #[test]
    fn a_weekend_is_told_once_for_each_account() {
        let (one, other, client) = (AccountId::new(), AccountId::new(), ClientId::new());
        let read = |account, instant| Read { account, client, at: at(instant) };
        let found = reviewed(&[
            read(one, "2023-06-02T19:00:00Z"),
            read(one, "2023-06-03T10:00:00Z"),
            read(other, "2023-06-03T11:00:00Z"),
            read(one, "2023-06-05T08:00:00Z"),
            read(one, "2023-06-05T21:00:00Z"),
        ]);
        let told: Vec<_> = found.iter().map(|found| (found.account, found.reads, found.clients)).collect();
        assert_eq!(told, [(one, 1, 1), (other, 1, 1), (one, 2, 1)]);
    }

    proptest! {
        #[test]
        fn bursts_are_told_exactly_where_more_clients_than_allowed_fit_into_the_window(
            steps in proptest::collection::vec((0..90_i64, 0..60_usize), 1..150),
        ) {
            let clients: Vec<ClientId> = (0..60).map(|_| ClientId::new()).collect();
            let account = AccountId::new();
            let mut now = at("2023-06-01T08:00:00Z");
            let mut reads = Vec::new();
            for (seconds, client) in steps {
                now += Duration::seconds(seconds);
                reads.push(Read { account, client: clients[client], at: now });
            }
            let within = Duration::minutes(MANY_CLIENTS_MINUTES);
            let is_exceeded = |last: &Read| {
                let near = reads.iter().filter(|read| read.at <= last.at && last.at - read.at < within);
                near.map(|read| read.client).collect::<BTreeSet<_>>().len() > MANY_CLIENTS
            };
            let found: Vec<Unusual> =
                reviewed(&reads).into_iter().filter(|found| found.rule == UnusualAccessRule::ManyClients).collect();
            for read in &reads {
                if is_exceeded(read) {
                    prop_assert!(found.iter().any(|found| (found.from..=found.until).contains(&read.at)));
                }
            }
            for burst in &found {
                prop_assert!(burst.clients > MANY_CLIENTS && burst.reads >= burst.clients);
                prop_assert!(reads.iter().any(|read| read.at == burst.until && is_exceeded(read)));
            }
        }
    }
}
