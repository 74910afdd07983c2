//! Files of instruments: one surface in every format, and what real files hold.
//!
//! The samples come from `testdata/make_instruments.py`; SurfaceTopography 1.27.1 and surfalize 0.19.2, which share no code
//! with Headstamp, read the same heights from every sample of a variant they know. The figures for real files are
//! theirs too.

use crate::samples::{names, sample};
use headstamp_engine::formats::x3p::{Provenance, X3pDocument};
use headstamp_engine::formats::{Decoded, ReadSettings, Scan, Topography, read};
use std::path::Path;

const COLS: usize = 5;
const ROWS: usize = 3;
const MISSING: usize = 7;
/// Endings of the instrument formats.
pub(crate) const ENDINGS: [&str; 6] = ["al3d", "sur", "sdf", "tmd", "plu", "opd"];

/// Names of the samples of instruments.
pub(crate) fn instrument_samples() -> Vec<String> {
    let known = |name: &String| ENDINGS.iter().any(|ending| name.ends_with(&format!(".{ending}")));
    names("formats").into_iter().filter(known).collect()
}

fn decoded(name: &str) -> Decoded {
    read(&sample("formats", name), &ReadSettings::default()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn topography(decoded: &Decoded) -> &Topography {
    match &decoded.scan {
        Scan::Topography(topography) => topography,
        other => panic!("{other:?}"),
    }
}

fn height(map: &Topography, row: usize, col: usize) -> f64 {
    f64::from(map.heights[(row, col)]) + map.datum.metres()
}

#[test]
fn one_surface_is_the_same_in_25_files_of_six_formats() {
    let samples = instrument_samples();
    assert_eq!(samples.len(), 25);
    for name in samples {
        let decoded = decoded(&name);
        let map = topography(&decoded);
        assert!(name.ends_with(&decoded.format.to_lowercase()), "{name} is {}", decoded.format);
        assert_eq!(map.heights.dim(), (ROWS, COLS), "{name}");
        assert!((map.pitch_x.micrometres() - 2.0).abs() < 1e-6, "{name}: {:?}", map.pitch_x);
        assert!((map.pitch_y.micrometres() - 3.0).abs() < 1e-6, "{name}: {:?}", map.pitch_y);
        // Numbers of 8 bits count 10 nm, the others 1 nm or less. A constant is not shape.
        let resolution = if ["type_0.sdf", "type_4.sdf"].contains(&name.as_str()) { 1.01e-8 } else { 1.01e-9 };
        for point in 0..ROWS * COLS {
            let (row, col) = (point / COLS, point % COLS);
            if point == MISSING {
                // A number of 8 bits without a sign has no value to spare for what is missing.
                assert_eq!(map.heights[(row, col)].is_nan(), name != "type_0.sdf", "{name}");
                continue;
            }
            let found = height(map, row, col) - height(map, 0, 0);
            let expected = 1e-6 * (0.7 * point as f64).sin();
            assert!((found - expected).abs() < resolution, "{name}: {found:e} at {point}, not {expected:e}");
        }
    }
}

#[test]
fn what_was_not_read_or_was_guessed_is_noted() {
    let noted = [
        ("texture.al3d", "texture"),
        ("unpadded.al3d", "20 bytes are not padded"),
        ("padded.al3d", "lines were reversed"),
        ("truemap.tmd", "millimetres"),
        ("topography.plu", "53 bytes after"),
        ("olympus.sdf", "Olympus"),
        ("floats.opd", "500.00 nm over 1000"),
        ("16_bits.sur", "not proved"),
    ];
    for (name, words) in noted {
        let notes = decoded(name).notes;
        assert!(notes.iter().any(|note| note.contains(words)), "{name}: no `{words}` in {notes:?}");
    }
}

#[test]
fn header_fields_are_kept_as_stated() {
    let stated = [
        ("padded.al3d", "Comment", "made by a script"),
        ("32_bits.sur", "Date", "2026-11-24T01:02:03"),
        ("macintosh.sur", "Operator", "nobody"),
        ("type_7.sdf", "ManufacID", "script"),
        ("text_iso.sdf", "Trailer", "PartName = none"),
        ("truemap.tmd", "Comment", "Created by TrueMap v6"),
        ("topography.plu", "Date", "Tue Nov 24 01:02:03 2026"),
        ("16_bits.opd", "Title", "made by a script"),
    ];
    for (name, field, value) in stated {
        let fields = decoded(name).fields;
        let found = fields.iter().find(|(known, _)| known == field).map(|(_, value)| value.as_str());
        assert_eq!(found, Some(value), "{name}: {fields:?}");
    }
}

/// Bytes of a file of the shared data; none, with a printed line, where it is absent.
fn shared(name: &str) -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/formats").join(name);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        println!("skipped: no {}", path.display());
    }
    bytes
}

/// What other programs find in a real file: name, rows and columns, pitches in um, missing, lowest and highest in um.
type Expected = (&'static str, (usize, usize), (f64, f64), usize, (f64, f64));

const REAL: [Expected; 6] = [
    ("nfi_Klein_replica_mode.al3d", (924, 924), (0.874789, 0.874789), 7385, (-7010.977715, -6612.570491)),
    // Made by a program: grey levels 0 to 247 where metres belong.
    ("nfi_circle.al3d", (259, 259), (0.8765432, 0.8765432), 0, (0.0, 247e6)),
    ("surfalize_test_1.opd", (480, 736), (1.6342412, 1.9066147), 809, (-8.041695, 10.802712)),
    ("surfalize_test_1.plu", (576, 768), (0.332, 0.332), 0, (-12.091986, 12.323053)),
    ("surfalize_test_1.tmd", (300, 300), (63.188667, 63.188667), 0, (0.0, 350.987017)),
    ("surfalize_test_ascii.sdf", (4, 7), (1.0, 1.0), 0, (0.94907, 1.0)),
];

#[test]
fn real_files_hold_what_two_other_programs_find_in_them() {
    for (name, size, (pitch_x, pitch_y), missing, (low, high)) in REAL {
        let Some(bytes) = shared(name) else { continue };
        let decoded = read(&bytes, &ReadSettings::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let map = topography(&decoded);
        assert_eq!(map.heights.dim(), size, "{name}");
        // Heights are kept as 32-bit floats around their median.
        let near =
            |found: f64, expected: f64| (found - expected).abs() <= 1e-6 * expected.abs().max((high - low) / 10.0);
        let same = |found: f64, expected: f64| (found / expected - 1.0).abs() < 1e-6;
        assert!(same(map.pitch_x.micrometres(), pitch_x) && same(map.pitch_y.micrometres(), pitch_y), "{name}");
        let known: Vec<f64> = map.heights.iter().filter(|h| !h.is_nan()).map(|&h| f64::from(h)).collect();
        assert_eq!(map.heights.len() - known.len(), missing, "{name}");
        let um = |height: f64| (height + map.datum.metres()) * 1e6;
        let (lowest, highest) =
            (known.iter().copied().fold(f64::MAX, f64::min), known.iter().copied().fold(f64::MIN, f64::max));
        println!("{name}: {} to {} um", um(lowest), um(highest));
        assert!(near(um(lowest), low) && near(um(highest), high), "{name}: {} to {}", um(lowest), um(highest));
    }
}

#[test]
fn single_heights_of_real_files_lie_where_another_program_has_them() {
    // (row, column) counted upwards in y; heights in um by SurfaceTopography, which counts its lines from the top
    // but for SDF.
    let places = [
        ("nfi_Klein_replica_mode.al3d", (0, 0), -6612.818688),
        ("nfi_Klein_replica_mode.al3d", (924 - 1 - 308, 231), -6911.480799),
        ("surfalize_test_1.opd", (479, 0), -3.170508),
        ("surfalize_test_1.opd", (480 - 1 - 160, 184), -2.391525),
        ("surfalize_test_1.plu", (575, 0), 5.629137),
        ("surfalize_test_1.plu", (576 - 1 - 192, 192), -1.120956),
        ("surfalize_test_1.tmd", (299, 299), 224.121124),
        ("surfalize_test_1.tmd", (300 - 1 - 100, 75), 85.557461),
        ("surfalize_test_ascii.sdf", (3, 0), 0.97986),
        ("surfalize_test_ascii.sdf", (1, 1), 0.99748),
    ];
    for (name, (row, col), expected) in places {
        let Some(bytes) = shared(name) else { continue };
        let decoded = read(&bytes, &ReadSettings::default()).unwrap();
        let found = height(topography(&decoded), row, col) * 1e6;
        assert!((found - expected).abs() < 2e-6 * f64::abs(expected).max(1.0), "{name}: {found} at {row}, {col}");
    }
}

#[test]
fn a_real_toolmark_has_the_same_924_lines_of_heights_in_al3d_and_in_the_x3p_another_laboratory_made_of_it() {
    let (Some(al3d), Some(x3p)) =
        (shared("nfi_Klein_replica_mode.al3d"), shared("nfi_Klein_replica_mode_X3P_Scratch.x3p"))
    else {
        return;
    };
    let (al3d, x3p) = (read(&al3d, &ReadSettings::default()).unwrap(), read(&x3p, &ReadSettings::default()).unwrap());
    let (al3d, x3p) = (topography(&al3d), topography(&x3p));
    assert_eq!(al3d.heights.dim(), x3p.heights.dim());
    let bits = |map: &Topography| map.heights.iter().map(|height| height.to_bits()).collect::<Vec<_>>();
    assert!(bits(al3d) == bits(x3p), "the lines are in another order or the heights differ");
    assert_eq!(al3d.datum, x3p.datum);
}

#[test]
fn heights_pitch_and_missing_points_survive_the_way_into_x3p_bit_for_bit() {
    let files = instrument_samples().into_iter().map(|name| (sample("formats", &name), name));
    let real = REAL.iter().filter_map(|(name, ..)| Some((shared(name)?, name.to_string())));
    for (bytes, name) in files.chain(real.filter(|(_, name)| !name.contains("circle"))) {
        let before = read(&bytes, &ReadSettings::default()).unwrap();
        let written =
            X3pDocument::from_topography(topography(&before), &Provenance::default()).unwrap().write().unwrap();
        let after = read(&written, &ReadSettings { checksum_strict: true, ..ReadSettings::default() }).unwrap();
        let (before, after) = (topography(&before), topography(&after));
        assert_eq!((before.pitch_x, before.pitch_y), (after.pitch_x, after.pitch_y), "{name}");
        assert_eq!(before.datum, after.datum, "{name}");
        let same = before.heights.iter().zip(&after.heights).all(|(a, b)| a.to_bits() == b.to_bits());
        assert!(same && before.heights.dim() == after.heights.dim(), "{name}");
    }
}
