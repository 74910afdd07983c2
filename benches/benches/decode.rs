//! X3P bytes to heights.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use headstamp_engine::formats::{self, ReadSettings};
use std::hint::black_box;

fn decode(c: &mut Criterion) {
    headstamp_benches::one_thread();
    let bytes = headstamp_benches::bytes("fadul_01_1");
    let mut group = c.benchmark_group("decode/x3p_to_topography");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("545x545_f64", |b| b.iter(|| formats::read(black_box(&bytes), &ReadSettings::default())));
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
