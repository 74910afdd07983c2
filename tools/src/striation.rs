//! Striated marks for people: a scan to its signature, and how two lie on each other in words.

use crate::source;
use anyhow::{Result, bail};
use headstamp_engine::formats::Scan;
use headstamp_engine::striae::compare::Lie;
use headstamp_engine::striae::{Signature, StriaKind, signature};
use headstamp_engine::trace::Trace;
use serde_json::{Value, json};

/// The signature on a scan, or why there is none.
pub(crate) fn signature_of(scan: &Scan, kind: StriaKind, trace: &mut dyn Trace) -> Result<Signature> {
    match scan {
        Scan::Topography(topography) => Ok(signature(topography, kind, trace)?),
        Scan::Profile(_) | Scan::Points(_) | Scan::Photograph(_) => {
            bail!("a {} cannot hold a {kind}: a topography is needed", source::scan_word(scan))
        }
    }
}

/// What an examiner should know of a signature.
pub(crate) fn described(signature: &Signature) -> Value {
    let areal = signature.areal.map(|areal| {
        json!({
            "angle_deg": areal.angle, "rotated": areal.orientation.rotated,
            "coherence": areal.quality.coherence, "repeat": areal.quality.repeat,
            "coverage": areal.quality.coverage, "noise_um": areal.quality.noise.micrometres(),
        })
    });
    json!({
        "width_um": signature.width().micrometres(), "pitch_um": signature.pitch.micrometres(),
        "sigma_um": signature.sigma.micrometres(), "walls": signature.walls, "areal": areal,
    })
}

/// How a scan lies, in one word.
pub(crate) fn lie_word(lie: Lie) -> &'static str {
    match lie {
        Lie::Upright => "upright",
        Lie::Turned => "turned",
        Lie::Mirrored => "mirrored",
        Lie::Transposed => "transposed",
        Lie::Reversed => "reversed",
    }
}

/// What to check before anything is read into such a result; nothing of scans that lie the same way.
pub(crate) fn caution(lie: Lie) -> Option<&'static str> {
    match lie {
        Lie::Upright => None,
        Lie::Turned => Some("they agree best with one scan turned by 180 degrees: one was scanned from its other end"),
        Lie::Mirrored => Some(
            "they agree best with one scan mirrored, and its striae lean the other way: check how the files were exported",
        ),
        Lie::Transposed => Some(
            "they agree best with one scan mirrored, and its axes are swapped: it was probably transposed instead of rotated",
        ),
        Lie::Reversed => Some(
            "they agree best with one scan read from its other end, turned or mirrored: its striae do not tell which",
        ),
    }
}
