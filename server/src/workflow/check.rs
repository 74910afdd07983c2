//! Checks of what comes in at the edge: every text, id and number has a bound.

use super::{Refusal, calibres};
use headstamp_proto::v1;
use uuid::Uuid;

/// Longest idempotency key, characters.
pub(super) const KEY_MAX: usize = 128;
/// Longest name, reference or label, characters.
pub(super) const NAME_MAX: usize = 200;
/// Longest description, characters.
pub(super) const TEXT_MAX: usize = 1000;
/// Lands of a rifling: micro-groove barrels have up to 22.
const LANDS: std::ops::RangeInclusive<u32> = 2..=32;
/// Widest land or groove, micrometres: wider than any bullet's lands.
const WIDTH_MAX_UM: f64 = 10_000.0;
/// Records of a page if the client asks for no number.
const PAGE_DEFAULT: u32 = 100;

/// A text that may be empty. Control characters are refused: PostgreSQL cannot hold NUL, and none of them is a name.
pub(super) fn text(field: &'static str, value: &str, max: usize) -> Result<(), Refusal> {
    let length = value.chars().count();
    if length > max {
        return Err(Refusal::FieldTooLong { field, length, max });
    }
    if value.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(Refusal::FieldNotText { field });
    }
    Ok(())
}

/// A name: not empty, one line.
pub(super) fn name(field: &'static str, value: &str) -> Result<(), Refusal> {
    required(field, value, NAME_MAX)?;
    if value.contains(['\n', '\t']) { Err(Refusal::FieldNotText { field }) } else { Ok(()) }
}

/// A text that must not be empty.
pub(super) fn required(field: &'static str, value: &str, max: usize) -> Result<(), Refusal> {
    if value.trim().is_empty() {
        return Err(Refusal::FieldMissing { field });
    }
    text(field, value, max)
}

/// An id, in the one way ids are written.
pub(super) fn id(field: &'static str, value: &str) -> Result<String, Refusal> {
    if value.is_empty() {
        return Err(Refusal::FieldMissing { field });
    }
    Uuid::try_parse(value).map(|id| id.to_string()).map_err(|_| Refusal::NotAnId { field })
}

/// An id that may be absent.
pub(super) fn optional_id(field: &'static str, value: &str) -> Result<String, Refusal> {
    if value.is_empty() { Ok(String::new()) } else { id(field, value) }
}

/// An idempotency key.
pub(super) fn key(value: &str) -> Result<(), Refusal> {
    if value.is_empty() {
        return Err(Refusal::KeyMissing { max: KEY_MAX });
    }
    let printable = value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if !printable || value.len() > KEY_MAX {
        return Err(Refusal::BadKey { length: value.chars().count(), max: KEY_MAX });
    }
    Ok(())
}

/// A SHA-256.
pub(super) fn sha256(field: &'static str, value: &[u8]) -> Result<(), Refusal> {
    if value.len() == 32 {
        return Ok(());
    }
    Err(Refusal::OutOfBounds { field, value: format!("{} bytes long", value.len()), allowed: "32 bytes long".into() })
}

/// A time: not before 1970.
pub(super) fn time(field: &'static str, micros: i64) -> Result<(), Refusal> {
    if micros >= 0 {
        return Ok(());
    }
    Err(Refusal::OutOfBounds { field, value: micros.to_string(), allowed: "0 or more microseconds since 1970".into() })
}

/// An enum's wire value; `required` refuses the unspecified one.
pub(super) fn code<E: TryFrom<i32>>(field: &'static str, value: i32, required: bool) -> Result<E, Refusal> {
    if required && value == 0 {
        return Err(Refusal::FieldMissing { field });
    }
    E::try_from(value).map_err(|_| Refusal::UnknownEnumValue { field, value })
}

/// A calibre: a code of the list, or words.
pub(super) fn calibre(value: Option<&v1::Calibre>) -> Result<(), Refusal> {
    let Some(calibre) = value else { return Ok(()) };
    if !calibre.code.is_empty() && calibres::named(&calibre.code).is_none() {
        let code = calibre.code.chars().take(NAME_MAX).collect();
        return Err(Refusal::UnknownCalibre { code });
    }
    text("calibre.verbatim", &calibre.verbatim, NAME_MAX)
}

/// Class characteristics.
pub(super) fn characteristics(value: Option<&v1::ClassCharacteristics>) -> Result<(), Refusal> {
    let Some(class) = value else { return Ok(()) };
    code::<v1::BreechFaceClass>("characteristics.breech_face", class.breech_face, false)?;
    code::<v1::FiringPinShape>("characteristics.firing_pin", class.firing_pin, false)?;
    class.rifling.as_ref().map_or(Ok(()), rifling)
}

/// General rifling characteristics.
fn rifling(rifling: &v1::Rifling) -> Result<(), Refusal> {
    code::<v1::Twist>("characteristics.rifling.twist", rifling.twist, false)?;
    code::<v1::RiflingBasis>("characteristics.rifling.basis", rifling.basis, false)?;
    if rifling.land_count != 0 && !LANDS.contains(&rifling.land_count) {
        let allowed = format!("0 or {} to {}", LANDS.start(), LANDS.end());
        let (field, value) = ("characteristics.rifling.land_count", rifling.land_count.to_string());
        return Err(Refusal::OutOfBounds { field, value, allowed });
    }
    let widths = [
        ("characteristics.rifling.land_width_micrometres", rifling.land_width_micrometres),
        ("characteristics.rifling.groove_width_micrometres", rifling.groove_width_micrometres),
    ];
    for (field, width) in widths {
        let fits = |width: f64| width > 0.0 && width <= WIDTH_MAX_UM;
        if let Some(width) = width.filter(|width| !fits(*width)) {
            let allowed = format!("above 0 and at most {WIDTH_MAX_UM} micrometres");
            return Err(Refusal::OutOfBounds { field, value: width.to_string(), allowed });
        }
    }
    Ok(())
}

/// The land that a scan of a specimen shows: 0, or one of its rifling.
pub(super) fn land(land: u32, specimen: &v1::Specimen) -> Result<(), Refusal> {
    let lands = specimen.characteristics.and_then(|class| class.rifling).map_or(0, |rifling| rifling.land_count);
    if land == 0 || land <= lands { Ok(()) } else { Err(Refusal::LandBeyondRifling { land, lands }) }
}

/// Where a page begins and how many records it has.
pub(super) fn page(page: Option<&v1::Page>, max: u32) -> Result<(String, u32), Refusal> {
    let page = page.cloned().unwrap_or_default();
    let size = if page.size == 0 { PAGE_DEFAULT } else { page.size };
    if !page.token.is_empty() && Uuid::try_parse(&page.token).is_err() {
        return Err(Refusal::BadPageToken);
    }
    Ok((page.token, size.min(max)))
}
