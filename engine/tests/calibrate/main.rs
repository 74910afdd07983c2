//! Calibration held against numbers from elsewhere: the reference implementation of the NFI (`lir` 1.3.1), scikit-learn
//! 1.9.1, SciPy 1.17.1, and the published scores of the NFI.

mod meaning;
mod model_document;
mod numbers;
mod published_scores;
