//! The whole search on the real scans in `testdata`, each turned at random.

use headstamp_engine::compare::register;
use headstamp_engine::features::Descriptor;
use headstamp_engine::formats::{ReadSettings, Scan, read};
use headstamp_engine::ids::MarkId;
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods::newest;
use headstamp_engine::search::{Gallery, Progress, SearchError, SearchOptions, SearchResult, TemplateSource};
use headstamp_engine::synth::distractors::{distractor, surrogate};
use headstamp_engine::template::Template;
use headstamp_engine::trace::NoTrace;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::LazyLock;

use crate::marks::{all, id};

pub(crate) struct Exhibit {
    pub(crate) firearm: String,
    pub(crate) template: Template,
}

/// A quarter turn for each place in the manifest: exact, so that the tests need no resampling of their own.
fn quarter_turns(scan: Scan, count: usize) -> Scan {
    let Scan::Topography(mut topography) = scan else { return scan };
    for _ in 0..count % 4 {
        let (rows, cols) = topography.heights.dim();
        let heights = &topography.heights;
        topography.heights = ndarray::Array2::from_shape_fn((cols, rows), |(row, col)| heights[(rows - 1 - col, row)]);
    }
    Scan::Topography(topography)
}

pub(crate) static EXHIBITS: LazyLock<Vec<Exhibit>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata");
    let manifest = std::fs::read_to_string(folder.join("manifest.tsv")).unwrap();
    let rows = manifest.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    rows.filter(|row| row[1] == "breech_face_3d")
        .enumerate()
        .map(|(at, row)| {
            let bytes = std::fs::read(folder.join(row[0])).unwrap();
            let scan = quarter_turns(read(&bytes, &ReadSettings::default()).unwrap().scan, at);
            let kind = MarkKind::BreechFaceImpression;
            let template = newest(kind).template(&scan, kind, &mut NoTrace).unwrap();
            Exhibit { firearm: row[3].into(), template }
        })
        .collect()
});

/// Templates by number: the exhibits, then distractors.
pub(crate) struct Stored(pub(crate) Vec<Template>);

impl TemplateSource for Stored {
    fn template(&self, mark: MarkId) -> Option<Template> {
        self.0.get(mark.0.as_u128() as usize).cloned()
    }
}

fn gallery(distractors: u64) -> (Gallery, Stored) {
    let real: Vec<Template> = EXHIBITS.iter().map(|exhibit| exhibit.template.clone()).collect();
    let others: Vec<Template> =
        (0..distractors).filter_map(|index| Some(distractor(&[&real], true, 5, index)?.template)).collect();
    let templates = [real, others].concat();
    (gallery_of(&templates), Stored(templates))
}

pub(crate) fn gallery_of(templates: &[Template]) -> Gallery {
    let mut gallery = Gallery::new(newest(MarkKind::BreechFaceImpression));
    for (at, template) in templates.iter().enumerate() {
        gallery.insert(id(at), &Descriptor::of(template)).unwrap();
    }
    gallery
}

pub(crate) fn search(gallery: &Gallery, stored: &Stored, query: usize, options: &SearchOptions) -> SearchResult {
    let eligible = |mark: MarkId| mark != id(query);
    gallery.search(&stored.0[query], &eligible, stored, options, &mut |_| ControlFlow::Continue(())).unwrap()
}

#[test]
fn every_mate_of_the_testdata_comes_before_every_other_mark() {
    let (gallery, stored) = gallery(30);
    let options = SearchOptions { compared: 8, ..SearchOptions::default() };
    for (at, exhibit) in EXHIBITS.iter().enumerate() {
        let mates = EXHIBITS.iter().filter(|other| other.firearm == exhibit.firearm).count() - 1;
        let result = search(&gallery, &stored, at, &options);
        let own = |candidate: MarkId| {
            EXHIBITS.get(candidate.0.as_u128() as usize).is_some_and(|other| other.firearm == exhibit.firearm)
        };
        let first = result.candidates.iter().take_while(|candidate| own(candidate.mark)).count();
        assert_eq!(first, mates, "query {at} of {}", exhibit.firearm);
        let counts = result.counts;
        let others = stored.0.len() - 1;
        assert_eq!((counts.total, counts.eligible, counts.considered), (others + 1, others, others));
        assert_eq!((counts.refined, counts.compared), (others, 8));
    }
}

#[test]
fn a_search_can_be_stopped_at_every_step_and_tells_the_steps_in_order() {
    let (gallery, stored) = gallery(0);
    let options = SearchOptions { compared: 3, ..SearchOptions::default() };
    for stop_after in 0..6 {
        let mut steps = Vec::new();
        let mut progress = |news: Progress<'_>| {
            steps.push(match news {
                Progress::FirstAnswer { .. } => 'f',
                Progress::Scanned(_) => 's',
                Progress::Compared(_) => 'c',
            });
            if steps.len() > stop_after { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let result = gallery.search(&stored.0[0], &all, &stored, &options, &mut progress);
        assert_eq!(steps, ['f', 's', 'c', 'c', 'c'][..5.min(stop_after + 1)]);
        assert_eq!(matches!(result, Err(SearchError::Stopped)), stop_after < 5);
    }
}

#[test]
fn one_thread_and_four_give_the_same_answer() {
    let (gallery, stored) = gallery(6);
    let options = SearchOptions { compared: 2, ..SearchOptions::default() };
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let result = pool.install(|| search(&gallery, &stored, 0, &options));
        let key = |c: &headstamp_engine::search::Ranked| {
            (c.mark, c.similarity, c.refined, c.registration, c.comparison.as_ref().map(|comparison| comparison.score))
        };
        result.candidates.iter().map(key).collect::<Vec<_>>()
    };
    assert_eq!(with(1), with(4));
}

#[test]
fn an_exhaustive_search_compares_every_eligible_mark() {
    let (gallery, stored) = gallery(0);
    let options = SearchOptions { exhaustive: true, ..SearchOptions::default() };
    let result = search(&gallery, &stored, 1, &options);
    assert_eq!((result.counts.compared, result.candidates.len()), (EXHIBITS.len() - 1, EXHIBITS.len() - 1));
}

#[test]
fn a_mark_with_its_phases_at_random_does_not_register_on_the_original() {
    for (at, exhibit) in EXHIBITS.iter().take(4).enumerate() {
        let found = register(&exhibit.template, &surrogate(&exhibit.template, 9, at as u64), true);
        // The weakest same-source pair of the three measured sets correlates at 0.24.
        assert!(found[0].correlation < 0.2, "exhibit {at}: {:.3}", found[0].correlation);
    }
}
