//! What a document is made of. Every text is a text: whatever stands in it is shown as it is.
use serde_json::{Value, json};

/// A whole document in one language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// RFC 5646: `zh-CN`, `en`. Chooses hyphenation, quotes and which shapes of Chinese characters.
    pub language: String,
    pub title: String,
    /// Above the title, small: what kind of paper it is.
    pub kind: String,
    /// Under the title.
    pub subtitle: String,
    /// Names and values under it: period, plan, contact.
    pub meta: Vec<(String, String)>,
    pub sections: Vec<Section>,
    /// At the foot of every page, left; the page's number stands right.
    pub foot: String,
    /// `Page {n} of {all}` with these two places.
    pub page_of: String,
    /// For the PDF's own properties.
    pub author: String,
}
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    pub heading: String,
    pub blocks: Vec<Block>,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Paragraphs, parted by empty lines.
    Text(String),
    /// A remark in small letters.
    Note(String),
    List(Vec<String>),
    /// Numbers one sees first, three or four in a row.
    Cards(Vec<Card>),
    Table {
        columns: Vec<Column>,
        rows: Vec<Vec<String>>,
        empty: String,
    },
    /// Bars side by side for each name, with words for who cannot see them.
    Bars {
        bars: Vec<Bar>,
        series: Vec<String>,
        alt: String,
    },
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub name: String,
    pub value: String,
    /// Under the value: how it was the month before.
    pub more: String,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Start,
    /// Numbers.
    End,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub align: Align,
    /// Share of the width the others leave; 0: as wide as its contents.
    pub share: u8,
}
/// One name with a value for each series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    pub name: String,
    pub values: Vec<u64>,
}
impl Column {
    pub fn text(name: impl Into<String>, share: u8) -> Column {
        Column { name: name.into(), align: Align::Start, share }
    }
    pub fn number(name: impl Into<String>) -> Column {
        Column { name: name.into(), align: Align::End, share: 0 }
    }
}
impl Document {
    /// As the template takes it. Charts are drawn here.
    pub fn values(&self) -> Value {
        let (language, region) = self.language.split_once('-').unwrap_or((&self.language, ""));
        let language = if (2..=3).contains(&language.len()) { language } else { "en" };
        json!({
            "language": language, "region": region, "title": self.title, "kind": self.kind, "subtitle": self.subtitle,
            "meta": self.meta.iter().map(|(name, value)| json!([name, value])).collect::<Vec<_>>(),
            "sections": self.sections.iter().map(|s| json!({"heading": s.heading, "blocks": s.blocks.iter().map(block).collect::<Vec<_>>()})).collect::<Vec<_>>(),
            "foot": self.foot, "page_of": self.page_of, "author": self.author,
        })
    }
}
fn block(block: &Block) -> Value {
    match block {
        Block::Text(text) => json!({"is": "text", "paragraphs": text.split("\n\n").map(str::trim).filter(|p| !p.is_empty()).collect::<Vec<_>>()}),
        Block::Note(text) => json!({"is": "note", "text": text}),
        Block::List(items) => json!({"is": "list", "items": items}),
        Block::Cards(cards) => {
            json!({"is": "cards", "cards": cards.iter().map(|c| json!({"name": c.name, "value": c.value, "more": c.more})).collect::<Vec<_>>()})
        }
        Block::Table { columns, rows, empty } => {
            let column = |c: &Column| json!({"name": c.name, "end": c.align == Align::End, "share": c.share});
            json!({"is": "table", "columns": columns.iter().map(column).collect::<Vec<_>>(), "rows": rows, "empty": empty})
        }
        Block::Bars { bars, series, alt } => json!({"is": "bars", "svg": crate::chart::bars(bars, series), "alt": alt, "series": series}),
    }
}
