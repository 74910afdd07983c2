//! Names of length units as instrument files write them.

/// Metres of one unit; `None` for a name that is no length. The micro sign is taken in every coding seen in files:
/// UTF-8 (both signs), ISO 8859-1 and the MS-DOS code page 437.
pub(super) fn metres(name: &[u8]) -> Option<f64> {
    let name = name.split(|&byte| byte == 0).next().unwrap_or_default().trim_ascii();
    match name {
        b"m" => Some(1.0),
        b"cm" => Some(1e-2),
        b"mm" => Some(1e-3),
        b"um" | b"\xb5m" | b"\xe6m" | b"\xc2\xb5m" | b"\xce\xbcm" => Some(1e-6),
        b"nm" => Some(1e-9),
        b"pm" => Some(1e-12),
        _ => None,
    }
}
