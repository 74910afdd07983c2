//! Broken files of instruments: cut anywhere, any byte changed, sizes beyond reason. Each ends in an answer or an error.

use crate::instruments::{ENDINGS, instrument_samples};
use crate::samples::sample;
use headstamp_engine::formats::{FormatError, ReadSettings, read};

/// Limits near the samples, so that a wild length is over them.
fn limits() -> ReadSettings {
    ReadSettings { samples_max: 1 << 16, decompressed_bytes_max: 1 << 20, ..ReadSettings::default() }
}

/// A sample with `bytes` at `at`.
fn with(name: &str, at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = sample("formats", name);
    file[at..at + bytes.len()].copy_from_slice(bytes);
    file
}

/// A sample with one text in the place of another.
fn replaced(name: &str, old: &str, new: &str) -> Vec<u8> {
    let file = sample("formats", name);
    let (old, new) = (old.as_bytes(), new.as_bytes());
    let at = file.windows(old.len()).position(|window| window == old).unwrap_or_else(|| panic!("{name}: {old:?}"));
    [&file[..at], new, &file[at + old.len()..]].concat()
}

/// A tag of AL3D keeps its length.
fn tag(name: &str, key: &str, old: &str, new: &str) -> Vec<u8> {
    let line = |value: &str| format!("{key:\0<20}{value:\0<30}");
    replaced(name, &line(old), &line(new))
}

type Broken = (&'static str, Vec<u8>, fn(&FormatError) -> bool, &'static [&'static str]);

macro_rules! is {
    ($pattern:pat) => {
        |error| matches!(error, $pattern)
    };
}

fn broken() -> Vec<Broken> {
    let huge = u32::MAX.to_le_bytes();
    let nan = f32::NAN.to_le_bytes();
    let none = 0f32.to_le_bytes();
    vec![
        (
            "al3d, a billion columns",
            tag("padded.al3d", "Cols", "5", "1000000000"),
            is!(FormatError::TooManySamples { .. }),
            &["3000000000"],
        ),
        (
            "al3d, 2^64 rows",
            tag("padded.al3d", "Rows", "3", "18446744073709551615"),
            is!(FormatError::TooManySamples { .. }),
            &[],
        ),
        (
            "al3d, no rows",
            tag("padded.al3d", "Rows", "3", "0"),
            is!(FormatError::TooSmall { columns: 5, rows: 0 }),
            &["5 x 0"],
        ),
        (
            "al3d, one row too many",
            tag("padded.al3d", "Rows", "3", "4"),
            is!(FormatError::SampleBytes { declared: 20, .. }),
            &["20", "72"],
        ),
        (
            "al3d, columns in words",
            tag("padded.al3d", "Cols", "5", "five"),
            is!(FormatError::Field { .. }),
            &["Cols", "five"],
        ),
        (
            "al3d, pitch NaN",
            tag("padded.al3d", "PixelSizeXMeter", "2e-06", "nan"),
            is!(FormatError::Pitch { axis: "x", .. }),
            &["NaN"],
        ),
        (
            "al3d, pitch negative",
            tag("padded.al3d", "PixelSizeYMeter", "3e-06", "-3e-06"),
            is!(FormatError::Pitch { axis: "y", .. }),
            &["-0.000003"],
        ),
        (
            "al3d, no depth image",
            tag("padded.al3d", "DepthImageOffset", "845", "0"),
            is!(FormatError::Layout { .. }),
            &["0"],
        ),
        (
            "al3d, depth beyond the end",
            tag("padded.al3d", "DepthImageOffset", "845", "84500"),
            is!(FormatError::SampleBytes { found: 0, .. }),
            &["15"],
        ),
        (
            "al3d, a billion tags",
            tag("padded.al3d", "TagCount", "9", "1000000000"),
            is!(FormatError::Layout { .. }),
            &["1000000000", "1024"],
        ),
        (
            "al3d, a tag too many",
            tag("padded.al3d", "TagCount", "9", "10"),
            is!(FormatError::Layout { .. }),
            &["CR LF"],
        ),
        (
            "al3d, no size",
            replaced("padded.al3d", "Cols", "Cola"),
            is!(FormatError::MissingField { field: "Cols", .. }),
            &["Cols"],
        ),
        (
            "sur, 2^31 points a line",
            with("32_bits.sur", 108, &i32::MAX.to_le_bytes()),
            is!(FormatError::TooManySamples { .. }),
            &["6442450941"],
        ),
        (
            "sur, negative lines",
            with("32_bits.sur", 112, &(-3i32).to_le_bytes()),
            is!(FormatError::TooSmall { .. }),
            &["5 x 0"],
        ),
        (
            "sur, one line too many",
            with("32_bits.sur", 112, &4i32.to_le_bytes()),
            is!(FormatError::SampleBytes { .. }),
            &["20", "60"],
        ),
        (
            "sur, points of 64 bits",
            with("32_bits.sur", 98, &64i16.to_le_bytes()),
            is!(FormatError::Layout { .. }),
            &["64"],
        ),
        ("sur, unit of time", with("32_bits.sur", 212, b"s       "), is!(FormatError::Field { .. }), &["`s`"]),
        ("sur, z spacing NaN", with("32_bits.sur", 128, &nan), is!(FormatError::Field { .. }), &["NaN"]),
        ("sur, x spacing 0", with("32_bits.sur", 120, &none), is!(FormatError::Pitch { axis: "x", .. }), &["0"]),
        ("sur, a series", with("32_bits.sur", 14, &7i16.to_le_bytes()), is!(FormatError::Layout { .. }), &["7"]),
        ("sur, a spectrum", with("32_bits.sur", 18, &19i16.to_le_bytes()), is!(FormatError::Layout { .. }), &["19"]),
        (
            "sur, 4 billion streams",
            with("deflated.sur", 532, &huge),
            is!(FormatError::Layout { .. }),
            &["4294967295", "64"],
        ),
        (
            "sur, a stream larger than the grid",
            with("deflated.sur", 536, &huge),
            is!(FormatError::Layout { .. }),
            &["room for 60"],
        ),
        (
            "sur, a stream beyond the end",
            with("deflated.sur", 540, &huge),
            is!(FormatError::Truncated { .. }),
            &["621"],
        ),
        (
            "sur, a stream that holds less",
            with("deflated.sur", 536, &21u32.to_le_bytes()),
            is!(FormatError::Layout { .. }),
            &["21"],
        ),
        (
            "sur, a stream that holds more",
            with("deflated.sur", 536, &19u32.to_le_bytes()),
            is!(FormatError::Layout { .. }),
            &["19", "20 or more"],
        ),
        (
            "sur, a damaged stream",
            with("deflated.sur", 556, &[0x55; 8]),
            is!(FormatError::Layout { .. }),
            &["stream 0"],
        ),
        (
            "sdf, 65535 x 65535",
            with("type_7.sdf", 42, &[0xff; 4]),
            is!(FormatError::TooManySamples { .. }),
            &["4294836225"],
        ),
        (
            "sdf, 2^32 x 2^32",
            with("iso_2.sdf", 42, &[0xff; 8]),
            is!(FormatError::TooManySamples { .. }),
            &["18446744065119617025"],
        ),
        (
            "sdf, one profile too many",
            with("type_7.sdf", 44, &[4]),
            is!(FormatError::SampleBytes { .. }),
            &["20", "120"],
        ),
        ("sdf, data type 9", with("type_7.sdf", 79, &[9]), is!(FormatError::Layout { .. }), &["9"]),
        ("sdf, compressed", with("type_7.sdf", 78, &[1]), is!(FormatError::Layout { .. }), &["compression 1"]),
        ("sdf, Zscale 0", with("type_7.sdf", 62, &[0; 8]), is!(FormatError::Field { .. }), &["Zscale"]),
        ("sdf, Xscale NaN", with("type_7.sdf", 46, &[0xff; 8]), is!(FormatError::Pitch { axis: "x", .. }), &["NaN"]),
        ("sdf, version 7", with("type_7.sdf", 5, b"7"), is!(FormatError::Layout { .. }), &["bISO-7.0"]),
        (
            "sdf, all missing",
            [&sample("formats", "type_5.sdf")[..81], &[0, 0x80].repeat(15)[..]].concat(),
            is!(FormatError::NoHeights { samples: 15 }),
            &["15"],
        ),
        (
            "sdf text, a billion points",
            replaced("text_iso.sdf", "NumPoints = 5", "NumPoints = 1000000000"),
            is!(FormatError::TooManySamples { .. }),
            &["3000000000"],
        ),
        (
            "sdf text, a height too few",
            replaced("text_iso.sdf", "0.000000 ", ""),
            is!(FormatError::SampleCount { declared: 15, found: 14 }),
            &["15", "14"],
        ),
        (
            "sdf text, a height too many",
            replaced("text_iso.sdf", "0.000000 ", "1 2 3 "),
            is!(FormatError::SampleCount { declared: 15, found: 16 }),
            &["15", "16"],
        ),
        (
            "sdf text, decimal comma",
            replaced("text_iso.sdf", "0.644218", "0,644218"),
            is!(FormatError::Field { .. }),
            &["0,644218"],
        ),
        (
            "sdf text, no Yscale",
            replaced("text_iso.sdf", "Yscale", "Scaley"),
            is!(FormatError::MissingField { field: "Yscale", .. }),
            &["Yscale"],
        ),
        (
            "sdf text, no asterisk",
            replaced("text_iso.sdf", "CheckType = 0\r\n*", "CheckType = 0\r\n")
                .into_iter()
                .filter(|&byte| byte != b'*')
                .collect(),
            is!(FormatError::MissingField { field: "*", .. }),
            &[],
        ),
        ("tmd, 2^32 x 2^32", with("gelsight.tmd", 33, &[0xff; 8]), is!(FormatError::TooManySamples { .. }), &[]),
        ("tmd, no columns", with("gelsight.tmd", 33, &[0; 4]), is!(FormatError::TooSmall { columns: 0, rows: 3 }), &[]),
        ("tmd, a row too many", with("gelsight.tmd", 37, &[4]), is!(FormatError::SampleBytes { .. }), &["20", "60"]),
        ("tmd, length NaN", with("gelsight.tmd", 41, &nan), is!(FormatError::Pitch { axis: "x", .. }), &["NaN"]),
        ("tmd, version 1.0", with("gelsight.tmd", 26, b"1"), is!(FormatError::Layout { .. }), &["v1.0"]),
        (
            "tmd, endless comment",
            [b"Binary TrueMap Data File v2.0\r\n\0".as_slice(), &[b'a'; 5000]].concat(),
            is!(FormatError::Layout { .. }),
            &["comment"],
        ),
        ("plu, 2^32 x 2^32", with("topography.plu", 500, &[0xff; 8]), is!(FormatError::TooManySamples { .. }), &[]),
        (
            "plu, twice the lines",
            with("topography.plu", 500, &[9]),
            is!(FormatError::SampleBytes { .. }),
            &["45", "113"],
        ),
        ("plu, an image", with("topography.plu", 428, &[0]), is!(FormatError::Layout { .. }), &["type 0"]),
        ("plu, pitch 0", with("topography.plu", 404, &none), is!(FormatError::Pitch { axis: "x", .. }), &["0"]),
        (
            "opd, a directory of 4 GB",
            with("floats.opd", 20, &huge),
            is!(FormatError::Layout { .. }),
            &["178956970", "4096"],
        ),
        ("opd, a block of 4 GB", with("floats.opd", 68, &huge), is!(FormatError::Truncated { .. }), &["4294967"]),
        (
            "opd, 65535 x 65535",
            with("floats.opd", 220, &[0xff; 4]),
            is!(FormatError::TooManySamples { .. }),
            &["4294836225"],
        ),
        ("opd, a row too many", with("floats.opd", 222, &[4]), is!(FormatError::SampleBytes { .. }), &["20", "60"]),
        ("opd, numbers of 3 bytes", with("floats.opd", 224, &[3]), is!(FormatError::Layout { .. }), &["3 bytes"]),
        (
            "opd, no wavelength",
            replaced("floats.opd", "Wavelength", "Wavelengte"),
            is!(FormatError::MissingField { field: "Wavelength", .. }),
            &[],
        ),
        (
            "opd, no heights",
            replaced("floats.opd", "RAW_DATA", "RAW_DATE"),
            is!(FormatError::MissingField { field: "RAW_DATA", .. }),
            &[],
        ),
        ("opd, Mult 0", with("floats.opd", 218, &[0, 0]), is!(FormatError::Field { .. }), &["Mult"]),
    ]
}

#[test]
fn each_broken_instrument_file_is_refused_with_its_own_variant_and_the_numbers() {
    for (name, bytes, is_right, numbers) in broken() {
        let error = match read(&bytes, &ReadSettings::default()) {
            Err(error) => error,
            Ok(decoded) => panic!("{name} was read: {:?}", decoded.scan),
        };
        assert!(is_right(&error), "{name}: {error:?}");
        let sentence = error.to_string();
        assert!(sentence.len() < 300, "{name}: {sentence}");
        numbers.iter().for_each(|number| assert!(sentence.contains(number), "{name}: no {number} in `{sentence}`"));
    }
}

#[test]
fn a_file_cut_before_its_last_height_is_never_read_as_whole() {
    for name in instrument_samples() {
        let bytes = sample("formats", &name);
        // What follows the heights: texture, image, trailer.
        let tail = match name.as_str() {
            "texture.al3d" => 72 + 4,
            "topography.plu" => 53,
            "text_iso.sdf" | "text_bcr.sdf" => 32,
            "16_bits.opd" | "floats.opd" => 21 + 17 + 12,
            "padded.al3d" => 4,
            // Without its last 8 bytes it is a whole file with the header of the standard.
            "olympus.sdf" => 8,
            _ => 0,
        };
        for end in 0..bytes.len() - tail - usize::from(name.starts_with("text_")) * 8 {
            if name == "padded.al3d" && end == bytes.len() - 12 {
                // Three paddings of 4 bytes less: as long as a file without padding, which some programs write. A note
                // says so.
                continue;
            }
            let cut = read(&bytes[..end], &limits());
            assert!(cut.is_err(), "{name}: read from {end} of {} bytes", bytes.len());
        }
    }
}

#[test]
fn any_byte_of_a_file_may_be_any_of_five_others_without_a_panic() {
    let mut read_still = 0usize;
    for name in instrument_samples() {
        let whole = sample("formats", &name);
        for at in 0..whole.len() {
            for value in [whole[at] ^ 1, whole[at] ^ 0x80, 0, 0x7f, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                read_still += usize::from(read(&bytes, &limits()).is_ok());
            }
        }
    }
    assert!(read_still > 1000, "only {read_still} changed files were read: the test reaches too little");
}

#[test]
fn each_format_has_samples() {
    for ending in ENDINGS {
        let count = instrument_samples().iter().filter(|name| name.ends_with(&format!(".{ending}"))).count();
        assert!(count > 0, "no sample of {ending}");
    }
}
