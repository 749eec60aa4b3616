//! The answers of mutations: all of one shape, one type per kind of record.

/// Declares the payload of the commands about one kind of record.
macro_rules! payload {
    ($(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $field:ident: $type:ty } from $record:ty, $make:expr) => {
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $name {
            $(#[$field_doc])*
            $field: Option<$type>,
            /// The rules that forbade it; empty if it was carried out.
            user_errors: Vec<$crate::graphql::errors::UserError>,
            /// Whether this is the first answer again, because the idempotency key was used before.
            replayed: bool,
        }

        impl From<$crate::commands::Answer<$record>> for $name {
            fn from(answer: $crate::commands::Answer<$record>) -> Self {
                let make: fn($record) -> $type = $make;
                Self {
                    $field: answer.record.map(make),
                    user_errors: answer.user_errors.into_iter().map($crate::graphql::errors::UserError).collect(),
                    replayed: answer.replayed,
                }
            }
        }
    };
}

pub(super) use payload;
