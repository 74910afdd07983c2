//! What the stored numbers mean: units, missing values, order of rows. Numbers from the format's text and from
//! `testdata/make_broken.py`, which stores heights `scale * sin(0.7 i)` at point `i`.

use crate::samples::sample;
use headstamp_engine::formats::x3p::X3pDocument;
use headstamp_engine::formats::{Decoded, ReadSettings, Scan, Topography, read};

fn decoded(name: &str) -> Decoded {
    read(&sample("formats", name), &ReadSettings::default()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn topography(name: &str) -> Topography {
    match decoded(name).scan {
        Scan::Topography(topography) => topography,
        other => panic!("{name} is {other:?}"),
    }
}

/// Largest distance from `scale * sin(0.7 i)`, in metres, over the points that are there.
fn worst(topography: &Topography, scale: f64) -> f64 {
    let height = |height: f32| f64::from(height) + topography.datum.metres();
    let distance = |(point, &found): (usize, &f32)| (height(found) - scale * (0.7 * point as f64).sin()).abs();
    topography.heights.iter().enumerate().filter(|(_, height)| !height.is_nan()).map(distance).fold(0.0, f64::max)
}

#[test]
fn all_four_number_types_give_the_same_surface() {
    for (name, resolution) in [("D", 1e-13), ("F", 1e-13), ("I", 0.51e-9), ("L", 0.51e-9)] {
        let surface = topography(&format!("surface_{name}.x3p"));
        assert_eq!(surface.heights.dim(), (3, 4));
        assert_eq!(surface.pitch_x.metres(), 6.25e-6);
        assert!(worst(&surface, 1e-6) < resolution, "{name}: off by {:e} m", worst(&surface, 1e-6));
    }
}

#[test]
fn x_is_the_fastest_index_and_rows_are_not_flipped() {
    let surface = topography("surface_D.x3p");
    let step = f64::from(surface.heights[(0, 1)] - surface.heights[(0, 0)]);
    assert!((step - 1e-6 * 0.7f64.sin()).abs() < 1e-12);
    let down = f64::from(surface.heights[(1, 0)] - surface.heights[(0, 0)]);
    assert!((down - 1e-6 * 2.8f64.sin()).abs() < 1e-12);
}

#[test]
fn the_signalling_nan_of_r_is_one_missing_height() {
    let surface = topography("r_na.x3p");
    assert!(surface.heights[(0, 1)].is_nan());
    assert_eq!(surface.heights.iter().filter(|height| height.is_nan()).count(), 1);
    assert!(worst(&surface, 1e-6) < 1e-13);
}

#[test]
fn a_document_keeps_the_payload_of_the_signalling_nan_of_r() {
    let document = X3pDocument::read(&sample("formats", "r_na.x3p"), &ReadSettings::default()).unwrap();
    let written = X3pDocument::read(&document.write().unwrap(), &ReadSettings::default()).unwrap();
    let bytes = written.columns()[2].as_ref().unwrap().to_bytes();
    assert_eq!(bytes[8..16], 0x7FF0_0000_0000_07A2_u64.to_le_bytes());
}

#[test]
fn points_two_and_nine_are_missing_where_the_validity_file_clears_their_bits() {
    let decoded = decoded("validity.x3p");
    let Scan::Topography(surface) = decoded.scan else { panic!() };
    let missing: Vec<usize> =
        surface.heights.iter().enumerate().filter(|(_, height)| height.is_nan()).map(|(point, _)| point).collect();
    assert_eq!(missing, [2, 9]);
    assert!(decoded.notes.iter().any(|note| note.starts_with("2 points")), "{:?}", decoded.notes);
}

#[test]
fn the_offset_of_the_z_axis_goes_into_the_datum() {
    let datum = topography("validity.x3p").datum.metres();
    assert!((datum - 0.002).abs() < 1e-6, "datum {datum}, the file says 2 mm");
}

#[test]
fn points_in_the_xml_are_read_and_an_empty_one_is_missing() {
    let surface = topography("points_in_xml.x3p");
    assert!(surface.heights[(1, 1)].is_nan());
    assert_eq!(surface.heights.iter().filter(|height| height.is_nan()).count(), 1);
    assert!(worst(&surface, 1e-6) < 1e-13);
}

#[test]
fn members_in_a_folder_are_found_and_mask_and_vendor_members_are_kept() {
    let bytes = sample("formats", "in_folder_with_mask.x3p");
    assert!(worst(&topography("in_folder_with_mask.x3p"), 1e-6) < 1e-13);
    let document = X3pDocument::read(&bytes, &ReadSettings::default()).unwrap();
    let again = X3pDocument::read(&document.write().unwrap(), &ReadSettings::default()).unwrap();
    let names: Vec<&str> = again.others().iter().map(|member| member.name.as_str()).collect();
    assert_eq!(names, ["scan/bindata/mask.png", "scan/vendor/notes.txt"]);
    assert_eq!(again.others(), document.others());
    let mask = again.xml().root().descend(&["Record3", "Mask", "Background"]).unwrap();
    assert_eq!(mask.text(), "#cd7f32");
}

#[test]
fn micrometres_written_as_if_they_were_metres_are_noted_and_read_as_micrometres() {
    let decoded = decoded("micrometres.x3p");
    let Scan::Topography(surface) = decoded.scan else { panic!() };
    assert!((surface.pitch_x.micrometres() - 6.25).abs() < 1e-9);
    assert!(worst(&surface, 1e-6) < 1e-13);
    assert_eq!(decoded.notes.iter().filter(|note| note.contains("micrometres")).count(), 3, "{:?}", decoded.notes);
}

#[test]
fn the_increment_of_an_absolute_z_axis_counts_unless_it_would_make_a_micrometre_a_picometre() {
    let applied = decoded("increment_on_micrometres.x3p");
    assert!(applied.notes.is_empty(), "{:?}", applied.notes);
    assert!(worst(&topography("increment_on_micrometres.x3p"), 1e-6) < 1e-13);
    let left_out = decoded("increment_on_metres.x3p");
    assert!(left_out.notes[0].contains("not applied"), "{:?}", left_out.notes);
    assert!(worst(&topography("increment_on_metres.x3p"), 1e-6) < 1e-13);
}

#[test]
fn a_profile_has_a_pitch_and_six_heights() {
    let Scan::Profile(profile) = decoded("profile.x3p").scan else { panic!() };
    assert_eq!(profile.pitch.metres(), 6.25e-6);
    let worst = profile.heights.iter().enumerate().map(|(i, z)| (z - 1e-6 * (0.7 * i as f64).sin()).abs());
    assert!(worst.fold(0.0, f64::max) < 1e-15);
}

#[test]
fn a_point_cloud_has_the_three_coordinates_of_each_point() {
    let Scan::Points(cloud) = decoded("point_cloud.x3p").scan else { panic!() };
    assert_eq!(cloud.points.len(), 6);
    let [x, y, z] = cloud.points[3];
    assert!((x - 3e-6).abs() < 1e-12 && (y - 6e-6).abs() < 1e-15 && (z - 1e-6 * 2.1f64.sin()).abs() < 1e-15);
}

#[test]
fn stored_y_coordinates_on_a_regular_grid_give_the_pitch() {
    let surface = topography("absolute_y.x3p");
    assert!((surface.pitch_y.metres() / 6.25e-6 - 1.0).abs() < 1e-6);
    assert!(worst(&surface, 1e-6) < 1e-13);
}
