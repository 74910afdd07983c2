//! Photographs: brightness and the size of a pixel. The PNG, BMP and TIFF samples come from `testdata/make_broken.py`.

use crate::samples::sample;
use headstamp_engine::formats::{Decoded, FormatError, Photograph, ReadSettings, Scan, read};
use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder, codecs::jpeg::PixelDensity};

fn photograph(decoded: &Decoded) -> &Photograph {
    match &decoded.scan {
        Scan::Photograph(photograph) => photograph,
        other => panic!("{other:?}"),
    }
}

fn decoded(name: &str, settings: &ReadSettings) -> Decoded {
    read(&sample("formats", name), settings).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn brightness_is_zero_to_one_in_the_order_of_the_file() {
    let steps = [
        ("grey_8.png", 1.0 / 255.0),
        ("grey_16.png", 5000.0 / 65535.0),
        ("grey_4um.bmp", 1.0 / 255.0),
        ("grey_8.tif", 1.0 / 255.0),
        ("grey_16_4um.tif", 5000.0 / 65535.0),
        ("grey_f32.tif", 1.0 / 16.0),
    ];
    for (name, step) in steps {
        let decoded = decoded(name, &ReadSettings::default());
        let brightness = &photograph(&decoded).brightness;
        assert_eq!(brightness.dim(), (3, 4), "{name}");
        for (place, &found) in brightness.iter().enumerate() {
            let expected = place as f64 * step;
            assert!((f64::from(found) - expected).abs() < 1e-6, "{name}: {found} at {place}, expected {expected}");
        }
    }
}

#[test]
fn an_embedded_size_of_four_micrometres_is_believed_and_noted() {
    for name in ["grey_4um.png", "grey_4um.bmp", "grey_16_4um.tif"] {
        let decoded = decoded(name, &ReadSettings::default());
        let pitch = photograph(&decoded).pitch.unwrap().micrometres();
        assert!((pitch - 4.0).abs() < 1e-3, "{name}: {pitch}");
        assert!(decoded.notes[0].contains("4.0000"), "{name}: {:?}", decoded.notes);
    }
}

#[test]
fn seventy_two_dots_an_inch_is_a_print_setting_and_not_used() {
    let decoded = decoded("grey_72dpi.png", &ReadSettings::default());
    assert_eq!(photograph(&decoded).pitch, None);
    assert!(decoded.notes[0].contains("72 dpi"), "{:?}", decoded.notes);
}

#[test]
fn the_callers_pixel_size_stands_above_the_files() {
    let settings = ReadSettings { pixel_micrometres: Some(2.5), ..ReadSettings::default() };
    let decoded = decoded("grey_4um.png", &settings);
    assert!((photograph(&decoded).pitch.unwrap().micrometres() - 2.5).abs() < 1e-12);
    assert!(decoded.notes.iter().any(|note| note.contains("4.0000") && note.contains("2.5")), "{:?}", decoded.notes);
    for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let settings = ReadSettings { pixel_micrometres: Some(wrong), ..ReadSettings::default() };
        let error = read(&sample("formats", "grey_4um.png"), &settings).unwrap_err();
        assert!(matches!(error, FormatError::PixelSize { .. }), "{wrong}: {error}");
    }
}

#[test]
fn a_jpeg_of_one_grey_is_that_grey_and_its_density_is_read() {
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut file, 95);
    encoder.set_pixel_density(PixelDensity {
        density: (2540, 2540),
        unit: image::codecs::jpeg::PixelDensityUnit::Centimeters,
    });
    encoder.write_image(&[128; 32 * 16], 32, 16, ExtendedColorType::L8).unwrap();
    let decoded = read(&file, &ReadSettings::default()).unwrap();
    let photograph = photograph(&decoded);
    assert_eq!(photograph.brightness.dim(), (16, 32));
    assert!(photograph.brightness.iter().all(|value| (value - 128.0 / 255.0).abs() < 0.01));
    assert!((photograph.pitch.unwrap().micrometres() - 10_000.0 / 2540.0).abs() < 1e-3);
}

#[test]
fn green_counts_most_in_the_brightness_of_a_colour_image() {
    let mut file = Vec::new();
    let pixels = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
    image::codecs::png::PngEncoder::new(&mut file).write_image(&pixels, 2, 2, ExtendedColorType::Rgb8).unwrap();
    let decoded = read(&file, &ReadSettings::default()).unwrap();
    let found: Vec<f32> = photograph(&decoded).brightness.iter().copied().collect();
    // Rec. 709: 0.2126, 0.7152, 0.0722.
    for (found, expected) in found.iter().zip([0.2126, 0.7152, 0.0722, 1.0]) {
        assert!((found - expected).abs() < 2e-4, "{found} for {expected}");
    }
}
