//! Striated marks: scan to signature, land against land, bullet against bullet, one query land among 5,000.

use criterion::{Criterion, criterion_group, criterion_main};
use headstamp_engine::ids::MarkId;
use headstamp_engine::striae::compare::{ccf_ready, compare_ready, vote_ready};
use headstamp_engine::striae::retrieval::{BulletId, ExactLands, LandGraph, LandIndex, LandQuery, LandRow, rerank};
use headstamp_engine::striae::{
    Bullet, Direction, Ready, Signature, StriaKind, compare_bullets, land_vector, signature,
};
use headstamp_engine::synth::striae::{Barrel, scan, surrogate};
use headstamp_engine::trace::NoTrace;
use headstamp_engine::units::um;
use std::hint::black_box;

const LANDS: usize = 5000;
const RERANKED: usize = 300;

fn land(barrel: &Barrel, shot: u64, land: usize) -> Signature {
    barrel.signature(shot, land).unwrap_or_else(|error| panic!("synthetic land {land}: {error}"))
}

fn striae(c: &mut Criterion) {
    headstamp_benches::one_thread();
    let (own, other) = (Barrel::new(1, 1, 6, 0.0), Barrel::new(1, 2, 6, 0.0));
    let mut group = c.benchmark_group("striae");
    group.sample_size(20);

    let (topography, _) = scan(&own, 1, 0, um(1.5625));
    let (rows, cols) = topography.heights.dim();
    group.bench_function(format!("signature/{rows}x{cols}"), |b| {
        b.iter(|| signature(black_box(&topography), StriaKind::BulletLand, &mut NoTrace));
    });

    let signatures = [land(&own, 1, 0), land(&own, 2, 0), land(&other, 1, 0)];
    let [reference, same, different] = signatures.each_ref().map(Ready::of);
    group.bench_function("ready/land", |b| b.iter(|| Ready::of(black_box(&signatures[0]))));
    group.bench_function("vote_both_ways/same_source", |b| b.iter(|| vote_ready(black_box(&reference), &same)));
    group.bench_function("vote_both_ways/different_source", |b| {
        b.iter(|| vote_ready(black_box(&reference), &different))
    });
    group.bench_function("ccf/all_lags", |b| b.iter(|| ccf_ready(black_box(&reference), &same)));
    group.bench_function("compare/land_pair", |b| {
        b.iter(|| compare_ready(black_box(&reference), &same, Direction::Declared));
    });

    let bullet = |barrel: &Barrel, shot: u64| {
        let lands: Vec<Option<Signature>> = (0..6).map(|place| Some(land(barrel, shot, place))).collect();
        Bullet::new(&lands).unwrap_or_else(|error| panic!("{error}"))
    };
    let (one, two) = (bullet(&own, 1), bullet(&own, 2));
    group.bench_function("bullets/6x6", |b| {
        b.iter(|| compare_bullets(black_box(&one), &two, Direction::Declared));
    });

    let gallery: Vec<(LandRow, Signature)> = (0..LANDS)
        .map(|number| {
            let id = |kind: u128, number: usize| uuid::Uuid::from_u128(kind << 96 | number as u128);
            let row = LandRow {
                mark: MarkId(id(1, number)),
                bullet: BulletId(id(2, number / 6)),
                place: number % 6,
                ring: 6,
            };
            (row, surrogate(&signatures[number % 3], 5, number as u64))
        })
        .collect();
    let (mut exact, mut graph) = (ExactLands::default(), LandGraph::default());
    for (row, signature) in &gallery {
        let vector = land_vector(signature).unwrap_or_else(|| panic!("a surrogate has waves in the band"));
        exact.insert(*row, &vector).unwrap_or_else(|error| panic!("{error}"));
        graph.insert(*row, &vector).unwrap_or_else(|error| panic!("{error}"));
    }
    let query = LandQuery::of(&signatures[0]).unwrap_or_else(|| panic!("a land has waves in the band"));
    group.bench_function("nearest_300/21_probes/exhaustive/5000_lands", |b| {
        b.iter(|| exact.search(black_box(&query), &|_| true, RERANKED));
    });
    group.bench_function("nearest_300/21_probes/hnsw/5000_lands", |b| {
        b.iter(|| graph.search(black_box(&query), &|_| true, RERANKED));
    });
    let candidates = exact.search(&query, &|_| true, RERANKED).candidates;
    let signature = |mark: MarkId| {
        let number = (mark.0.as_u128() & u128::from(u32::MAX)) as usize;
        gallery.get(number).map(|(_, signature)| signature.clone())
    };
    group.bench_function("rerank/300_lands_from_their_signatures", |b| {
        b.iter(|| rerank(black_box(&reference), &candidates, &signature));
    });
    group.finish();
}

criterion_group!(benches, striae);
criterion_main!(benches);
