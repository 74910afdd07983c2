//! Synthetic marks, raw scans and distractors, all from seeds.
