//! Where a converted scan comes from, kept in record 2: the file, its digest, its header fields, the notes of reading it.
//!
//! Record 2 has a place for the date, the operator and free text (`Comment`). What has a place of its own goes there;
//! everything goes into the comment too, one `name: value` a line, so that nothing is lost and people can read it.

use super::build::Provenance;
use crate::formats::Decoded;

/// A file that was converted.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// Name of the file, without its folder.
    pub name: &'a str,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: &'a str,
    /// Its length.
    pub bytes: usize,
    /// What was read from it.
    pub decoded: &'a Decoded,
}

impl Origin<'_> {
    /// Record 2 of the converted file; equal files give equal records.
    pub fn provenance(&self) -> Provenance {
        let date = self.date();
        let mut lines = vec![
            format!("Converted to X3P by headstamp {}: heights as read", env!("CARGO_PKG_VERSION")),
            format!("original file: {}", self.name),
            format!("original format: {}", self.decoded.format),
            format!("original SHA-256: {}", self.sha256),
            format!("original bytes: {}", self.bytes),
        ];
        lines.push("type of probing: not stated, the Type above is a placeholder".into());
        if date.is_none() {
            lines.push("date of measurement: not stated, the Date above is a placeholder".into());
        }
        lines.extend(self.decoded.fields.iter().map(|(name, value)| format!("header {name}: {value}")));
        lines.extend(self.decoded.notes.iter().map(|note| format!("note: {note}")));
        let lines: Vec<String> = lines.iter().map(|line| one_line(line)).collect();
        let unknown = Provenance::default();
        Provenance {
            date: date.unwrap_or(unknown.date.clone()),
            creator: self.field("Operator").map_or(unknown.creator.clone(), one_line),
            comment: lines.join("\n"),
            ..unknown
        }
    }

    fn field(&self, name: &str) -> Option<&str> {
        self.decoded.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// When the measurement was made, as `xs:dateTime`; `None` where the header does not say it in numbers.
    fn date(&self) -> Option<String> {
        if let Some(date) = self.field("Date").filter(|date| is_date_time(date)) {
            return Some(date.to_string());
        }
        // ISO 25178-71: day, month, year, hour, minute.
        let stated = self.field("CreateDate").filter(|date| date.len() == 12 && date.is_ascii())?;
        let [day, month, year, hour, minute] = [0..2, 2..4, 4..8, 8..10, 10..12].map(|place| &stated[place]);
        let date = format!("{year}-{month}-{day}T{hour}:{minute}:00");
        is_date_time(&date).then_some(date)
    }
}

/// True for `2026-11-24T01:02:03` with numbers a calendar and a clock may show.
fn is_date_time(text: &str) -> bool {
    let pattern = b"dddd-dd-ddTdd:dd:dd";
    let alike = |(found, wanted): (u8, &u8)| if *wanted == b'd' { found.is_ascii_digit() } else { found == *wanted };
    let number = |at: usize| text.get(at..at + 2).and_then(|number| number.parse::<u8>().ok()).unwrap_or(u8::MAX);
    text.len() == pattern.len()
        && text.bytes().zip(pattern).all(alike)
        && (1..=12).contains(&number(5))
        && (1..=31).contains(&number(8))
        && number(11) < 24
        && number(14) < 60
        && number(17) < 60
}

/// Text without what XML or a terminal would stumble over.
fn one_line(text: &str) -> String {
    let allowed = |c: char| if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') { ' ' } else { c };
    text.chars().map(allowed).collect()
}
