//! Headstamp's engine: pure functions from the bytes of a scan to a comparison and a list of candidates.
//!
//! ```text
//! bytes -formats-> Scan -marks-> Region -prepare-> Template -features-> Descriptor -index-> Candidates
//!                                          \-------- compare --------> Comparison{score, parts}
//! ```
//!
//! | module | job |
//! |---|---|
//! | [`units`], [`ids`] | metres and degrees; identifiers and digests |
//! | [`surface`] | grids of heights: levelling, filters, resampling, FFT |
//! | [`formats`] | bytes of a file to a [`formats::Scan`], and X3P back to bytes |
//! | [`marks`] | mark kinds and the region of a scan that holds a mark |
//! | [`template`] | the stored form of a prepared mark |
//! | [`features`] | whitened polar spectra, 2-bit codes, the rotation-invariant vector |
//! | [`compare`] | registration of two marks and congruent matching cells |
//! | [`calibrate`] | scores to bounded log likelihood ratios, and how well that holds |
//! | [`methods`] | one page a method and version: scan to template, template to comparison |
//! | [`striae`] | striated marks: signatures, segment vote, bullets, retrieval |
//! | [`prepared`] | prepared marks of both families and their kinds |
//! | [`index`] | candidate indexes: exhaustive coherent scan, HNSW |
//! | [`search`] | a gallery of marks: scan, refine, compare |
//! | [`bullets`] | lands of specimens laid on each other, a gallery of lands: list, group by bullet and phase, compare |
//! | [`trace`], [`picture`] | pictures of every step for an examiner |
//! | [`synth`] | synthetic marks, raw scans and distractors |
//!
//! The engine knows no network, no SQL and no wire type, and does no I/O but index snapshots in a directory it is handed.
//! Lengths are metres, angles degrees counter-clockwise, unless a name says otherwise.

pub mod bullets;
pub mod calibrate;
pub mod compare;
pub mod features;
pub mod formats;
pub mod ids;
pub mod index;
pub mod marks;
pub mod methods;
pub mod picture;
pub mod prepared;
pub mod search;
pub mod striae;
pub mod surface;
pub mod synth;
pub mod template;
pub mod trace;
pub mod units;
