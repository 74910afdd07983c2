//! Every broken sample is refused by the right variant, with the numbers.

use crate::samples::{names, sample};
use headstamp_engine::formats::{FormatError, ReadSettings, read};

/// Name of the sample, what the error must be, and numbers its sentence must show.
type Expected = (&'static str, fn(&FormatError) -> bool, &'static [&'static str]);

macro_rules! is {
    ($pattern:pat) => {
        |error| matches!(error, $pattern)
    };
}

const EXPECTED: &[Expected] = &[
    ("all_nan.tif", is!(FormatError::NoHeights { samples: 12 }), &["12"]),
    ("all_nan.x3p", is!(FormatError::NoHeights { samples: 12 }), &["12"]),
    ("billion_by_billion.x3p", is!(FormatError::TooManySamples { .. }), &["1000000000000000000", "67108864"]),
    ("cut.bmp", is!(FormatError::Image { format: "BMP", .. }), &[]),
    ("cut.jpg", is!(FormatError::Image { format: "JPEG", .. }), &[]),
    ("cut.png", is!(FormatError::Image { format: "PNG", .. }), &[]),
    ("cut.tif", is!(FormatError::Image { format: "TIFF", .. }), &[]),
    ("damaged.x3p", is!(FormatError::Archive { .. }), &["data.bin"]),
    ("empty", is!(FormatError::Unknown), &[]),
    ("huge.bmp", is!(FormatError::TooManySamples { .. } | FormatError::Image { .. }), &[]),
    ("huge.png", is!(FormatError::TooManySamples { .. }), &["1000000000000000000"]),
    ("huge.tif", is!(FormatError::TooManySamples { .. }), &["1000000000000000000"]),
    ("many_members.x3p", is!(FormatError::ArchiveEntries { found: 103, max: 64 }), &["103", "64"]),
    ("no_increment.x3p", is!(FormatError::MissingPart { .. }), &["CX/Increment"]),
    ("no_main_xml.x3p", is!(FormatError::MissingPart { .. }), &["main.xml"]),
    ("no_points.x3p", is!(FormatError::MissingPart { .. }), &["bindata/data.bin"]),
    ("not_an_image.txt", is!(FormatError::Unknown), &[]),
    ("number_type_unknown.x3p", is!(FormatError::NumberType { axis: "CZ", .. }), &["`Q`"]),
    ("number_type_wrong.x3p", is!(FormatError::SampleBytes { .. }), &["12", "4", "96"]),
    ("odd_bits.tif", is!(FormatError::Image { format: "TIFF", .. }), &["64"]),
    ("one_pixel.png", is!(FormatError::TooSmall { columns: 1, rows: 1 }), &["1 x 1"]),
    ("one_pixel.x3p", is!(FormatError::TooSmall { columns: 1, rows: 1 }), &["1 x 1"]),
    ("overflowing_size.x3p", is!(FormatError::TooManySamples { .. }), &["67108864"]),
    ("pitch_nan.x3p", is!(FormatError::Pitch { axis: "CX", .. }), &["NaN"]),
    ("pitch_negative.x3p", is!(FormatError::Pitch { axis: "CX", .. }), &["-0.00000625"]),
    ("pitch_text.x3p", is!(FormatError::Field { .. }), &["6,25"]),
    ("pitch_zero.x3p", is!(FormatError::Pitch { axis: "CX", .. }), &["0"]),
    ("points_text.x3p", is!(FormatError::Field { .. }), &["high"]),
    ("points_too_few.x3p", is!(FormatError::SampleCount { declared: 12, found: 11 }), &["12", "11"]),
    ("points_too_many.x3p", is!(FormatError::SampleCount { declared: 12, found: 13 }), &["12", "13"]),
    ("size_not_a_number.x3p", is!(FormatError::Field { .. }), &["SizeX", "four"]),
    ("size_too_large.x3p", is!(FormatError::SampleBytes { .. }), &["15", "8", "96"]),
    ("size_too_small.x3p", is!(FormatError::SampleBytes { .. }), &["9", "8", "96"]),
    ("size_zero.x3p", is!(FormatError::Field { .. }), &["SizeX", "0"]),
    ("truncated.x3p", is!(FormatError::Archive { .. }), &[]),
    ("validity_none.x3p", is!(FormatError::NoHeights { samples: 12 }), &["12"]),
    ("validity_short.x3p", is!(FormatError::ValidityBytes { .. }), &["12", "2", "1"]),
    ("xml_bomb.x3p", is!(FormatError::XmlDoctype { .. }), &[]),
    ("xml_cut.x3p", is!(FormatError::Xml { .. }), &[]),
    ("xml_deep.x3p", is!(FormatError::XmlDepth { max: 32 }), &["32"]),
    ("xml_entity.x3p", is!(FormatError::Xml { .. }), &[]),
    ("xml_wide.x3p", is!(FormatError::XmlElements { max: 65536 }), &["65536"]),
    ("zip_bomb.x3p", is!(FormatError::Decompressed { .. }), &["1073741824"]),
    ("zip_bomb_points.x3p", is!(FormatError::Archive { .. }), &["96", "data.bin"]),
];

#[test]
fn each_broken_sample_is_refused_with_its_own_variant_and_the_numbers() {
    for (name, is_right, numbers) in EXPECTED {
        let error = match read(&sample("broken", name), &ReadSettings::default()) {
            Err(error) => error,
            Ok(_) => panic!("{name} was read"),
        };
        assert!(is_right(&error), "{name}: {error:?}");
        let sentence = error.to_string();
        assert!(sentence.len() < 300, "{name}: {sentence}");
        numbers.iter().for_each(|number| assert!(sentence.contains(number), "{name}: no {number} in `{sentence}`"));
    }
}

#[test]
fn a_lying_vendor_member_is_refused_when_it_is_kept_and_never_touched_when_it_is_not() {
    let bytes = sample("broken", "zip_bomb_lying.x3p");
    let error = headstamp_engine::formats::x3p::X3pDocument::read(&bytes, &ReadSettings::default()).unwrap_err();
    assert!(matches!(&error, FormatError::Archive { reason } if reason.contains("128")), "{error}");
    assert!(read(&bytes, &ReadSettings::default()).is_ok());
}

#[test]
fn a_wrong_md5_is_a_note_and_an_error_where_the_settings_are_strict() {
    let strict = ReadSettings { checksum_strict: true, ..ReadSettings::default() };
    for (name, member) in [("md5_of_points.x3p", "bindata/data.bin"), ("md5_of_header.x3p", "main.xml")] {
        let bytes = sample("broken", name);
        let decoded = read(&bytes, &ReadSettings::default()).unwrap();
        assert!(decoded.notes.iter().any(|note| note.contains(&"0".repeat(32))), "{name}: {:?}", decoded.notes);
        let error = read(&bytes, &strict).unwrap_err();
        assert!(matches!(&error, FormatError::Checksum { member: found, .. } if found == member), "{name}: {error}");
    }
}

#[test]
fn a_file_ten_times_over_the_limit_is_refused_before_it_is_looked_at() {
    let settings = ReadSettings { file_bytes_max: 100, ..ReadSettings::default() };
    let error = read(&[0; 1000], &settings).unwrap_err();
    assert_eq!(error.to_string(), "the file has 1000 bytes, the limit is 100");
}

#[test]
fn every_file_among_the_broken_samples_is_expected_by_a_test() {
    let elsewhere = ["md5_of_header.x3p", "md5_of_points.x3p", "zip_bomb_lying.x3p"];
    for name in names("broken") {
        let known = EXPECTED.iter().any(|(expected, ..)| *expected == name) || elsewhere.contains(&name.as_str());
        assert!(known, "no test expects testdata/broken/{name}");
    }
}
