//! Hard marks are recognised by their templates alone.

use headstamp_engine::features::plan::{Mode, Placed, SearchPlan};
use headstamp_engine::features::probes::Reach;
use headstamp_engine::features::{Query, QueryOptions};
use headstamp_engine::synth::degrade::{SectorOrigin, noisy, sector};
use headstamp_engine::synth::impression::BreechFace;
use headstamp_engine::template::Template;

fn plan(template: &Template) -> SearchPlan {
    Query::of(template, &QueryOptions::default()).plan().clone()
}

#[test]
fn a_third_of_a_mark_is_searched_with_thirty_seven_probes_and_no_filter_and_says_so() {
    let mark = BreechFace::new(3, 0).shot(1);
    let plan = plan(&sector(&mark, 120.0, SectorOrigin::Found, 7, 0).unwrap());
    assert_eq!((plan.mode, plan.reach, plan.filtered), (Mode::Thorough, Reach::Wide, false));
    let said = plan.said().unwrap();
    assert!(said.contains("degrees of the turn") && said.contains("37 shifted origins"), "{said}");
}

#[test]
fn a_noisy_mark_is_placed_by_correlation_and_a_part_by_score() {
    let mark = BreechFace::new(3, 0).shot(1);
    let noisy = plan(&noisy(&mark, 2.0, 7, 0));
    assert_eq!((noisy.mode, noisy.placed, noisy.filtered), (Mode::Thorough, Placed::ByCorrelation, false));
    let said = noisy.said().unwrap();
    assert!(said.contains("placed by their correlation"), "{said}");
    assert_eq!(plan(&sector(&mark, 120.0, SectorOrigin::Found, 7, 0).unwrap()).placed, Placed::ByScore);
}
