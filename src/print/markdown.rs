//! Markdown as a tree of the few things a document may have. What is not among them (HTML, pictures, addresses of other
//! schemes) stays in it as the text that was typed.

use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use serde::Serialize;

use super::view::{address, block, line};

/// Deeper lists and quotations go on at this depth: the printer and the stack have an end.
const DEEPEST_BLOCK: usize = 6;

/// The same for emphasis in emphasis.
const DEEPEST_INLINE: usize = 4;

/// Wider tables go on below each other in the last column.
const MOST_COLUMNS: usize = 12;

#[derive(Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    Heading { level: u8, body: Vec<Inline> },
    Paragraph { body: Vec<Inline> },
    Code { text: String },
    Quote { blocks: Vec<Block> },
    List { start: Option<u64>, items: Vec<Vec<Block>> },
    Table { sides: Vec<Side>, weights: Vec<usize>, head: Vec<Vec<Inline>>, rows: Vec<Vec<Vec<Inline>>> },
    Rule,
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Inline {
    Text { text: String },
    Code { text: String },
    Emphasis { body: Vec<Inline> },
    Strong { body: Vec<Inline> },
    Struck { body: Vec<Inline> },
    Link { url: String, body: Vec<Inline> },
    Break,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Start,
    Center,
    End,
}

/// What has been opened and not closed yet.
enum Open {
    Heading(HeadingLevel),
    Paragraph,
    Code,
    Quote,
    List(Option<u64>, Vec<Vec<Block>>),
    Item,
    Table {
        sides: Vec<Side>,
        head: Vec<Vec<Inline>>,
        rows: Vec<Vec<Vec<Inline>>>,
        row: Vec<Vec<Inline>>,
    },
    Cell,
    Emphasis,
    Strong,
    Struck,
    Link(Option<String>, String),
    /// A picture: its address, and where its description starts.
    Picture(String),
    /// Nothing of its own: what is in it belongs to what is around it.
    Through,
}

/// One opened thing and what it has so far.
struct Frame {
    open: Open,
    blocks: Vec<Block>,
    inlines: Vec<Inline>,
}

impl Frame {
    fn of(open: Open) -> Self {
        Self { open, blocks: Vec::new(), inlines: Vec::new() }
    }

    /// Text directly in an item or a quotation is a paragraph of it.
    fn settle(&mut self) {
        if !self.inlines.is_empty() {
            let body = std::mem::take(&mut self.inlines);
            self.blocks.push(Block::Paragraph { body });
        }
    }

    fn push(&mut self, inline: Inline) {
        if let (Some(Inline::Text { text: before }), Inline::Text { text }) = (self.inlines.last_mut(), &inline) {
            before.push_str(text);
        } else {
            self.inlines.push(inline);
        }
    }
}

struct Tree {
    frames: Vec<Frame>,
    root: Frame,
    block_depth: usize,
    inline_depth: usize,
    /// The levels of the headings around the next one.
    levels: Vec<HeadingLevel>,
    first_level: u8,
}

/// Reads Markdown. Its headings start at `first_level` and leave out no level, whatever levels were typed.
pub fn read(markdown: &str, first_level: u8) -> Vec<Block> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut tree = Tree {
        frames: Vec::new(),
        root: Frame::of(Open::Through),
        block_depth: 0,
        inline_depth: 0,
        levels: Vec::new(),
        first_level,
    };
    let markdown = block(markdown);
    for event in Parser::new_ext(&markdown, options) {
        tree.take(event);
    }
    while !tree.frames.is_empty() {
        tree.close();
    }
    tree.root.settle();
    tree.root.blocks
}

impl Tree {
    fn top(&mut self) -> &mut Frame {
        self.frames.last_mut().unwrap_or(&mut self.root)
    }

    /// Cleaned once more: an entity can stand for a character that must not be there.
    fn text(&mut self, text: &str) {
        let text = block(text);
        if !text.is_empty() {
            self.top().push(Inline::Text { text });
        }
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(end) => self.end(end),
            Event::Text(text) | Event::InlineHtml(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.text(&text);
            }
            Event::Html(text) => self.typed(&text),
            Event::Code(text) => self.top().push(Inline::Code { text: line(&text) }),
            Event::FootnoteReference(name) => self.text(&format!("[^{name}]")),
            Event::SoftBreak => self.text(" "),
            Event::HardBreak => self.top().push(Inline::Break),
            Event::Rule => {
                self.top().settle();
                self.top().blocks.push(Block::Rule);
            }
            Event::TaskListMarker(done) => self.text(if done { "[x] " } else { "[ ] " }),
        }
    }

    /// A block of HTML, line by line.
    fn typed(&mut self, text: &str) {
        let top = self.top();
        match top.blocks.last_mut() {
            Some(Block::Code { text: before }) if matches!(top.open, Open::Code) => before.push_str(text),
            _ => {
                top.settle();
                top.blocks.push(Block::Code { text: text.to_owned() });
            }
        }
    }

    fn open_block(&mut self, open: Open) {
        self.top().settle();
        self.block_depth += 1;
        let open = if self.block_depth > DEEPEST_BLOCK { Open::Through } else { open };
        self.frames.push(Frame::of(open));
    }

    fn open_inline(&mut self, open: Open) {
        self.inline_depth += 1;
        let open = if self.inline_depth > DEEPEST_INLINE { Open::Through } else { open };
        self.frames.push(Frame::of(open));
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.top().settle();
                self.frames.push(Frame::of(Open::Heading(level)));
            }
            Tag::Paragraph => {
                self.top().settle();
                self.frames.push(Frame::of(Open::Paragraph));
            }
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) | Tag::HtmlBlock => {
                self.top().settle();
                self.frames.push(Frame::of(Open::Code));
            }
            Tag::BlockQuote(_) => self.open_block(Open::Quote),
            Tag::List(start) => self.open_block(Open::List(start, Vec::new())),
            Tag::Item => self.frames.push(Frame::of(Open::Item)),
            Tag::Table(alignments) => {
                self.top().settle();
                let sides: Vec<Side> = alignments
                    .iter()
                    .take(MOST_COLUMNS)
                    .map(|alignment| match alignment {
                        Alignment::Center => Side::Center,
                        Alignment::Right => Side::End,
                        Alignment::None | Alignment::Left => Side::Start,
                    })
                    .collect();
                self.frames.push(Frame::of(Open::Table { sides, head: Vec::new(), rows: Vec::new(), row: Vec::new() }));
            }
            Tag::TableHead | Tag::TableRow => {}
            Tag::TableCell => self.frames.push(Frame::of(Open::Cell)),
            Tag::Emphasis => self.open_inline(Open::Emphasis),
            Tag::Strong => self.open_inline(Open::Strong),
            Tag::Strikethrough => self.open_inline(Open::Struck),
            Tag::Link { dest_url, .. } => {
                self.open_inline(Open::Link(address(&dest_url), dest_url.to_string()));
            }
            Tag::Image { dest_url, .. } => self.open_inline(Open::Picture(dest_url.to_string())),
            Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::MetadataBlock(_)
            | Tag::Superscript
            | Tag::Subscript => self.frames.push(Frame::of(Open::Through)),
        }
    }

    fn end(&mut self, end: TagEnd) {
        match end {
            TagEnd::TableHead => {
                if let Open::Table { head, row, .. } = &mut self.top().open {
                    *head = std::mem::take(row);
                }
            }
            TagEnd::TableRow => {
                if let Open::Table { rows, row, .. } = &mut self.top().open {
                    rows.push(std::mem::take(row));
                }
            }
            TagEnd::BlockQuote(_) | TagEnd::List(_) => {
                self.block_depth = self.block_depth.saturating_sub(1);
                self.close();
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image => {
                self.inline_depth = self.inline_depth.saturating_sub(1);
                self.close();
            }
            _ => self.close(),
        }
    }

    /// The next heading's level: one deeper than the heading it stands under.
    fn level(&mut self, typed: HeadingLevel) -> u8 {
        while self.levels.last().is_some_and(|level| *level >= typed) {
            self.levels.pop();
        }
        let depth = u8::try_from(self.levels.len()).unwrap_or(u8::MAX);
        self.levels.push(typed);
        self.first_level.saturating_add(depth).min(6)
    }

    fn close(&mut self) {
        let Some(mut frame) = self.frames.pop() else { return };
        match frame.open {
            Open::Heading(typed) => {
                // Within a list or a quotation a heading would tear the outline.
                let outside = self.frames.is_empty();
                let body = frame.inlines;
                if letters(&body) == 0 {
                    return;
                }
                let heading = if outside {
                    Block::Heading { level: self.level(typed), body }
                } else {
                    Block::Paragraph { body: vec![Inline::Strong { body }] }
                };
                self.top().settle();
                self.top().blocks.push(heading);
            }
            Open::Paragraph => {
                frame.settle();
                self.top().blocks.append(&mut frame.blocks);
            }
            Open::Code => {
                let mut text: String = frame
                    .blocks
                    .into_iter()
                    .filter_map(|block| match block {
                        Block::Code { text } => Some(text),
                        _ => None,
                    })
                    .collect();
                for inline in frame.inlines {
                    if let Inline::Text { text: more } = inline {
                        text.push_str(&more);
                    }
                }
                let text = text.trim_end().to_owned();
                if !text.is_empty() {
                    self.top().blocks.push(Block::Code { text });
                }
            }
            Open::Quote => {
                frame.settle();
                if !frame.blocks.is_empty() {
                    self.top().blocks.push(Block::Quote { blocks: frame.blocks });
                }
            }
            Open::List(start, items) => {
                if !items.is_empty() {
                    self.top().blocks.push(Block::List { start, items });
                }
            }
            Open::Item => {
                frame.settle();
                let blocks = frame.blocks;
                let top = self.top();
                match &mut top.open {
                    Open::List(_, items) => items.push(blocks),
                    // The list was too deep: its items follow one another where it stood.
                    _ => top.blocks.extend(blocks),
                }
            }
            Open::Table { sides, head, rows, .. } => {
                if !sides.is_empty() {
                    let weights = (0..sides.len()).map(|column| weight(column, &head, &rows)).collect();
                    self.top().blocks.push(Block::Table { sides, weights, head, rows });
                }
            }
            Open::Cell => {
                if let Open::Table { row, .. } = &mut self.top().open {
                    let full = row.len() >= MOST_COLUMNS;
                    match row.last_mut() {
                        Some(last) if full => {
                            last.push(Inline::Break);
                            last.append(&mut frame.inlines);
                        }
                        _ => row.push(frame.inlines),
                    }
                }
            }
            Open::Emphasis => self.top().push(Inline::Emphasis { body: frame.inlines }),
            Open::Strong => self.top().push(Inline::Strong { body: frame.inlines }),
            Open::Struck => self.top().push(Inline::Struck { body: frame.inlines }),
            Open::Link(Some(url), _) => self.top().push(Inline::Link { url, body: frame.inlines }),
            Open::Link(None, typed) => {
                let shown = line(&typed);
                let same = matches!(frame.inlines.as_slice(), [Inline::Text { text }] if *text == shown);
                for inline in frame.inlines {
                    self.top().push(inline);
                }
                if !same && !shown.is_empty() {
                    self.text(&format!(" ({shown})"));
                }
            }
            Open::Picture(typed) => {
                self.text("[Bild: ");
                for inline in frame.inlines {
                    self.top().push(inline);
                }
                self.text(&format!(" ({})]", line(&typed)));
            }
            Open::Through => {
                let top = self.top();
                if !frame.blocks.is_empty() {
                    top.settle();
                    top.blocks.append(&mut frame.blocks);
                }
                for inline in frame.inlines {
                    top.push(inline);
                }
            }
        }
    }
}

/// How wide a column should be among the others: as its longest cell is, within reason.
fn weight(column: usize, head: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>]) -> usize {
    let cells = std::iter::once(head.get(column)).chain(rows.iter().map(|row| row.get(column)));
    cells.flatten().map(|cell| letters(cell)).max().unwrap_or(0).clamp(8, 40)
}

fn letters(inlines: &[Inline]) -> usize {
    inlines
        .iter()
        .map(|inline| match inline {
            Inline::Text { text } | Inline::Code { text } => text.chars().filter(|char| !char.is_whitespace()).count(),
            Inline::Emphasis { body }
            | Inline::Strong { body }
            | Inline::Struck { body }
            | Inline::Link { body, .. } => letters(body),
            Inline::Break => 0,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Inline {
        Inline::Text { text: text.to_owned() }
    }

    fn paragraph(body: Vec<Inline>) -> Block {
        Block::Paragraph { body }
    }

    #[test]
    fn headings_leave_out_no_level() {
        let levels: Vec<u8> = read("### a\n\n###### b\n\n# c\n\n## d\n\n#### e", 2)
            .into_iter()
            .filter_map(|block| match block {
                Block::Heading { level, .. } => Some(level),
                _ => None,
            })
            .collect();
        assert_eq!(levels, [2, 3, 2, 3, 4]);
    }

    #[test]
    fn html_and_pictures_are_text() {
        assert_eq!(read("a <b onclick=x>b</b>", 2), [paragraph(vec![text("a <b onclick=x>b</b>")])]);
        assert_eq!(
            read("<svg onload=alert(1)>\n<script>x</script>\n\nb", 2),
            [Block::Code { text: "<svg onload=alert(1)>\n<script>x</script>".to_owned() }, paragraph(vec![text("b")])]
        );
        assert_eq!(
            read("![ein *Bild*](data:image/svg+xml,x)", 2),
            [paragraph(vec![
                text("[Bild: ein "),
                Inline::Emphasis { body: vec![text("Bild")] },
                text(" (data:image/svg+xml,x)]")
            ])]
        );
    }

    #[test]
    fn only_the_web_and_mail_are_links() {
        let link = Inline::Link { url: "https://example.org/a?b=c".to_owned(), body: vec![text("x")] };
        assert_eq!(read("[x](https://example.org/a?b=c)", 2), [paragraph(vec![link])]);
        for hostile in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "//example.org",
            "relative",
            "java&#9;script:alert(1)",
        ] {
            let tree = format!("{:?}", read(&format!("[x]({hostile})\n\n<{hostile}>"), 2));
            assert!(!tree.contains("Link"), "{tree}");
        }
    }

    #[test]
    fn tight_and_loose_lists_keep_their_items() {
        let item = |name: &str| vec![paragraph(vec![text(name)])];
        let list = Block::List { start: Some(3), items: vec![item("a"), item("b")] };
        assert_eq!(read("3. a\n4. b", 2), [list]);
        let nested = Block::List { start: None, items: vec![item("b")] };
        let mut outer = item("a");
        outer.push(nested);
        assert_eq!(read("- a\n  - b", 2), [Block::List { start: None, items: vec![outer] }]);
    }

    #[test]
    fn depth_has_an_end_and_loses_no_text() {
        let deep = format!("{}ende", "> ".repeat(5_000));
        let shown = format!("{:?}", read(&deep, 2));
        assert!(shown.contains("ende") && shown.matches("Quote").count() == DEEPEST_BLOCK);
        let list: String = (0..200).map(|depth| format!("{}- p{depth}\n", "  ".repeat(depth))).collect();
        let shown = format!("{:?}", read(&list, 2));
        assert!((0..200).all(|depth| shown.contains(&format!("p{depth}"))));
        let stars = format!("{}x{}", "*a **b ".repeat(2_000), "** *".repeat(2_000));
        assert!(format!("{:?}", read(&stars, 2)).contains('x'));
    }
}
