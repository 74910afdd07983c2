//! Marks of both families on one path: kinds and stored forms.

use headstamp_engine::prepared::{Kind, Prepared};
use headstamp_engine::synth::impression::BreechFace;
use headstamp_engine::synth::striae::Barrel;

#[test]
fn eight_kinds_have_eight_codes_and_a_code_leads_back_to_its_kind() {
    // Breech face, firing pin, ejector; land, groove, shear, drag, scratch.
    assert_eq!(Kind::all().map(Kind::code).collect::<std::collections::BTreeSet<_>>().len(), 8);
    assert!(Kind::all().all(|kind| Kind::from_code(kind.code()) == Some(kind)));
    assert_eq!((Kind::LAND.code(), Kind::LAND.method()), ("bullet_land_3d", "striation/1"));
}

#[test]
fn the_first_bytes_of_a_stored_form_tell_the_family() {
    let land = Prepared::Striae(Barrel::new(1, 1, 6, 0.0).signature(1, 2).unwrap());
    let face = Prepared::Impression(BreechFace::new(1, 1).shot(1));
    for (mark, form, method) in [(land, b"HSSTRI1", "striation/1"), (face, b"HSMARK2", "impression/1")] {
        let bytes = mark.to_bytes().unwrap();
        assert_eq!(&bytes[..7], form);
        assert_eq!((mark.method(), mark.kind().method()), (method, method));
        assert_eq!(Prepared::from_bytes(&bytes).unwrap(), mark);
        assert!(Prepared::from_bytes(&bytes[..bytes.len() - 1]).is_err(), "a torn {method}");
    }
    assert!(Prepared::from_bytes(b"HSSTRI2").is_err());
}
