//! Made documents of every number type, layout and storage come back bit for bit.

use headstamp_engine::formats::x3p::{Axis, Dimension, Feature, NewDocument, Provenance, Values, X3pDocument};
use headstamp_engine::formats::{ReadSettings, Scan, Topography, read};
use headstamp_engine::units::Metres;
use ndarray::Array2;
use proptest::collection::vec;
use proptest::prelude::*;

fn values(count: usize) -> impl Strategy<Value = Values> {
    prop_oneof![
        vec(any::<i16>(), count).prop_map(Values::Int16),
        vec(any::<i32>(), count).prop_map(Values::Int32),
        // Any bits at all: infinities, subnormals and NaN of every payload.
        vec(any::<u32>(), count).prop_map(|bits| Values::Float32(bits.into_iter().map(f32::from_bits).collect())),
        vec(any::<u64>(), count).prop_map(|bits| Values::Float64(bits.into_iter().map(f64::from_bits).collect())),
    ]
}

fn axis(incremental: bool, increment: f64) -> Axis {
    Axis { incremental, number: None, increment, offset: 0.0 }
}

fn documents() -> impl Strategy<Value = NewDocument> {
    let parts = (1u64..9, 1u64..9, 1u64..3, any::<[bool; 4]>(), 1e-9..1e-3f64, 0usize..3);
    parts.prop_flat_map(|(x, y, z, [store_x, store_y, step_z, bits], pitch, feature)| {
        let count = (x * y * z) as usize;
        let maybe = |wanted: bool| match wanted {
            true => values(count).prop_map(Some).boxed(),
            false => Just(None).boxed(),
        };
        let valid = if bits { vec(any::<bool>(), count).prop_map(Some).boxed() } else { Just(None).boxed() };
        (maybe(store_x), maybe(store_y), values(count), valid).prop_map(move |(xs, ys, zs, valid)| NewDocument {
            feature: Feature::ALL[feature],
            axes: [axis(!store_x, pitch), axis(!store_y, pitch), axis(step_z, 1e-9)],
            dimension: match feature {
                0 => Dimension::Matrix { x, y, z },
                _ => Dimension::List { points: x * y * z },
            },
            columns: [xs, ys, Some(zs)],
            valid,
            in_xml: false,
            provenance: Provenance { creator: "A <b> & \"c\" \u{b5}".into(), ..Provenance::default() },
        })
    })
}

fn bytes_of(columns: &[Option<Values>; 3]) -> [Option<Vec<u8>>; 3] {
    columns.each_ref().map(|column| column.as_ref().map(Values::to_bytes))
}

/// With every NaN the same: text has no payloads.
fn numbers_of(columns: &[Option<Values>; 3]) -> [Option<Vec<u64>>; 3] {
    let bits = |value: f64| if value.is_nan() { u64::MAX } else { value.to_bits() };
    columns.each_ref().map(|column| column.as_ref().map(|column| column.to_f64().into_iter().map(bits).collect()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_bit_of_a_made_document_comes_back(parts in documents()) {
        let strict = ReadSettings { checksum_strict: true, ..ReadSettings::default() };
        let made = parts.clone().finish().unwrap();
        let read = X3pDocument::read(&made.write().unwrap(), &strict).unwrap();
        prop_assert_eq!(bytes_of(&parts.columns), bytes_of(read.columns()));
        prop_assert_eq!(made.header().axes, read.header().axes);
        prop_assert_eq!(made.header().dimension, read.header().dimension);
        let bits = |document: &X3pDocument| (0..document.points()).map(|p| document.is_valid(p)).collect::<Vec<_>>();
        prop_assert_eq!(bits(&made), bits(&read));
        let creator = read.xml().root().descend(&["Record2", "Creator"]).unwrap().text();
        prop_assert_eq!(creator, parts.provenance.creator);
        prop_assert_eq!(made.write().unwrap(), read.write().unwrap());
        // Whatever it holds, making a scan of it is an answer or an error.
        let _ = read.into_scan();
    }

    #[test]
    fn every_number_of_a_document_with_its_points_in_the_xml_comes_back(parts in documents()) {
        // A point with a missing number is an empty element, so all of it is missing.
        let parts = NewDocument { in_xml: true, valid: None, ..parts };
        let whole = |point: usize| {
            parts.columns.iter().flatten().all(|column| !column.to_f64()[point].is_nan())
        };
        let read = X3pDocument::read(&parts.clone().finish().unwrap().write().unwrap(), &ReadSettings::default()).unwrap();
        let (made, read) = (numbers_of(&parts.columns), numbers_of(read.columns()));
        for (made, read) in made.iter().zip(&read) {
            prop_assert_eq!(made.is_some(), read.is_some());
            let (Some(made), Some(read)) = (made, read) else { continue };
            prop_assert_eq!(made.len(), read.len());
            for point in (0..made.len()).filter(|&point| whole(point)) {
                prop_assert_eq!(made[point], read[point]);
            }
        }
    }

    #[test]
    fn a_topography_written_as_x3p_is_read_as_the_same_topography(
        (rows, cols) in (2usize..20, 2usize..20),
        heights in vec(prop_oneof![9 => -1e-4f32..1e-4, 1 => Just(f32::NAN)], 400),
        (pitch_x, pitch_y, datum) in (1e-7f64..1e-4, 1e-7f64..1e-4, -1e-2f64..1e-2),
    ) {
        let heights: Vec<f64> = heights[..rows * cols].iter().map(|&height| f64::from(height)).collect();
        prop_assume!(heights.iter().any(|height| !height.is_nan()));
        let pitch = (Metres::new(pitch_x), Metres::new(pitch_y));
        let made = Topography::from_metres(&heights, (rows, cols), pitch, Metres::new(datum)).unwrap();
        let file = X3pDocument::from_topography(&made, &Provenance::default()).unwrap().write().unwrap();
        let decoded = read(&file, &ReadSettings::default()).unwrap();
        prop_assert!(decoded.notes.is_empty(), "{:?}", decoded.notes);
        let Scan::Topography(again) = decoded.scan else { panic!() };
        let bits = |heights: &Array2<f32>| heights.iter().map(|height| height.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&made.heights), bits(&again.heights));
        prop_assert_eq!((made.pitch_x, made.pitch_y, made.datum), (again.pitch_x, again.pitch_y, again.datum));
    }
}
