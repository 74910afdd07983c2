//! The list of calibre codes. A code means a cartridge, written as the C.I.P. does where it has a metric name; what is
//! not in the list is kept in the source's own words.

/// `(code, common names)`.
pub(super) const CALIBRES: [(&str, &str); 46] = [
    ("5.6x15r", ".22 Long Rifle"),
    ("6.35x16sr", "6.35 Browning, .25 ACP"),
    ("7.62x25", "7.62 Tokarev"),
    ("7.62x38r", "7.62 Nagant"),
    ("7.63x25", "7.63 Mauser"),
    ("7.65x17sr", "7.65 Browning, .32 ACP"),
    ("7.65x21", "7.65 Parabellum"),
    ("9x17", "9 mm Browning short, .380 ACP"),
    ("9x18", "9 mm Makarov"),
    ("9x19", "9 mm Luger, 9 mm Parabellum"),
    ("9x21", "9 mm IMI"),
    ("9x23", "9 mm Largo, 9 mm Bergmann-Bayard"),
    ("9x23sr", ".38 Super Auto"),
    ("9x22", ".357 SIG"),
    ("9x29r", ".38 Special"),
    ("9x33r", ".357 Magnum"),
    ("9x20r", ".38 S&W"),
    ("8x27r", ".32 S&W Long"),
    ("10x22", ".40 S&W"),
    ("10x25", "10 mm Auto"),
    ("10.9x33r", ".44 Magnum"),
    ("10.9x29r", ".44 Special"),
    ("11.43x23", ".45 ACP, .45 Auto"),
    ("11.43x33r", ".45 Colt"),
    ("12.7x33", ".50 Action Express"),
    ("4.6x30", "4.6 mm HK"),
    ("5.7x28", "5.7 mm FN"),
    ("5.45x18", "5.45 mm PSM"),
    ("5.45x39", "5.45 mm Kalashnikov"),
    ("5.56x45", "5.56 mm NATO, .223 Remington"),
    ("6.5x55", "6.5 mm Swedish Mauser"),
    ("7x57", "7 mm Mauser"),
    ("7.5x55", "7.5 mm Swiss"),
    ("7.62x33", ".30 Carbine"),
    ("7.62x39", "7.62 mm Kalashnikov"),
    ("7.62x51", "7.62 mm NATO, .308 Winchester"),
    ("7.62x54r", "7.62 mm Mosin-Nagant"),
    ("7.62x63", ".30-06 Springfield"),
    ("7.7x56r", ".303 British"),
    ("7.92x33", "7.92 mm short"),
    ("7.92x57", "8 mm Mauser"),
    ("9x39", "9 mm subsonic"),
    ("12.7x99", ".50 Browning"),
    ("12ga", "12 gauge shotshell"),
    ("16ga", "16 gauge shotshell"),
    ("20ga", "20 gauge shotshell"),
];

/// Common names of a code; `None` if it is not in the list.
pub(super) fn named(code: &str) -> Option<&'static str> {
    CALIBRES.iter().find(|(listed, _)| *listed == code).map(|(_, names)| *names)
}
