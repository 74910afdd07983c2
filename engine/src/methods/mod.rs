//! Methods: the science of one family of marks and one version, each on one page.

pub mod impression;
mod prepare;
mod recipe;

use crate::compare::{CompareError, Comparison, Registration};
use crate::features::{Descriptor, Query, QueryOptions};
use crate::formats::Scan;
use crate::marks::{MarkError, MarkKind};
use crate::template::Template;
use crate::trace::Trace;

/// A way to turn scans of one family of marks into templates and to compare these. Versions never change: a better
/// one is a new implementer with a new id, and the old one stays callable.
pub trait Method: Send + Sync {
    /// Name and version, stored with everything the method makes, for example `impression/1`.
    fn id(&self) -> &'static str;
    /// The mark kinds it can treat.
    fn kinds(&self) -> &'static [MarkKind];
    /// Finds and prepares the mark on a scan.
    ///
    /// # Errors
    /// [`MarkError`] if the scan holds no usable mark; its text says why.
    fn template(&self, scan: &Scan, kind: MarkKind, trace: &mut dyn Trace) -> Result<Template, MarkError>;
    /// What the indexes hold of a mark.
    fn descriptor(&self, template: &Template) -> Descriptor;
    /// What is asked of the indexes for a mark.
    fn query(&self, template: &Template, options: &QueryOptions) -> Query;
    /// How many times larger marks of a kind are to the indexes than they are: registrations that an index finds hold
    /// shifts of that scale.
    fn magnification(&self, kind: MarkKind) -> f64;
    /// Compares two marks. `hypotheses` are registrations found by a search; with none the whole circle is searched,
    /// with the mirrored hypothesis if `mirror`.
    ///
    /// # Errors
    /// [`CompareError`] if the two are not of this method or share no kind.
    fn compare(
        &self,
        reference: &Template,
        compared: &Template,
        hypotheses: &[Registration],
        mirror: bool,
        trace: &mut dyn Trace,
    ) -> Result<Comparison, CompareError>;
}

/// The newest method for a mark kind.
pub fn newest(kind: MarkKind) -> &'static dyn Method {
    match kind {
        MarkKind::BreechFaceImpression | MarkKind::FiringPinImpression | MarkKind::EjectorImpression => {
            &impression::ImpressionV1
        }
    }
}

/// The method with this id, if this program still has it.
pub fn by_id(id: &str) -> Option<&'static dyn Method> {
    match id {
        impression::ID => Some(&impression::ImpressionV1),
        _ => None,
    }
}
