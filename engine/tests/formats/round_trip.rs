//! Reading and writing keeps every bit of the points.

use crate::shared_data::x3p_rows;
use headstamp_engine::formats::x3p::{Values, X3pDocument};
use headstamp_engine::formats::{ReadSettings, Scan, read};

fn stored(document: &X3pDocument) -> [Option<Vec<u8>>; 3] {
    document.columns().each_ref().map(|column| column.as_ref().map(Values::to_bytes))
}

#[test]
fn every_shared_x3p_keeps_its_points_its_xml_and_its_other_members_when_written_again() {
    let settings = ReadSettings::default();
    for row in x3p_rows() {
        let bytes = std::fs::read(&row.path).unwrap();
        let first = X3pDocument::read(&bytes, &settings).unwrap_or_else(|e| panic!("{}: {e}", row.path.display()));
        let written = first.write().unwrap();
        let strict = ReadSettings { checksum_strict: true, ..ReadSettings::default() };
        let again = X3pDocument::read(&written, &strict).unwrap();
        let name = row.path.display();
        assert!(stored(&first) == stored(&again), "{name}: points differ");
        assert!(first.others() == again.others(), "{name}: other members differ");
        // Large files say nothing here that small ones do not, and take long to pack.
        if bytes.len() < 300_000 {
            assert!(written == again.write().unwrap(), "{name}: a second writing differs");
        }
    }
}

#[test]
fn every_shared_x3p_has_the_pitch_of_the_manifest() {
    for row in x3p_rows() {
        let bytes = std::fs::read(&row.path).unwrap();
        let decoded = read(&bytes, &ReadSettings::default()).unwrap_or_else(|e| panic!("{}: {e}", row.path.display()));
        println!("{} {:?}", row.path.file_name().unwrap().to_string_lossy(), decoded.notes);
        let (Some(pitch), Scan::Topography(topography)) = (row.pitch, decoded.scan) else { continue };
        let found = topography.pitch_x.metres();
        assert!((found / pitch - 1.0).abs() < 1e-6, "{}: pitch {found}, manifest {pitch}", row.path.display());
    }
}
