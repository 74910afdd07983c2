//! One mark as a question: spectra about shifted origins, extracted when an index first asks for them.

use super::code::Depth;
use super::field::Field;
use super::invariant;
use super::lanes::{GROUP, Lanes};
use super::plan::SearchPlan;
use super::polar::Polar;
use super::probes::Reach;
use super::rings::{COARSE_LAYOUT, FINE_LAYOUT};
use super::spectrum::Spectrum;
use crate::marks::{Grade, OriginKind};
use crate::template::Template;
use crate::units::Metres;
use std::sync::{Arc, OnceLock};

/// How to ask.
#[derive(Clone, Debug, Default)]
pub struct QueryOptions {
    /// Ask also whether a mark agrees if one of the two is mirrored.
    pub mirror: bool,
}

/// Up to eight probes ready for the scan.
#[derive(Clone, Debug)]
pub struct ProbeGroup {
    /// Shifts of the query's origin, by lane.
    pub shifts: Vec<(Metres, Metres)>,
    /// Their spectra.
    pub lanes: Lanes<1>,
}

/// One mark as a question.
#[derive(Clone, Debug)]
pub struct Query {
    field: Field,
    mirror: bool,
    origin: (OriginKind, Grade),
    plan: SearchPlan,
    probes: [OnceLock<Arc<Vec<ProbeGroup>>>; Reach::COUNT],
    vectors: [OnceLock<Arc<Vec<Vec<f32>>>>; Reach::COUNT],
}

impl Query {
    /// Prepares a template for asking; the number of probes follows from the origins of both marks.
    pub fn of(template: &Template, options: &QueryOptions) -> Self {
        let field = Field::of(template);
        let plan = SearchPlan::of(template, &Polar::about(&field, Metres::new(0.0), Metres::new(0.0)));
        Self {
            field,
            mirror: options.mirror,
            origin: (template.origin_kind, template.grade),
            plan,
            probes: Default::default(),
            vectors: Default::default(),
        }
    }

    /// True if the mirrored hypothesis is asked too.
    pub fn mirror(&self) -> bool {
        self.mirror
    }

    /// How it is searched for.
    pub fn plan(&self) -> &SearchPlan {
        &self.plan
    }

    /// What the query asks for by itself.
    pub fn reach(&self) -> Reach {
        Reach::of(self.origin.0, self.origin.1).max(self.plan.reach)
    }

    /// How far the origin of a mark may lie from the query's.
    pub fn reach_to(&self, kind: OriginKind, grade: Grade) -> Reach {
        Reach::of_pair(self.origin, (kind, grade)).max(self.plan.reach)
    }

    /// The probes of a reach, in groups of eight.
    pub fn probes(&self, reach: Reach) -> Arc<Vec<ProbeGroup>> {
        let groups = || {
            let shifts = reach.shifts();
            let groups = shifts.chunks(GROUP).map(|shifts| {
                let spectra: Vec<Spectrum> = shifts
                    .iter()
                    .map(|&(dx, dy)| Spectrum::of(&Polar::about(&self.field, dx, dy).coarse(), &COARSE_LAYOUT))
                    .collect();
                let spectra: Vec<&Spectrum> = spectra.iter().collect();
                ProbeGroup { shifts: shifts.to_vec(), lanes: Lanes::pack(&spectra, &COARSE_LAYOUT, Depth::Two) }
            });
            Arc::new(groups.collect())
        };
        self.probes[reach as usize].get_or_init(groups).clone()
    }

    /// Rotation-invariant vectors of the probes of a reach, direct then mirrored if that is asked.
    pub fn vectors(&self, reach: Reach) -> Arc<Vec<Vec<f32>>> {
        let vectors = || {
            let vectors = reach.shifts().into_iter().flat_map(|(dx, dy)| {
                let map = Polar::about(&self.field, dx, dy).coarse();
                let spectrum = Spectrum::of(&map, &COARSE_LAYOUT);
                let hypotheses = [false, true].into_iter().take(1 + usize::from(self.mirror));
                hypotheses.map(|mirrored| invariant::vector(&spectrum, &map.coverage, mirrored)).collect::<Vec<_>>()
            });
            Arc::new(vectors.collect())
        };
        self.vectors[reach as usize].get_or_init(vectors).clone()
    }

    /// The fine spectrum about a shifted origin.
    pub fn fine(&self, dx: Metres, dy: Metres) -> Spectrum {
        Spectrum::of(&Polar::about(&self.field, dx, dy).fine(), &FINE_LAYOUT)
    }
}
