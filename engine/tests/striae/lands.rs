//! Land against land on real scans: `cargo test --release -p headstamp-engine --test striae lands -- --nocapture`.

use crate::real::{Land, auc, lands, quantile};
use headstamp_engine::striae::compare::{Direction, ccf_ready, compare_ready, vote_ready};

/// Votes and correlations of all pairs of different bullets or lands.
struct Pair {
    a: &'static Land,
    b: &'static Land,
    same: bool,
    vote: f64,
    ccf: f64,
}

fn pairs() -> Vec<Pair> {
    let lands = lands();
    let mut pairs = Vec::new();
    for (place, a) in lands.iter().enumerate() {
        for b in &lands[place + 1..] {
            let vote = vote_ready(&a.ready, &b.ready).unwrap();
            let ccf = f64::from(ccf_ready(&a.ready, &b.ready).unwrap().value);
            pairs.push(Pair { a, b, same: a.source == b.source, vote, ccf });
        }
    }
    pairs
}

#[test]
fn same_source_lands_outvote_different_source_lands() {
    if lands().is_empty() {
        return;
    }
    for land in lands() {
        let signature = &land.signature;
        let areal = signature.areal.unwrap();
        let quality = areal.quality;
        println!(
            "{:26} rotated {:5} ratio {:5.2} angle {:5.2} coherence {:.3} repeat {:.3} noise {:.3} um sigma {:.2} um width {:.0} um walls {:?} coverage {:.2}",
            land.name,
            areal.orientation.rotated,
            areal.orientation.ratio,
            areal.angle,
            quality.coherence,
            quality.repeat,
            quality.noise.micrometres(),
            signature.sigma.micrometres(),
            signature.width().micrometres(),
            signature.walls,
            quality.coverage,
        );
    }
    let pairs = pairs();
    let split = |of: &dyn Fn(&Pair) -> f64| -> (Vec<f64>, Vec<f64>) {
        let pick = |same: bool| pairs.iter().filter(|pair| pair.same == same).map(of).collect();
        (pick(true), pick(false))
    };
    for pair in pairs.iter().filter(|pair| pair.same) {
        let found = compare_ready(&pair.a.ready, &pair.b.ready, Direction::Declared).unwrap();
        println!(
            "{:32} {:32} vote {:.2} soft {:.2} ccf {:.2} lag {:.0} um stretch {:.4} overlap {:.0} um cms {} of {}",
            pair.a.name,
            pair.b.name,
            pair.vote,
            found.soft,
            pair.ccf,
            found.lag.micrometres(),
            found.stretch,
            found.overlap.micrometres(),
            found.cms.longest,
            found.cms.striae,
        );
    }
    for (name, (same, different)) in [("vote", split(&|pair| pair.vote)), ("ccf", split(&|pair| pair.ccf))] {
        println!(
            "{name}: {} same-source, {} different-source, AUC {:.4}, same min {:.2} median {:.2}, different median {:.2} q99 {:.2} max {:.2}",
            same.len(),
            different.len(),
            auc(&same, &different),
            quantile(&same, 0.0),
            quantile(&same, 0.5),
            quantile(&different, 0.5),
            quantile(&different, 0.99),
            quantile(&different, 1.0),
        );
    }
    let (same, different) = split(&|pair| pair.vote);
    assert!(auc(&same, &different) >= 0.99, "AUC {}", auc(&same, &different));
    let within = pairs.iter().filter(|pair| pair.same && pair.a.set == "hamby252" && pair.b.set == "hamby252");
    for pair in within.filter(|pair| pair.a.source.starts_with("hamby-barrel-01")) {
        assert!(pair.vote >= 0.60, "{} {}: vote {:.2}", pair.a.name, pair.b.name, pair.vote);
    }
    let across: Vec<f64> =
        pairs.iter().filter(|pair| pair.same && pair.a.set != pair.b.set).map(|pair| pair.vote).collect();
    println!(
        "across sets: {} pairs, min {:.2}, median {:.2}",
        across.len(),
        quantile(&across, 0.0),
        quantile(&across, 0.5)
    );
    let mut highest: Vec<&Pair> = pairs.iter().filter(|pair| !pair.same).collect();
    highest.sort_by(|a, b| b.vote.total_cmp(&a.vote));
    for pair in &highest[..5] {
        println!(
            "highest different-source: {:32} {:32} vote {:.2} ccf {:.2}",
            pair.a.name, pair.b.name, pair.vote, pair.ccf
        );
    }
    let (least, most) = (quantile(&across, 0.0), quantile(&different, 1.0));
    assert!(least >= 0.40 && most < least, "lowest across sets {least:.2}, highest different-source {most:.2}");
}

/// Distance between the groove positions set by hand on a crosscut, micrometres, for the lands of barrels 1 and 2 of set 252:
/// columns `groove_left` and `groove_right` of `meta-info.csv` published with Hofmann et al., "Data for Hamby sets 173 and
/// 252" (heike/DIB-Hamby, CC BY 4.0).
const BY_HAND: [(&str, f64); 16] = [
    ("Br1_Bullet1_Land1", 2190.625 - 215.625),
    ("Br1_Bullet1_Land2", 2146.875 - 175.0),
    ("Br1_Bullet1_Land3", 2131.25 - 170.3125),
    ("Br1_Bullet1_Land4", 2154.6875 - 203.6318),
    ("Br1_Bullet1_Land5", 2084.375 - 165.625),
    ("Br1_Bullet2_Land1", 2114.0625 - 170.3125),
    ("Br1_Bullet2_Land2", 2125.0 - 164.0625),
    ("Br1_Bullet2_Land4", 2146.875 - 170.3125),
    ("Br1_Bullet2_Land5", 2117.1875 - 167.1875),
    ("Br1_Bullet2_Land6", 2181.25 - 225.0),
    ("Br2_Bullet1_Land1", 2171.875 - 209.375),
    ("Br2_Bullet1_Land2", 2071.875 - 164.0625),
    ("Br2_Bullet1_Land3", 2075.0 - 179.6875),
    ("Br2_Bullet2_Land2", 2115.625 - 140.625),
    ("Br2_Bullet2_Land3", 2114.0625 - 181.25),
    ("Br2_Bullet2_Land4", 2157.8125 - 198.4375),
];

#[test]
fn widths_between_walls_are_within_100_micrometres_of_those_set_by_hand() {
    for (name, by_hand) in BY_HAND {
        let Some(land) = lands().iter().find(|land| land.name == name) else { return };
        let signature = &land.signature;
        // By hand along the scan's rows, which cut the striae at an angle.
        let width = signature.width().micrometres() / signature.areal.unwrap().angle.to_radians().cos();
        println!("{name}: {width:.0} um, by hand {by_hand:.0} um, {:+.0} um", width - by_hand);
        // The bar is barrel 1's ten; barrel 2 is shown.
        if name.starts_with("Br1") {
            assert!((width - by_hand).abs() <= 100.0, "{name}: {width:.0} um, by hand {by_hand:.0} um");
            assert_eq!(signature.walls, [true, true], "{name}");
        }
    }
}
