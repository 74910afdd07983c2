//! What a search costs, each bench named by its unit of work. One thread unless said otherwise.

use criterion::{Criterion, criterion_group, criterion_main};
use headstamp_engine::compare::refine::{Coarse, refine};
use headstamp_engine::compare::register;
use headstamp_engine::features::probes::Reach;
use headstamp_engine::features::{Descriptor, Query, QueryOptions};
use headstamp_engine::formats::{self, ReadSettings};
use headstamp_engine::ids::MarkId;
use headstamp_engine::index::roster::{Entry, Roster};
use headstamp_engine::index::{CandidateIndex, Coherent, Found, Graph, Slots};
use headstamp_engine::marks::{MarkKind, OriginKind};
use headstamp_engine::methods;
use headstamp_engine::synth::distractors::surrogate;
use headstamp_engine::synth::impression::BreechFace;
use headstamp_engine::template::Template;
use headstamp_engine::trace::NoTrace;
use std::hint::black_box;
use std::sync::LazyLock;
use uuid::Uuid;

/// Marks in the galleries: the filter of the scan keeps 30 % of so many.
const GALLERY: usize = 10_000;
/// Marks of the HNSW gallery: its build takes about a millisecond each.
const GRAPH: usize = 2_000;

static SHOTS: LazyLock<Vec<Template>> = LazyLock::new(|| {
    (0..4)
        .flat_map(|firearm| {
            let face = BreechFace::new(3, firearm * 4);
            [face.shot(1), face.shot(2)]
        })
        .collect()
});

/// A real mark, whole and clear, so that the scan's first filter is at work: drawn ones can look noisy.
static QUERY: LazyLock<Template> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/breech_face/fadul_02_1.x3p");
    let bytes = std::fs::read(path).expect("a scan of testdata");
    let decoded = formats::read(&bytes, &ReadSettings::default()).expect("a sound file");
    let kind = MarkKind::BreechFaceImpression;
    let mark = methods::newest(kind).template(&decoded.scan, kind, &mut NoTrace).expect("a usable mark");
    // As the drawn marks have it: an edge against a border would ask for 19 probes.
    Template { origin_kind: OriginKind::Aperture, ..mark }
});

/// Descriptors of 8 shots and their own-mask surrogates.
static DESCRIPTORS: LazyLock<Vec<Descriptor>> = LazyLock::new(|| {
    let shots = SHOTS.iter().map(Descriptor::of);
    let surrogates = (0..192).map(|at| Descriptor::of(&surrogate(&SHOTS[at % SHOTS.len()], 3, at as u64)));
    shots.chain(surrogates).collect()
});

fn id(at: usize) -> MarkId {
    MarkId(Uuid::from_u128(at as u128))
}

/// An index of `count` marks; gives the best of all of them.
fn filled(mut index: impl CandidateIndex, count: usize) -> impl Fn(&Query, usize) -> Found + Sync {
    let mut roster = Roster::default();
    for at in 0..count {
        let descriptor = &DESCRIPTORS[at % DESCRIPTORS.len()];
        roster.add(&Entry::of(id(at), descriptor, 0)).expect("a fresh id");
        index.push(descriptor);
    }
    let all = Slots::choose(count, |_| true);
    move |query, best| index.search(&roster, query, &all, best)
}

fn one_thread<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread").install(work)
}

fn describe(c: &mut Criterion) {
    c.bench_function("spectra_and_code/1_mark", |b| b.iter(|| Descriptor::of(black_box(&SHOTS[0]))));
    c.bench_function("register/1_pair_19_probes_mirrored_too", |b| {
        b.iter(|| register(black_box(&SHOTS[0]), black_box(&SHOTS[1]), true));
    });
}

fn scan(c: &mut Criterion) {
    let search = filled(Coherent::default(), GALLERY);
    let mut group = c.benchmark_group("coherent_scan/per_mark_7_probes_320_rotations");
    group.throughput(criterion::Throughput::Elements(GALLERY as u64));
    for (name, mirror) in [("10000_marks", false), ("10000_marks_mirrored_too", true)] {
        let query = Query::of(&QUERY, &QueryOptions { mirror });
        assert!(query.plan().filtered && query.reach() == Reach::Near, "{:?}", query.plan());
        query.probes(query.reach());
        group.bench_function(name, |b| {
            one_thread(|| b.iter(|| search(black_box(&query), 1000).considered));
        });
    }
    group.finish();
}

fn refinement(c: &mut Criterion) {
    let search = filled(Coherent::default(), GALLERY);
    let query = Query::of(&SHOTS[0], &QueryOptions { mirror: true });
    let found = search(&query, 1000);
    let near: Vec<Coarse<'_>> = found
        .candidates
        .iter()
        .filter_map(|candidate| {
            let code = &DESCRIPTORS[candidate.mark.0.as_u128() as usize % DESCRIPTORS.len()].fine;
            Some(Coarse { code, registration: candidate.registration? })
        })
        .collect();
    c.bench_function("refine/1000_candidates", |b| one_thread(|| b.iter(|| refine(black_box(&query), &near))));
}

fn graph(c: &mut Criterion) {
    let query = Query::of(&SHOTS[0], &QueryOptions { mirror: true });
    query.vectors(query.reach());
    let search = filled(Graph::with_exact_max(0), GRAPH);
    c.bench_function("hnsw/first_answer_14_vectors_2000_marks", |b| {
        one_thread(|| b.iter(|| search(black_box(&query), 50).considered));
    });
    c.bench_function("hnsw/query_vectors_14", |b| {
        b.iter(|| {
            let query = Query::of(black_box(&SHOTS[0]), &QueryOptions { mirror: true });
            query.vectors(query.reach()).len()
        });
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = describe, scan, refinement, graph
}
criterion_main!(benches);
