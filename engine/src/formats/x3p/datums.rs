//! Points kept in `main.xml`: one `Datum` a point, its numbers separated by semicolons, empty where none was measured.

use super::document::in_places;
use super::header::{AXES, Header};
use super::values::Values;
use super::xml::{Tree, malformed};
use crate::formats::FormatError;
use crate::formats::error::shortened;
use quick_xml::events::Event;
use quick_xml::reader::Reader;
use std::borrow::Cow;

/// Points from the XML; empty elements clear their bit in `validity`.
pub(super) fn listed_points(
    tree: &Tree,
    header: &Header,
    points: u64,
    validity: &mut Option<Vec<u8>>,
) -> Result<[Option<Values>; 3], FormatError> {
    let kinds = header.stored_types()?;
    let mut columns: Vec<Values> = kinds.iter().map(|&kind| Values::empty(kind)).collect();
    let list = tree.root().descend(&["Record3", "DataList"]);
    let inside = list.and_then(|list| list.points()).unwrap_or_default();
    let names: Vec<&str> = AXES.into_iter().zip(header.stored()).filter(|(_, s)| *s).map(|(name, _)| name).collect();
    let mut place = 0;
    let found = each_datum(inside, points + 1, &mut |datum| {
        if datum.is_none() {
            let bits = validity.get_or_insert_with(|| vec![u8::MAX; points.div_ceil(8) as usize]);
            if let Some(byte) = bits.get_mut(place / 8) {
                *byte &= !(1 << (place % 8));
            }
        }
        place += 1;
        let mut parts = datum.map(|datum| datum.split(';').map(str::trim));
        for (column, name) in columns.iter_mut().zip(&names) {
            let part = match &mut parts {
                Some(parts) => Some(parts.next().ok_or_else(|| FormatError::Field {
                    field: format!("Datum ({name})"),
                    found: shortened(datum.unwrap_or_default()),
                    expected: "one number for each stored axis",
                })?),
                None => None,
            };
            column.take_text(&format!("Datum ({name})"), part)?;
        }
        Ok(())
    })?;
    if found != points {
        return Err(FormatError::SampleCount { declared: points, found });
    }
    Ok(in_places(columns, header))
}

/// Hands over the text of each `Datum` inside a list of points, `None` for an empty one, and says how many there were.
/// Stops after `most`.
fn each_datum(
    inside: &str,
    most: u64,
    take: &mut dyn FnMut(Option<&str>) -> Result<(), FormatError>,
) -> Result<u64, FormatError> {
    let mut reader = Reader::from_str(inside);
    let mut found = 0;
    let mut open = false;
    let mut value: Option<Cow<'_, str>> = None;
    while found < most {
        let position = reader.buffer_position();
        match reader.read_event().map_err(|error| malformed(position, &error))? {
            Event::Start(start) if !open && start.local_name().as_ref() == "Datum" => open = true,
            Event::Empty(start) if !open && start.local_name().as_ref() == "Datum" => {
                take(None)?;
                found += 1;
            }
            Event::Text(text) if text.trim().is_empty() => {}
            Event::Text(text) if open && value.is_none() => value = Some(text.into_inner()),
            Event::Comment(_) => {}
            Event::End(_) => {
                take(value.take().as_deref().map(str::trim))?;
                found += 1;
                open = false;
            }
            Event::Eof => break,
            Event::DocType(_) => return Err(FormatError::XmlDoctype { position }),
            other => {
                let found = shortened(&format!("{other:?}"));
                return Err(FormatError::Xml {
                    position,
                    reason: format!("only `Datum` belongs in a list of points, found {found}"),
                });
            }
        }
    }
    Ok(found)
}
