//! Impressed marks, version 1.
//!
//! Features, search and comparison know one scale, that of breech faces. Smaller marks are enlarged on the way in, and
//! lengths of the result are brought back on the way out.

use super::recipe::Recipe;
use super::{Method, prepare};
use crate::compare::{CompareError, Comparison, Registration, compare_impressions, draw_comparison};
use crate::features::{Descriptor, Query, QueryOptions};
use crate::formats::Scan;
use crate::marks::{MarkError, MarkKind};
use crate::template::Template;
use crate::trace::Trace;
use std::borrow::Cow;

/// Name and version.
pub const ID: &str = "impression/1";

/// Impressed marks, version 1.
#[derive(Clone, Copy, Debug)]
pub struct ImpressionV1;

impl Method for ImpressionV1 {
    fn id(&self) -> &'static str {
        ID
    }
    fn kinds(&self) -> &'static [MarkKind] {
        &MarkKind::ALL
    }
    fn template(&self, scan: &Scan, kind: MarkKind, trace: &mut dyn Trace) -> Result<Template, MarkError> {
        let topography = match scan {
            Scan::Topography(topography) => topography,
            Scan::Profile(_) => return Err(MarkError::NotATopography { found: "profile", kind }),
            Scan::Points(_) => return Err(MarkError::NotATopography { found: "list of points", kind }),
            Scan::Photograph(_) => return Err(MarkError::NotATopography { found: "photograph", kind }),
        };
        prepare::template(topography, kind, ID, trace)
    }
    fn descriptor(&self, template: &Template) -> Descriptor {
        Descriptor::of(&enlarged(template))
    }
    fn query(&self, template: &Template, options: &QueryOptions) -> Query {
        Query::of(&enlarged(template), options)
    }
    fn compare(
        &self,
        reference: &Template,
        compared: &Template,
        hypotheses: &[Registration],
        mirror: bool,
        trace: &mut dyn Trace,
    ) -> Result<Comparison, CompareError> {
        let magnification = self.magnification(reference.kind);
        let hypotheses: Vec<Registration> = hypotheses.iter().map(|one| one.scaled(magnification)).collect();
        let (own, other) = (enlarged(reference), enlarged(compared));
        let comparison = compare_impressions(ID, &own, &other, &hypotheses, mirror)?.scaled(1.0 / magnification);
        draw_comparison(reference, compared, &comparison, magnification, trace);
        Ok(comparison)
    }
    fn magnification(&self, kind: MarkKind) -> f64 {
        Recipe::of(kind).magnification
    }
}

/// A template as large as a breech face's would be.
fn enlarged(template: &Template) -> Cow<'_, Template> {
    let magnification = Recipe::of(template.kind).magnification;
    if magnification == 1.0 { Cow::Borrowed(template) } else { Cow::Owned(template.scaled(magnification)) }
}
