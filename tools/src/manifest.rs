//! A table of scans and what is known of them: tab separated, no quoting, one heading line.
//!
//! Columns needed: `path` (relative to the table), `kind`, `set`, `firearm_id`, `item_id`. Read if there: `instrument`,
//! `sha256`, `role`, `mirrored` (`yes`: the scan was exported mirrored). Others are ignored.

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
        });
    }
    Ok(rows)
}

impl Row {
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
