//! Spectra: the published sizes and the symmetries a search rests on.

use headstamp_engine::features::rings::{COARSE_LAYOUT, FINE_LAYOUT};

#[test]
fn the_coarse_band_holds_1235_components() {
    assert_eq!(COARSE_LAYOUT.components.len(), 1235);
    assert!((3000..6500).contains(&FINE_LAYOUT.components.len()), "{}", FINE_LAYOUT.components.len());
}
