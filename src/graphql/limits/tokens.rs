//! Reads the source of a document without parsing it: counts tokens and open brackets, in one pass, and stops at the
//! bound.
//!
//! It follows the grammar of the framework's parser where that differs from the specification, so that nothing hides
//! from it: `"""` without an end is an empty string and an opening quote there, and `truetrue` is two values. Text that
//! no parser would accept is counted too; it is the parser that says what is wrong with it.

use super::{Exceeded, Limits};

/// What [`scan_tokens`] found in a document that keeps the bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scan {
    /// Lexical tokens; commas, white space and comments are none.
    pub tokens: usize,
    /// The most braces, brackets and parentheses open at the same time.
    pub nesting: usize,
    /// Whether a string escapes (`\u0000`, `\ud800` to `\udfff`) what is no character or can be stored nowhere. The parser
    /// must not see half of a surrogate pair: it would panic.
    pub bad_escape: bool,
}

/// Names up to this many bytes are one token.
const LONG_NAME_BYTES: usize = 64;
/// A longer name is one token for each of so many bytes.
const LONG_NAME_TOKEN_BYTES: usize = 16;

/// Counts the tokens and the nesting of `document`, which need not be valid GraphQL.
///
/// A name of more than 64 bytes counts as one token per 16 bytes: the validator compares an unknown name with all that
/// are known, letter by letter.
///
/// # Errors
/// [`Exceeded::DocumentBytes`]; otherwise [`Exceeded::Tokens`] or [`Exceeded::Nesting`], whichever is met first.
pub fn scan_tokens(document: &str, limits: &Limits) -> Result<Scan, Exceeded> {
    if document.len() > limits.document_bytes {
        return Err(Exceeded::DocumentBytes { limit: limits.document_bytes, found: document.len() });
    }
    let mut lexer = Lexer { rest: document.as_bytes(), block_strings_end: true, bad_escape: false };
    let mut scan = Scan { tokens: 0, nesting: 0, bad_escape: false };
    let mut open: usize = 0;
    while let Some(token) = lexer.next_token() {
        scan.tokens = scan.tokens.saturating_add(token.weight());
        if scan.tokens > limits.tokens {
            return Err(Exceeded::Tokens { limit: limits.tokens });
        }
        match token {
            Token::Open => {
                open = open.saturating_add(1);
                scan.nesting = scan.nesting.max(open);
                if open > limits.nesting {
                    return Err(Exceeded::Nesting { limit: limits.nesting });
                }
            }
            Token::Close => open = open.saturating_sub(1),
            Token::Name(_) | Token::Other => {}
        }
    }
    scan.bad_escape = lexer.bad_escape;
    Ok(scan)
}

enum Token<'a> {
    Name(&'a [u8]),
    Open,
    Close,
    Other,
}

impl Token<'_> {
    /// The parser splits a name after a leading keyword value, as often as it meets one.
    fn weight(&self) -> usize {
        let &Self::Name(mut name) = self else { return 1 };
        let mut weight = match name.len() {
            ..=LONG_NAME_BYTES => 1,
            long => long.div_ceil(LONG_NAME_TOKEN_BYTES),
        };
        while let Some(rest) =
            [&b"true"[..], b"false", b"null"].iter().find_map(|word| name.strip_prefix(*word)).filter(|r| !r.is_empty())
        {
            weight = weight.saturating_add(1);
            name = rest;
        }
        weight
    }
}

struct Lexer<'a> {
    rest: &'a [u8],
    /// Turns false when a block string had no end: then no later one has, and looking again would not be linear.
    block_strings_end: bool,
    /// Turns true with the first escape of what is no storable character.
    bad_escape: bool,
}

impl<'a> Lexer<'a> {
    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn skip_while(&mut self, keep: impl Fn(u8) -> bool) -> &'a [u8] {
        let length = self.rest.iter().position(|byte| !keep(*byte)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, &[]));
        self.rest = rest;
        taken
    }

    fn next_token(&mut self) -> Option<Token<'a>> {
        loop {
            match *self.rest.first()? {
                b' ' | b',' | b'\t' | b'\n' | b'\r' => self.skip(1),
                b'#' => {
                    self.skip_while(|byte| byte != b'\n' && byte != b'\r');
                }
                _ if self.rest.starts_with(b"\xef\xbb\xbf") => self.skip(3),
                _ => break,
            }
        }
        let first = *self.rest.first()?;
        Some(match first {
            b'{' | b'[' | b'(' => {
                self.skip(1);
                Token::Open
            }
            b'}' | b']' | b')' => {
                self.skip(1);
                Token::Close
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                Token::Name(self.skip_while(|byte| byte == b'_' || byte.is_ascii_alphanumeric()))
            }
            b'"' => {
                self.string();
                Token::Other
            }
            b'-' | b'0'..=b'9' => {
                self.number();
                Token::Other
            }
            b'.' if self.rest.starts_with(b"...") => {
                self.skip(3);
                Token::Other
            }
            _ => {
                self.skip(1);
                Token::Other
            }
        })
    }

    fn number(&mut self) {
        if self.rest.first() == Some(&b'-') {
            self.skip(1);
        }
        if self.rest.first() == Some(&b'0') {
            self.skip(1);
        } else {
            self.skip_while(|byte| byte.is_ascii_digit());
        }
        if let [b'.', b'0'..=b'9', ..] = self.rest {
            self.skip(1);
            self.skip_while(|byte| byte.is_ascii_digit());
        }
        match self.rest {
            [b'e' | b'E', b'0'..=b'9', ..] => self.skip(1),
            [b'e' | b'E', b'+' | b'-', b'0'..=b'9', ..] => self.skip(2),
            _ => return,
        }
        self.skip_while(|byte| byte.is_ascii_digit());
    }

    fn string(&mut self) {
        if self.rest.starts_with(b"\"\"\"") && self.block_strings_end {
            match block_string_length(self.rest) {
                Some(length) => return self.skip(length),
                None => self.block_strings_end = false,
            }
        }
        self.skip(1);
        loop {
            match self.rest {
                [b'"', ..] => return self.skip(1),
                [] | [b'\n' | b'\r', ..] | [b'\\', b'\n' | b'\r', ..] => return,
                [b'\\', b'u', digits @ ..] => {
                    self.bad_escape |= is_bad_escape(digits);
                    self.skip(2);
                }
                [b'\\', _, ..] => self.skip(2),
                [_, ..] => self.skip(1),
            }
        }
    }
}

/// Whether the four hexadecimal digits at the head of `digits` stand for NUL or for half of a surrogate pair.
fn is_bad_escape(digits: &[u8]) -> bool {
    let code = digits.get(..4).and_then(|digits| str::from_utf8(digits).ok());
    let code = code.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    code.is_some_and(|code| matches!(char::from_u32(code), None | Some('\0')))
}

/// Length in bytes of the block string at the head of `source`, both delimiters included; `None` when it has no end.
fn block_string_length(source: &[u8]) -> Option<usize> {
    let mut rest = source.get(3..)?;
    loop {
        rest = match rest {
            [b'"', b'"', b'"', ..] => return source.len().checked_sub(rest.len())?.checked_add(3),
            [b'\\', b'"', b'"', b'"', tail @ ..] | [_, tail @ ..] => tail,
            [] => return None,
        };
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;

    fn unbounded() -> Limits {
        Limits { document_bytes: usize::MAX, tokens: usize::MAX, nesting: usize::MAX, ..Limits::default() }
    }

    fn scan(document: &str) -> (usize, usize) {
        let scan = scan_tokens(document, &unbounded()).unwrap();
        (scan.tokens, scan.nesting)
    }

    #[test]
    fn strings_and_comments_hide_what_is_in_them() {
        assert_eq!(scan(r#"{ a(b: "{[(\"{[(", c: """{ \""" " {""") } # {{{ a"#), (11, 2));
    }

    #[test]
    fn an_open_block_string_hides_nothing() {
        assert_eq!(scan("{ a(b: [\"\"\" x\" [[[["), (12, 7));
    }

    #[test]
    fn escapes_of_no_storable_character_are_seen_in_strings_only() {
        for (document, bad) in [
            (r#"{ a(b: "x\u0000") }"#, true),
            (r#"{ a(b: "\uD83D\ude00") }"#, true),
            (r#"{ a(b: "\ude00") }"#, true),
            (r#"{ a(b: "\u00e4\\u0000") }"#, false),
            (
                r#"{ a(b: """\u0000""") # "\u0000"
            }"#,
                false,
            ),
        ] {
            assert_eq!(scan_tokens(document, &unbounded()).unwrap().bad_escape, bad, "{document}");
        }
    }

    #[test]
    fn a_string_ends_with_its_line() {
        assert_eq!(scan("{ a(b: \" \n {{{ \\"), (10, 5));
    }

    #[test]
    fn values_that_the_parser_takes_apart_count_apart() {
        assert!(parse_query("{ a(b: [truetruenull 000 1-1 1.5e3]) }").is_ok());
        assert_eq!(scan("[truetruenull]").0, 5);
        assert_eq!(scan("[000 1-1 1.5e3]").0, 8);
    }

    #[test]
    fn a_long_name_counts_for_more() {
        assert_eq!(scan(&"a".repeat(64)).0, 1);
        assert_eq!(scan(&"a".repeat(65)).0, 5);
    }

    #[test]
    fn what_passes_does_not_overflow_the_stack_of_a_worker() {
        use async_graphql::{EmptyMutation, EmptySubscription, InputObject, Object, Schema};

        #[derive(InputObject)]
        struct Filter {
            and: Option<Vec<Filter>>,
        }
        struct Query;
        #[Object]
        impl Query {
            async fn field(&self, filter: Option<Filter>) -> usize {
                filter.and_then(|filter| filter.and).map_or(0, |and| and.len())
            }
        }

        let levels = (Limits::default().nesting - 2) / 2;
        let document = format!("{{ field(filter: {}{}) }}", "{ and: [".repeat(levels), "] }".repeat(levels));
        assert_eq!(scan_tokens(&document, &Limits::default()).unwrap().nesting, Limits::default().nesting);
        let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
        let worker = std::thread::Builder::new().stack_size(512 * 1024);
        let run = move || futures_util::future::FutureExt::now_or_never(schema.execute(document)).unwrap();
        let answer = worker.spawn(run).unwrap().join().unwrap();
        assert!(answer.errors.is_empty(), "{answer:?}");
    }

    /// A value of the grammar as its tokens.
    fn value() -> impl Strategy<Value = Vec<String>> {
        const SCALARS: [&str; 8] =
            ["1", "-2.5e+3", "true", "null", "ENUM", "\"{ # \\\" [\"", "\"\"\"( \\\"\"\" \n#\"\"\"", "\"\""];
        let leaf = prop_oneof![
            4 => select(&SCALARS[..]).prop_map(|text| vec![text.to_owned()]),
            1 => Just(vec!["$".to_owned(), "v".to_owned()])
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            (any::<bool>(), vec(inner, 0..3)).prop_map(|(list, items)| {
                let (open, close) = if list { ("[", "]") } else { ("{", "}") };
                let mut tokens = vec![open.to_owned()];
                for item in items {
                    if !list {
                        tokens.extend(["k".to_owned(), ":".to_owned()]);
                    }
                    tokens.extend(item);
                }
                tokens.push(close.to_owned());
                tokens
            })
        })
    }

    /// A selection set of the grammar as its tokens.
    fn selections() -> impl Strategy<Value = Vec<String>> {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let leaf = prop_oneof![
            select(&["a", "_b1", "trueish", "c : nullable", "... F @ d"][..]).prop_map(words),
            value().prop_map(move |value| [words("a ( x :"), value, words(")")].concat()),
        ];
        let set = vec(leaf, 1..4).prop_map(move |items| [words("{"), items.concat(), words("}")].concat());
        set.prop_recursive(4, 24, 3, move |inner| {
            (select(&["a", "... on T", "...", "a : b"][..]), inner.clone(), inner).prop_map(move |(head, one, two)| {
                [words("{ x"), words(head), one, words("y"), two, words("}")].concat()
            })
        })
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_its_end(document in any::<String>(), bytes in vec(any::<u8>(), 0..200)) {
            scan(&document);
            scan(&String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn text_of_punctuation_is_read_to_its_end(parts in vec(select(&["\"", "\"\"\"", "\\", "\n", "#", "{", "]", ".", "...", "-", "0", "1e", "é", "\u{feff}"][..]), 0..60)) {
            let document = parts.concat();
            scan(&document);
        }

        #[test]
        fn tokens_are_counted_as_they_were_written(
            tokens in selections(),
            gaps in vec(select(&[" ", ",", "\n", "\t \r\n", " # ( {\" \n", "\u{feff} "][..]), 400),
        ) {
            let document: String = tokens.iter().zip(gaps.iter().cycle()).flat_map(|(token, gap)| [token.as_str(), *gap]).collect();
            if !tokens.windows(2).any(|pair| pair == ["...", "on"]) {
                prop_assert!(parse_query(&document).is_ok(), "{:?} in {document}", parse_query(&document));
            }
            let mut open = 0_usize;
            let mut nesting = 0;
            for token in &tokens {
                match token.as_str() {
                    "{" | "[" | "(" => open += 1,
                    "}" | "]" | ")" => open -= 1,
                    _ => {}
                }
                nesting = nesting.max(open);
            }
            let split = tokens.iter().filter(|token| ["trueish", "nullable"].contains(&token.as_str())).count();
            prop_assert_eq!(scan(&document), (tokens.len() + split, nesting));
        }
    }
}
