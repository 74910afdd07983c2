//! The stored form of a signature.

use headstamp_engine::striae::{Areal, Orientation, Quality, Signature, StriaKind};
use headstamp_engine::units::{Metres, um};

fn signature() -> Signature {
    Signature {
        method: "striation/1".into(),
        kind: StriaKind::BulletLand,
        pitch: um(2.0),
        step: Metres::new(1e-10),
        heights: (0..900).map(|place| if place % 50 == 7 { Signature::MISSING } else { place * 31 % 997 }).collect(),
        sigma: um(0.5),
        walls: [true, false],
        areal: Some(Areal {
            orientation: Orientation { rotated: true, ratio: 0.15, sure: true },
            angle: -5.25,
            quality: Quality { coverage: 0.97, coherence: 0.2, repeat: 0.9, noise: um(0.1) },
        }),
    }
}

#[test]
fn a_signature_comes_back_from_its_bytes() {
    let bytes = signature().to_bytes().unwrap();
    assert_eq!(Signature::from_bytes(&bytes).unwrap(), signature());
    assert!(bytes.len() < 2 * 900 + 200, "{} bytes", bytes.len());
}

#[test]
fn torn_and_foreign_bytes_are_refused() {
    let bytes = signature().to_bytes().unwrap();
    for length in 0..bytes.len() {
        assert!(Signature::from_bytes(&bytes[..length]).is_err(), "cut to {length} bytes");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(Signature::from_bytes(&longer).unwrap_err().to_string().contains("1 bytes too many"));
    assert!(Signature::from_bytes(b"HSMARK1").unwrap_err().to_string().contains("HSSTRI1"));
    let flat = Signature { step: um(0.0), ..signature() };
    assert!(flat.to_bytes().is_err());
}
