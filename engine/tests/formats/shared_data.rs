//! The shared data set, which is not part of the repository: tests on it say so and pass where it is absent.

use std::path::{Path, PathBuf};

/// One row of the manifest.
pub(crate) struct Row {
    /// Where the file is.
    pub(crate) path: PathBuf,
    /// Lateral resolution in metres, where known.
    pub(crate) pitch: Option<f64>,
}

/// Rows of the manifest whose path ends in `.x3p`; none, with a printed line, where the data set is absent.
pub(crate) fn x3p_rows() -> Vec<Row> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let Ok(manifest) = std::fs::read_to_string(root.join("manifest.tsv")) else {
        println!("skipped: no shared data at {}", root.display());
        return Vec::new();
    };
    let rows = manifest.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    rows.filter(|row| row.len() > 6 && row[0].ends_with(".x3p"))
        .map(|row| Row { path: root.join(row[0]), pitch: row[6].parse().ok() })
        .collect()
}
