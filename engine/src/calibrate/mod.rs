//! From scores to their meaning: what a score says about two propositions, and how well that holds.
//!
//! | module | job |
//! |---|---|
//! | [`inputs`], [`terms`], [`reference`] | columns of a comparison; what a model looks at; pairs of known source and their firearms |
//! | [`logistic`], [`bounds`] | score parts to a log likelihood ratio; how far it may go |
//! | [`fit`], [`model`] | a population to a model; the model document |
//! | [`setting`], [`models`], [`uncalibrated`] | what a score was taken from; the models at hand; why a score has no ratio |
//! | [`crossval`], [`bootstrap`] | every pair from a model that never saw its firearms; intervals over firearms |
//! | [`metrics`], [`curves`] | AUC, EER, Cllr; Tippett, cross-entropy and reliability |
//! | [`expected`] | how many different-source candidates to expect on a list |
//! | [`fusion`] | several marks together, under a stated assumption |
//! | [`verbal`] | the words for a likelihood ratio |
//!
//! A likelihood ratio is log10 throughout. Nothing here knows a scan: it sees named columns of numbers.

pub mod bootstrap;
pub mod bounds;
pub mod crossval;
pub mod curves;
mod error;
pub mod expected;
pub mod fit;
pub mod fusion;
pub mod inputs;
pub mod logistic;
pub mod metrics;
pub mod model;
pub mod models;
pub mod reference;
pub mod setting;
pub mod terms;
pub mod uncalibrated;
pub mod verbal;

pub use error::CalibrateError;
