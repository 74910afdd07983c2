//! Impressed marks, version 1.

use super::{Method, prepare};
use crate::compare::{CompareError, Comparison, Registration, compare_impressions};
use crate::features::{Descriptor, Query, QueryOptions};
use crate::formats::Scan;
use crate::marks::{MarkError, MarkKind};
use crate::template::Template;
use crate::trace::Trace;

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
        &[MarkKind::BreechFaceImpression]
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
        Descriptor::of(template)
    }
    fn query(&self, template: &Template, options: &QueryOptions) -> Query {
        Query::of(template, options)
    }
    fn compare(
        &self,
        reference: &Template,
        compared: &Template,
        hypotheses: &[Registration],
        mirror: bool,
        trace: &mut dyn Trace,
    ) -> Result<Comparison, CompareError> {
        compare_impressions(ID, reference, compared, hypotheses, mirror, trace)
    }
}
