//! Small scans, all different: the scans of `testdata` at half their resolution, each turned by an angle of its own.

use headstamp_engine::formats::x3p::{Provenance, X3pDocument};
use headstamp_engine::formats::{ReadSettings, Scan, Topography, read};
use headstamp_engine::units::Metres;
use ndarray::Array2;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The scans taken.
const FILES: [&str; 11] = [
    "fadul_01_1",
    "fadul_02_1",
    "fadul_03_1",
    "fadul_04_2",
    "fadul_A",
    "fadul_F",
    "fadul_M",
    "TW01-02",
    "TW01-03",
    "TW02-01",
    "TW02-02",
];
/// Samples left out between two that are kept, plus one.
const STRIDE: usize = 2;
/// Degrees from one scan to the next: no two of 200 come near each other.
const TURN: f64 = 137.5;

/// Scan number `number` as an X3P file.
pub(crate) fn turned(number: usize) -> Vec<u8> {
    let scan = &scans()[number % FILES.len()];
    let (rows, cols) = (scan.heights.nrows() / STRIDE, scan.heights.ncols() / STRIDE);
    let (sin, cos) = (number as f64 * TURN).to_radians().sin_cos();
    let (middle_row, middle_col) = (rows as f64 / 2.0, cols as f64 / 2.0);
    let heights = Array2::from_shape_fn((rows, cols), |(row, col)| {
        let (y, x) = (row as f64 - middle_row, col as f64 - middle_col);
        let (from_row, from_col) = (sin * x + cos * y + middle_row, cos * x - sin * y + middle_col);
        let at = |place: f64| (place >= 0.0).then_some((place * STRIDE as f64).round() as usize);
        let height = at(from_row).zip(at(from_col)).and_then(|(row, col)| scan.heights.get((row, col)));
        height.copied().unwrap_or(f32::NAN)
    });
    let scaled = |pitch: Metres| Metres::new(pitch.metres() * STRIDE as f64);
    let turned =
        Topography { heights, pitch_x: scaled(scan.pitch_x), pitch_y: scaled(scan.pitch_y), datum: scan.datum };
    let document = X3pDocument::from_topography(&turned, &Provenance::default()).expect("a document");
    document.write().expect("a file")
}

/// The scans of `testdata`, decoded once.
fn scans() -> &'static [Topography] {
    static SCANS: OnceLock<Vec<Topography>> = OnceLock::new();
    SCANS.get_or_init(|| {
        let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../testdata/breech_face");
        let scan = |name: &&str| {
            let bytes = std::fs::read(directory.join(format!("{name}.x3p"))).expect("a scan of testdata");
            match read(&bytes, &ReadSettings::default()).expect("a readable scan").scan {
                Scan::Topography(topography) => topography,
                other => panic!("{name} holds {other:?}"),
            }
        };
        FILES.iter().map(scan).collect()
    })
}
