//! Pictures of surfaces and comparisons for an examiner.
