//! The order of an agenda, and what becomes of its items.

use std::collections::BTreeMap;
use std::hash::Hash;

use entity::codes::{AgendaItemStatus, DecisionKind, MeetingStatus};

use crate::error::{ErrorCode, UserError};

/// The status of an item after a decision on it.
#[must_use]
pub const fn result(kind: DecisionKind) -> AgendaItemStatus {
    match kind {
        DecisionKind::Adopt
        | DecisionKind::Reject
        | DecisionKind::Delegate
        | DecisionKind::Escalate
        | DecisionKind::ReferToCouncil
        | DecisionKind::ReferToState => AgendaItemStatus::Decided,
        DecisionKind::Defer => AgendaItemStatus::Postponed,
        DecisionKind::TakeNote => AgendaItemStatus::Noted,
    }
}

/// Whether an item can get a result now: in a meeting that takes place, once, and part by part.
///
/// # Errors
/// What stands in the way.
pub fn open_for_result(meeting: MeetingStatus, item: AgendaItemStatus, has_parts: bool) -> Result<(), UserError> {
    if meeting != MeetingStatus::Held {
        let error = UserError::at("", ErrorCode::MeetingStepNotAllowed);
        return Err(error.with("status", meeting.as_str()).with("transition", "DECIDE"));
    }
    if has_parts {
        return Err(UserError::at("", ErrorCode::AgendaItemHasParts));
    }
    if item != AgendaItemStatus::Open {
        return Err(UserError::at("", ErrorCode::AgendaItemClosed).with("status", item.as_str()));
    }
    Ok(())
}

/// Whether the agenda can still be written.
///
/// # Errors
/// `AGENDA_CLOSED`.
pub fn open_for_items(meeting: MeetingStatus, is_past: bool) -> Result<(), UserError> {
    match meeting {
        MeetingStatus::Planned | MeetingStatus::Invited if !is_past => Ok(()),
        _ => Err(UserError::at("", ErrorCode::AgendaClosed)),
    }
}

/// An item, as far as the order of the agenda goes.
#[derive(Clone, Copy, Debug)]
pub struct Placed<I> {
    /// The item.
    pub id: I,
    /// The item that it is a part of.
    pub parent: Option<I>,
    /// Its place among its siblings.
    pub position: i32,
}

/// The items in the order of the agenda, each with its number: `3`, or `3.2` for the second part of the third item. A part
/// whose item is not among them is numbered as if it stood alone.
#[must_use]
pub fn numbered<I: Copy + Ord + Hash>(items: &[Placed<I>]) -> Vec<(I, String)> {
    let order = |one: &Placed<I>| (one.position, one.id);
    let mut parts: BTreeMap<I, Vec<Placed<I>>> = BTreeMap::new();
    let known: BTreeMap<I, Placed<I>> = items.iter().map(|item| (item.id, *item)).collect();
    let mut tops = Vec::new();
    for item in items {
        match item.parent.filter(|parent| known.contains_key(parent)) {
            Some(parent) => parts.entry(parent).or_default().push(*item),
            None => tops.push(*item),
        }
    }
    tops.sort_unstable_by_key(order);
    let mut all = Vec::with_capacity(items.len());
    for top in tops {
        let number = top.position.to_string();
        all.push((top.id, number.clone()));
        let mut below = parts.remove(&top.id).unwrap_or_default();
        below.sort_unstable_by_key(order);
        all.extend(below.into_iter().map(|part| (part.id, format!("{number}.{}", part.position))));
    }
    all
}

/// Puts an item at a place among its siblings (from 1; behind the last without one): all of them in their new order.
#[must_use]
pub fn place<I: Copy + PartialEq>(siblings: &[I], item: I, position: Option<i32>) -> Vec<I> {
    let mut order: Vec<I> = siblings.iter().copied().filter(|sibling| *sibling != item).collect();
    let wanted = position.map_or(order.len(), |place| usize::try_from(place.saturating_sub(1)).unwrap_or(0));
    order.insert(wanted.min(order.len()), item);
    order
}

#[cfg(test)]
mod tests {
    use entity::codes::{AgendaItemStatus, DecisionKind, MeetingStatus};
    use proptest::prelude::*;

    use super::{Placed, numbered, open_for_items, open_for_result, place, result};

    #[test]
    fn items_are_numbered_with_their_parts_below_them() {
        let item = |id, parent, position| Placed { id, parent, position };
        let items =
            [item(4, Some(1), 2), item(2, None, 2), item(1, None, 1), item(3, Some(1), 1), item(9, Some(77), 3)];
        let numbers: Vec<(i32, String)> = numbered(&items);
        let numbers: Vec<(i32, &str)> = numbers.iter().map(|(id, number)| (*id, number.as_str())).collect();
        assert_eq!(numbers, [(1, "1"), (3, "1.1"), (4, "1.2"), (2, "2"), (9, "3")]);
    }

    #[test]
    fn every_kind_of_decision_closes_its_item_and_nothing_is_decided_twice() {
        for kind in DecisionKind::ALL {
            let after = result(*kind);
            assert_ne!(after, AgendaItemStatus::Open, "{kind:?}");
            for meeting in MeetingStatus::ALL {
                assert!(open_for_result(*meeting, after, false).is_err(), "{kind:?} {meeting:?}");
                let open = open_for_result(*meeting, AgendaItemStatus::Open, false).is_ok();
                assert_eq!(open, *meeting == MeetingStatus::Held);
                assert!(open_for_result(*meeting, AgendaItemStatus::Open, true).is_err());
                assert!(open_for_items(*meeting, true).is_err());
            }
        }
    }

    proptest! {
        #[test]
        fn placing_an_item_keeps_all_others_in_their_order(count in 0_usize..8, item in 0_usize..9, wanted in proptest::option::of(-3_i32..12)) {
            let siblings: Vec<usize> = (0..count).collect();
            let order = place(&siblings, item, wanted);
            let others: Vec<usize> = order.iter().copied().filter(|other| *other != item).collect();
            let before: Vec<usize> = siblings.into_iter().filter(|other| *other != item).collect();
            prop_assert_eq!(&others, &before);
            prop_assert_eq!(order.len(), before.len() + 1);
            if let Some(wanted) = wanted.and_then(|wanted| usize::try_from(wanted - 1).ok()).filter(|wanted| *wanted <= before.len()) {
                prop_assert_eq!(order[wanted], item);
            }
        }
    }
}
