//! Damaged files end in an answer or an error: no panic, no hang. Bytes are flipped, cut, inserted and repeated, both in
//! the file and, for archives, inside a member of an archive whose checksums are right.

use crate::samples::{names, sample};
use headstamp_engine::formats::x3p::X3pDocument;
use headstamp_engine::formats::{READERS, ReadSettings, read};
use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder};
use proptest::collection::vec;
use proptest::prelude::*;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;

/// What is done to a file; places are shares of its length.
#[derive(Clone, Debug)]
enum Damage {
    Flip(f64, u8),
    Set(f64, u8),
    Cut(f64),
    Remove(f64, usize),
    Insert(f64, Vec<u8>),
    Repeat(f64, usize, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = 0.0..1.0f64;
    let token = prop_oneof![
        vec(any::<u8>(), 1..9),
        proptest::sample::select(vec![
            "<",
            "/>",
            "<!--",
            "]]>",
            "&#0;",
            "<!DOCTYPE a>",
            "1e999",
            "NaN",
            "-1",
            "PK\u{1}\u{2}"
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        Just(vec![0xff; 8]),
    ];
    prop_oneof![
        4 => (place.clone(), any::<u8>()).prop_map(|(at, mask)| Damage::Flip(at, mask)),
        4 => (place.clone(), prop_oneof![Just(0), Just(0x7f), Just(0x80), Just(0xff)]).prop_map(|(at, v)| Damage::Set(at, v)),
        1 => place.clone().prop_map(Damage::Cut),
        1 => (place.clone(), 1usize..40).prop_map(|(at, n)| Damage::Remove(at, n)),
        2 => (place.clone(), token).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        1 => (place, 1usize..64, 1usize..40).prop_map(|(at, n, times)| Damage::Repeat(at, n, times)),
    ]
}

fn damaged(mut bytes: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        let length = bytes.len();
        let place = |at: &f64| ((at * length as f64) as usize).min(length.saturating_sub(1));
        match damage {
            _ if length == 0 => {}
            Damage::Flip(at, mask) => bytes[place(at)] ^= mask,
            Damage::Set(at, value) => bytes[place(at)] = *value,
            Damage::Cut(at) => bytes.truncate(place(at)),
            Damage::Remove(at, count) => {
                let start = place(at);
                bytes.drain(start..(start + count).min(length));
            }
            Damage::Insert(at, new) => {
                let start = place(at);
                bytes.splice(start..start, new.iter().copied());
            }
            Damage::Repeat(at, count, times) => {
                let start = place(at);
                let again = bytes[start..(start + count).min(length)].repeat(*times);
                bytes.splice(start..start, again);
            }
        }
    }
    bytes
}

/// Limits near the samples, so that a wild length is over them.
fn limits() -> ReadSettings {
    ReadSettings {
        file_bytes_max: 1 << 20,
        decompressed_bytes_max: 1 << 20,
        samples_max: 1 << 16,
        ..ReadSettings::default()
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = names("formats").iter().map(|name| sample("formats", name)).collect();
    let mut jpeg = Vec::new();
    let pixels: Vec<u8> = (0..24 * 16).map(|i| (i * 37 % 251) as u8).collect();
    JpegEncoder::new(&mut jpeg).write_image(&pixels, 24, 16, ExtendedColorType::L8).unwrap();
    seeds.push(jpeg);
    seeds
}

/// The archive with one member damaged and everything packed anew, so that the zip layer finds nothing wrong.
fn damaged_inside(bytes: &[u8], which: usize, damages: &[Damage]) -> Vec<u8> {
    let mut old = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let which = which % old.len();
    for index in 0..old.len() {
        let mut member = old.by_index(index).unwrap();
        let mut content = Vec::new();
        member.read_to_end(&mut content).unwrap();
        let content = if index == which { damaged(content, damages) } else { content };
        new.start_file(member.name().unwrap(), SimpleFileOptions::default()).unwrap();
        new.write_all(&content).unwrap();
    }
    new.finish().unwrap().into_inner()
}

/// 2000 cases, or more by the environment variable `PROPTEST_CASES`.
fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: config.cases.max(2000), failure_persistence: None, ..config }
}

#[test]
fn every_sample_of_the_formats_is_read() {
    for name in names("formats") {
        assert!(read(&sample("formats", &name), &limits()).is_ok(), "{name}");
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn damaged_files_never_panic(which in any::<prop::sample::Index>(), damages in vec(damage(), 1..6)) {
        let seeds = seeds();
        let bytes = damaged(seeds[which.index(seeds.len())].clone(), &damages);
        let _ = read(&bytes, &limits());
        let _ = X3pDocument::read(&bytes, &limits());
    }

    #[test]
    fn damaged_members_in_a_whole_archive_never_panic(
        which in any::<prop::sample::Index>(),
        member in any::<usize>(),
        damages in vec(damage(), 1..6),
    ) {
        let seeds: Vec<Vec<u8>> = seeds().into_iter().filter(|seed| seed.starts_with(b"PK")).collect();
        let bytes = damaged_inside(&seeds[which.index(seeds.len())], member, &damages);
        let _ = read(&bytes, &limits());
        if let Ok(document) = X3pDocument::read(&bytes, &limits()) {
            // What could be read can be written and read again.
            prop_assert!(X3pDocument::read(&document.write().unwrap(), &ReadSettings::default()).is_ok());
        }
    }

    #[test]
    fn bytes_behind_the_first_ones_of_a_format_never_panic(
        reader in 0usize..READERS.len(),
        magic in proptest::sample::select(vec![
            b"PK\x03\x04".as_slice(), b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"BM", b"II*\0", b"MM\0*",
            b"AliconaImaging\0\r\n", b"DIGITAL SURF", b"DSCOMPRESSED", b"aISO-1.0", b"bISO-2.0", b"\x01\0Directory\0",
            b"Binary TrueMap Data File v2.0\r\n\0",
        ]),
        rest in vec(any::<u8>(), 0..400),
    ) {
        let bytes = [magic, &rest].concat();
        let _ = read(&bytes, &limits());
        let _ = READERS[reader].read(&bytes, &limits());
    }
}
