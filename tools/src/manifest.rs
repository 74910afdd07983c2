//! A table of scans and what is known of them: tab separated, no quoting, one heading line.
//!
//! Columns needed: `path` (relative to the table), `kind`, `set`, `firearm_id`, `item_id`. Read if there: `instrument`,
//! `sha256`, `role`, `mirrored` (`yes`: the scan was exported mirrored); of bullets `land` (number of the land, from 1;
//! else the object's name may end in `land` and the number), `land_count` (lands of the rifling) and `direction`
//! (`nose_up`: how the scan is declared to lie). Others are ignored.

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One scan.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// As written in the table: identifies the scan.
    pub(crate) path: String,
    /// Where the file is.
    pub(crate) file: PathBuf,
    /// Code of the kind of mark.
    pub(crate) kind: String,
    /// The collection it belongs to.
    pub(crate) set: String,
    /// Known source of the mark.
    pub(crate) firearm: String,
    /// The physical object: rows with equal `firearm` and `item` show the same one.
    pub(crate) item: String,
    /// Instrument, or empty.
    pub(crate) instrument: String,
    /// SHA-256 of the file in hexadecimal, or empty.
    pub(crate) sha256: String,
    /// `known`, `questioned`, or empty.
    pub(crate) role: String,
    /// True if the scan was exported mirrored: an evaluation turns it over first.
    pub(crate) mirrored: bool,
    /// Where the land sits on its bullet, if the table says.
    pub(crate) seat: Option<Seat>,
    /// Lands of the bullet's rifling; 0 if the table does not say.
    pub(crate) land_count: u32,
    /// True if the scan is declared to lie with the bullet's nose up.
    pub(crate) nose_up: bool,
}

/// A land's place on a bullet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seat {
    /// The bullet.
    pub(crate) bullet: String,
    /// Number of the land, from 0.
    pub(crate) place: usize,
}

/// Most lands of a rifling: micro-groove barrels have up to 22.
const LANDS_MAX: usize = 32;

impl Seat {
    /// Reads the number of a land, and the name of an object such as `barrel 1 bullet 2 land 3`.
    fn of(item: &str, land: &str) -> Option<Self> {
        let (bullet, number) = match item.rsplit_once(" land ") {
            Some((bullet, number)) => (bullet, if land.is_empty() { number } else { land }),
            None => (item, land),
        };
        let number: usize = number.trim().parse().ok()?;
        (1..=LANDS_MAX).contains(&number).then(|| Self { bullet: bullet.to_owned(), place: number - 1 })
    }
}

/// Reads a table.
pub(crate) fn read(path: &Path) -> Result<Vec<Row>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the manifest {}", path.display()))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let Some((_, heading)) = lines.next() else { bail!("the manifest {} is empty", path.display()) };
    let columns: BTreeMap<&str, usize> = heading.split('\t').enumerate().map(|(at, name)| (name.trim(), at)).collect();
    for needed in ["path", "kind", "set", "firearm_id", "item_id"] {
        if !columns.contains_key(needed) {
            bail!("the manifest {} has no column `{needed}` (tab separated)", path.display());
        }
    }
    let mut rows = Vec::new();
    for (number, line) in lines {
        let fields: Vec<&str> = line.split('\t').collect();
        let field = |name: &str| columns.get(name).and_then(|at| fields.get(*at)).map_or("", |text| text.trim());
        if field("path").is_empty() {
            bail!("line {} of the manifest {} has no path", number + 1, path.display());
        }
        rows.push(Row {
            path: field("path").into(),
            file: folder.join(field("path")),
            kind: field("kind").into(),
            set: field("set").into(),
            firearm: field("firearm_id").into(),
            item: field("item_id").into(),
            instrument: field("instrument").into(),
            sha256: field("sha256").to_ascii_lowercase(),
            role: field("role").into(),
            mirrored: field("mirrored") == "yes",
            seat: Seat::of(field("item_id"), field("land")),
            land_count: lands(field("land_count"))
                .with_context(|| format!("line {} of {}", number + 1, path.display()))?,
            nose_up: field("direction") == "nose_up",
        });
    }
    Ok(rows)
}

fn lands(text: &str) -> Result<u32> {
    if text.is_empty() {
        return Ok(0);
    }
    text.parse().with_context(|| format!("`land_count` is `{text}`, no number"))
}

impl Row {
    /// The firearm: what stands before the slash where a source names its land too (`barrel/land`).
    pub(crate) fn barrel(&self) -> &str {
        self.firearm.split_once('/').map_or(&self.firearm, |(barrel, _)| barrel)
    }
    /// A name for the bullet whose land this is; else as [`Row::specimen`].
    pub(crate) fn bullet(&self) -> String {
        let item = self.seat.as_ref().map_or(&self.item, |seat| &seat.bullet);
        match self.role.as_str() {
            "questioned" => format!("{} {item}", self.set),
            _ => format!("{} {item}", self.barrel()),
        }
    }
    /// A name for the physical object. A questioned one does not tell its firearm; a known one does, so that two files
    /// of one object, raw and processed say, are two scans of one specimen.
    pub(crate) fn specimen(&self) -> String {
        match self.role.as_str() {
            "questioned" => format!("{} {}", self.set, self.item),
            _ => format!("{} {}", self.firearm, self.item),
        }
    }
    /// True if the two rows show the same physical object, so that they are neither same- nor different-source.
    pub(crate) fn same_item(&self, other: &Row) -> bool {
        self.firearm == other.firearm && self.item == other.item
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_number_of_an_object_is_its_place_on_the_bullet_unless_a_column_says_another() {
        let seat = |bullet: &str, place| Some(Seat { bullet: bullet.into(), place });
        assert_eq!(Seat::of("Hamby252 barrel 1 bullet 2 land 4", ""), seat("Hamby252 barrel 1 bullet 2", 3));
        assert_eq!(Seat::of("bullet 2 land 4", "6"), seat("bullet 2", 5));
        assert_eq!(Seat::of("bullet 2", "1"), seat("bullet 2", 0));
        for (item, land) in [("case 7", ""), ("bullet 1 land 0", ""), ("bullet 1 land 33", ""), ("bullet 1", "x")] {
            assert_eq!(Seat::of(item, land), None, "{item} {land}");
        }
    }
}
