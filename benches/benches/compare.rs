//! Two templates to score parts: congruent matching cells both ways, from given registrations and from none.

use criterion::{Criterion, criterion_group, criterion_main};
use headstamp_engine::trace::NoTrace;
use std::hint::black_box;

fn compare(c: &mut Criterion) {
    headstamp_benches::one_thread();
    let method = headstamp_benches::method();
    let reference = headstamp_benches::template("fadul_01_1");
    let mut group = c.benchmark_group("compare/pair");
    group.sample_size(20);
    for (name, other) in [("same_source", "fadul_F"), ("different_source", "fadul_A")] {
        let compared = headstamp_benches::template(other);
        let found = method
            .compare(&reference, &compared, &[], false, &mut NoTrace)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let hypotheses = [found.registration];
        group.bench_function(format!("cells_both_ways/1_registration/{name}"), |b| {
            b.iter(|| method.compare(black_box(&reference), &compared, &hypotheses, false, &mut NoTrace));
        });
        group.bench_function(format!("registration_and_cells/whole_circle/{name}"), |b| {
            b.iter(|| method.compare(black_box(&reference), &compared, &[], false, &mut NoTrace));
        });
    }
    group.finish();
}

criterion_group!(benches, compare);
criterion_main!(benches);
