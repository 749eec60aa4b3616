//! Figures that have been through suppression, and what doing nothing costs.

/// A count for readers: what is hidden says neither how much nor why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// The exact count.
    Shown(u64),
    /// Nothing. It need not be small: it may only keep another one from being computed.
    Hidden,
}

impl Figure {
    pub(super) fn count(self) -> Option<u64> {
        match self {
            Self::Shown(count) => Some(count),
            Self::Hidden => None,
        }
    }
}

impl From<Option<u64>> for Figure {
    fn from(count: Option<u64>) -> Self {
        count.map_or(Self::Hidden, Self::Shown)
    }
}

/// What a theme costs in a year in which nothing is done: working time lost, and delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Working time lost in a year.
    pub minutes: Figure,
    /// What an hour of it costs.
    pub cents_per_hour: u64,
    /// Days of delay in a year, over all cases.
    pub delay_days: Figure,
    /// What a day of delay costs.
    pub cents_per_delay_day: u64,
}

impl Cost {
    /// What the working time costs; none if it is hidden.
    #[must_use]
    pub fn working_time_cents(&self) -> Option<u128> {
        Some(u128::from(self.minutes.count()?) * u128::from(self.cents_per_hour) / 60)
    }

    /// What the delay costs; none if it is hidden.
    #[must_use]
    pub fn delay_cents(&self) -> Option<u128> {
        Some(u128::from(self.delay_days.count()?) * u128::from(self.cents_per_delay_day))
    }

    /// Both together; none if one of them is hidden.
    #[must_use]
    pub fn cents(&self) -> Option<u128> {
        self.working_time_cents()?.checked_add(self.delay_cents()?)
    }
}
