//! A decoded scan to a template: region, levelling, band-pass.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use headstamp_engine::formats::Scan;
use headstamp_engine::marks::MarkKind;
use headstamp_engine::trace::NoTrace;
use std::hint::black_box;

fn prepare(c: &mut Criterion) {
    headstamp_benches::one_thread();
    let scan = headstamp_benches::scan("fadul_01_1");
    let Scan::Topography(topography) = &scan else { panic!("fadul_01_1 is a topography") };
    let (rows, cols) = topography.heights.dim();
    let mut group = c.benchmark_group("prepare/scan_to_template");
    group.sample_size(20).throughput(Throughput::Elements((rows * cols) as u64));
    group.bench_function(format!("{rows}x{cols}"), |b| {
        b.iter(|| headstamp_benches::method().template(black_box(&scan), MarkKind::BreechFaceImpression, &mut NoTrace));
    });
    group.finish();
}

criterion_group!(benches, prepare);
criterion_main!(benches);
