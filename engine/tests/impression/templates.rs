//! Scans to templates.

use crate::scans::{scan, template, turned};
use headstamp_engine::formats::{Photograph, Scan, Topography};
use headstamp_engine::marks::{MarkError, MarkKind, OriginKind};
use headstamp_engine::methods::newest;
use headstamp_engine::template::Template;
use headstamp_engine::trace::{Album, NoTrace};
use headstamp_engine::units::um;
use ndarray::Array2;

const KIND: MarkKind = MarkKind::BreechFaceImpression;

fn refusal(scan: &Scan) -> MarkError {
    newest(KIND).template(scan, KIND, &mut NoTrace).unwrap_err()
}

#[test]
fn a_map_that_could_not_be_read_again_is_not_written() {
    let mut large = template(scan("fadul_01_1"));
    (large.rows, large.cols) = (4096, 4097);
    large.heights = vec![1; 4096 * 4097];
    let error = large.to_bytes().unwrap_err().to_string();
    assert!(error.starts_with("the mark's map takes 167") && error.ends_with("at most 16777216 are stored"), "{error}");
}

#[test]
fn a_cropped_scan_becomes_a_map_of_unit_sq_about_its_aperture() {
    let template = template(scan("fadul_01_1"));
    assert_eq!((template.method.as_str(), template.origin_kind), ("impression/1", OriginKind::Crop));
    let aperture = template.aperture.unwrap();
    // Design study: the crop's aperture circle of the Fadul scans has a radius of 1359 +- 22 um.
    assert!((aperture.radius.micrometres() - 1359.0).abs() < 3.0 * 22.0, "{:?}", aperture.radius);
    assert!(aperture.centre.distance(template.origin).micrometres() < 1e-6);
    let map = template.map();
    let present: Vec<f32> = map.iter().copied().filter(|height| !height.is_nan()).collect();
    let sq = (present.iter().map(|height| height * height).sum::<f32>() / present.len() as f32).sqrt();
    assert!((0.9..=1.0).contains(&sq), "Sq after clipping at 3 Sq is {sq}");
    // The scan's own band-pass left an Sq of 1 to 2 um.
    assert!((0.5..2.0).contains(&template.sq.micrometres()), "{:?}", template.sq);
}

#[test]
fn the_stored_form_gives_the_same_template_back() {
    let template = template(scan("TW01-02"));
    let bytes = template.to_bytes().unwrap();
    assert_eq!(Template::from_bytes(&bytes).unwrap(), template);
    assert!(Template::from_bytes(&bytes[..bytes.len() - 1]).is_err());
    assert!(Template::from_bytes(&[bytes.as_slice(), &[0]].concat()).unwrap_err().to_string().contains("1 bytes too"));
    // The form before: every field as postcard has it.
    let older = postcard::to_extend(&template, b"HSMARK1".to_vec()).unwrap();
    assert_eq!(Template::from_bytes(&older).unwrap(), template);
    assert!(Template::from_bytes(&older[..older.len() - 1]).is_err());
    println!("stored form 1: {} bytes, form 2: {} bytes", older.len(), bytes.len());
    assert!(bytes.len() < older.len() * 2 / 3, "{} of {} bytes are left", bytes.len(), older.len());
}

#[test]
fn turning_and_moving_a_scan_moves_its_origin_with_it() {
    let original = scan("fadul_02_1");
    let radius = template(original.clone()).aperture.unwrap().radius.micrometres();
    for (degrees, shift) in [(33.0, (3.3, -7.9)), (181.0, (0.5, 0.5)), (297.5, (-11.0, 4.2))] {
        let again = template(turned(&original, degrees, shift)).aperture.unwrap().radius.micrometres();
        assert!((again - radius).abs() < 10.0, "{degrees} degrees: radius {again:.0} um, unturned {radius:.0} um");
    }
}

#[test]
fn what_cannot_hold_a_mark_is_refused_in_one_clear_sentence() {
    let photograph = Scan::Photograph(Photograph { brightness: Array2::zeros((9, 9)), pitch: None });
    let said = "a photograph cannot hold a breech face impression: a topography is needed";
    assert_eq!(refusal(&photograph).to_string(), said);

    let original = scan("fadul_01_1");
    let coarse = Topography { pitch_x: um(40.0), pitch_y: um(40.0), ..original.clone() };
    let said = "unsuitable: samples lie 40.0 um apart, at most 25 um";
    assert_eq!(refusal(&Scan::Topography(coarse)).to_string(), said);

    let odd = [
        ("nothing present", Array2::from_elem((545, 545), f32::NAN)),
        ("all of one height", Array2::from_elem((545, 545), 1e-6)),
        ("no samples", Array2::zeros((0, 0))),
        ("one sample", Array2::zeros((1, 1))),
        ("one row", Array2::zeros((1, 5000))),
    ];
    for (what, heights) in odd {
        let error = refusal(&Scan::Topography(Topography { heights, ..original.clone() }));
        assert!(matches!(error, MarkError::Unsuitable { .. }), "{what}: {error}");
    }
    let mut infinite = original.clone();
    infinite.heights.slice_mut(ndarray::s![200..260, ..]).fill(f32::INFINITY);
    let _ = newest(KIND).template(&Scan::Topography(infinite), KIND, &mut NoTrace);
    let nan_pitch = Topography { pitch_x: um(f64::NAN), ..original };
    assert!(matches!(refusal(&Scan::Topography(nan_pitch)), MarkError::Unsuitable { .. }));
}

#[test]
fn every_step_leaves_its_picture() {
    let mut album = Album::default();
    newest(KIND).template(&Scan::Topography(scan("TW02-01")), KIND, &mut album).unwrap();
    let steps: Vec<&str> = album.0.iter().map(|step| step.step.as_str()).collect();
    for wanted in ["levelled", "filtered"] {
        assert!(steps.contains(&wanted), "{wanted} is missing from {steps:?}");
    }
}
