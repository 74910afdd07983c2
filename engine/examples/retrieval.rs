//! Ranks of every ordered mate pair in the mixed gallery of the shared breech faces, each scan turned at random.
//!
//! `cargo run --release -p headstamp-engine --example retrieval -- MANIFEST.tsv [seed] [synthetic distractors]`

use headstamp_engine::features::{Descriptor, Query, QueryOptions};
use headstamp_engine::formats::{ReadSettings, Scan, read};
use headstamp_engine::ids::MarkId;
use headstamp_engine::index::{CandidateIndex, Coherent};
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods::newest;
use headstamp_engine::synth::texture::{generator, uniform};
use headstamp_engine::template::Template;
use headstamp_engine::trace::NoTrace;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

struct Exhibit {
    set: String,
    firearm: String,
    item: String,
    path: String,
    template: Template,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let manifest = Path::new(&arguments[1]);
    let seed: u64 = arguments.get(2).map_or(1, |seed| seed.parse().unwrap());
    let text = std::fs::read_to_string(manifest).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    let method = newest(MarkKind::BreechFaceImpression);
    let exhibits: Vec<Exhibit> = rows
        .par_iter()
        .enumerate()
        .filter(|(_, row)| row[1] == "breech_face_3d" && !row[0].contains("raw"))
        .filter_map(|(at, row)| {
            let bytes = std::fs::read(manifest.parent().unwrap().join(row[0])).unwrap();
            let Scan::Topography(mut scan) = read(&bytes, &ReadSettings::default()).unwrap().scan else { return None };
            let mut random = generator([seed, 77, at as u64, 0]);
            turn(&mut scan.heights, uniform(&mut random) * std::f64::consts::TAU);
            let template = method.template(&Scan::Topography(scan), MarkKind::BreechFaceImpression, &mut NoTrace);
            let template = template.map_err(|error| println!("{}: {error}", row[0])).ok()?;
            let (set, firearm, item) = (row[2].into(), row[3].into(), row[4].into());
            Some(Exhibit { set, firearm, item, path: row[0].into(), template })
        })
        .collect();
    let start = Instant::now();
    let mut index = Coherent::default();
    for (at, exhibit) in exhibits.iter().enumerate() {
        index.insert(id(at), &Descriptor::of(&exhibit.template)).unwrap();
    }
    println!(
        "{} marks described in {:.1} ms each",
        exhibits.len(),
        start.elapsed().as_secs_f64() * 1e3 / exhibits.len() as f64
    );
    if std::env::var("REGISTER").is_ok() {
        let mut apart: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for (at, a) in exhibits.iter().enumerate() {
            println!(
                "{} {:?} {:?} {:?}",
                a.path,
                a.template.origin_kind,
                a.template.grade,
                a.template.aperture.map(|c| c.radius.micrometres())
            );
            for b in &exhibits[at + 1..] {
                if a.set == b.set && a.firearm == b.firearm && a.item != b.item {
                    let r = headstamp_engine::compare::register(&a.template, &b.template, true);
                    let d = r[0].dx.micrometres().hypot(r[0].dy.micrometres());
                    apart.entry(a.set.clone()).or_default().push(d);
                    if d > 60.0 || r[0].correlation < 0.3 {
                        println!(
                            "{} {} {:.0} {:.3} second {:.3}",
                            a.path, b.path, d, r[0].correlation, r[1].correlation
                        );
                    }
                }
            }
        }
        for (set, mut d) in apart {
            d.sort_by(f64::total_cmp);
            println!(
                "{set}: {:.0} {:.0} {:.0} {:.0}",
                d[d.len() / 2],
                d[d.len() * 3 / 4],
                d[d.len() * 9 / 10],
                d[d.len() - 1]
            );
        }
        return;
    }
    let start = Instant::now();
    let mut kept: BTreeMap<String, Vec<(usize, f32, f32)>> = BTreeMap::new();
    for (at, exhibit) in exhibits.iter().enumerate() {
        let query = Query::of(&exhibit.template, &QueryOptions { mirror: true });
        let eligible = |mark: MarkId| {
            let other = &exhibits[mark.0.as_u128() as usize];
            mark != id(at) && other.item != exhibit.item
        };
        let found = index.search(&query, &eligible, usize::MAX).unwrap();
        let best_other = found
            .candidates
            .iter()
            .filter(|c| exhibits[c.mark.0.as_u128() as usize].firearm != exhibit.firearm)
            .map(|c| c.similarity)
            .fold(f32::NEG_INFINITY, f32::max);
        for candidate in &found.candidates {
            let other = &exhibits[candidate.mark.0.as_u128() as usize];
            if other.firearm == exhibit.firearm {
                let above = found
                    .candidates
                    .iter()
                    .filter(|c| exhibits[c.mark.0.as_u128() as usize].firearm != exhibit.firearm)
                    .filter(|c| c.similarity > candidate.similarity)
                    .count();
                kept.entry(exhibit.set.clone()).or_default().push((above + 1, candidate.similarity, best_other));
                if above > 0 {
                    println!(
                        "{} -> {}: rank {} {:.3} against {:.3}",
                        exhibit.path,
                        other.path,
                        above + 1,
                        candidate.similarity,
                        best_other
                    );
                }
            }
        }
    }
    println!("{:.2} ms a query", start.elapsed().as_secs_f64() * 1e3 / exhibits.len() as f64);
    for (set, mut pairs) in kept {
        let first = pairs.iter().filter(|(rank, _, _)| *rank == 1).count();
        pairs.sort_by(|a, b| a.1.total_cmp(&b.1));
        let others = pairs.iter().map(|pair| pair.2).fold(0.0f32, f32::max);
        println!(
            "{set}: {first} of {} at rank 1 ({:.3}); mates min {:.3} median {:.3}; best other {others:.3}",
            pairs.len(),
            first as f64 / pairs.len() as f64,
            pairs[0].1,
            pairs[pairs.len() / 2].1
        );
    }
}

fn id(at: usize) -> MarkId {
    MarkId(uuid::Uuid::from_u128(at as u128))
}

/// Turns heights about the middle of a frame that holds all of them, bilinear, missing where a neighbour is.
fn turn(heights: &mut ndarray::Array2<f32>, angle: f64) {
    let (rows, cols) = heights.dim();
    let side = (rows as f64).hypot(cols as f64).ceil() as usize;
    let (sin, cos) = angle.sin_cos();
    let middle = (side as f64 - 1.0) / 2.0;
    let turned = ndarray::Array2::from_shape_fn((side, side), |(row, col)| {
        let (x, y) = (col as f64 - middle, row as f64 - middle);
        let (u, v) = (cos * x + sin * y + (cols as f64 - 1.0) / 2.0, cos * y - sin * x + (rows as f64 - 1.0) / 2.0);
        if u < 0.0 || v < 0.0 || u >= cols as f64 - 1.0 || v >= rows as f64 - 1.0 {
            return f32::NAN;
        }
        let (left, top) = (u as usize, v as usize);
        let (fx, fy) = ((u - left as f64) as f32, (v - top as f64) as f32);
        (1.0 - fy) * ((1.0 - fx) * heights[(top, left)] + fx * heights[(top, left + 1)])
            + fy * ((1.0 - fx) * heights[(top + 1, left)] + fx * heights[(top + 1, left + 1)])
    });
    *heights = turned;
}
