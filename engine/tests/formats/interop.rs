//! Our X3P files are read by others and theirs by us: x3pio, verity-x3p and surfalize from PyPI, in a virtual
//! environment below the build directory. Where Python or the registry is missing, the test says so and passes.

use headstamp_engine::formats::x3p::{Axis, Dimension, Feature, NewDocument, Provenance, Values, X3pDocument};
use headstamp_engine::formats::{ReadSettings, Scan, Topography, read};
use headstamp_engine::units::{Metres, um};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Package, pinned version, and the kinds of file it is asked to write (`x`: points in the XML, `o`: older revision).
const PEERS: [(&str, &str, &[&str]); 3] = [
    ("x3pio", "2.0.0", &["D", "F", "I", "L", "Dx", "Do", "Io"]),
    ("verity-x3p", "0.2.0", &["D", "F"]),
    ("surfalize", "0.19.2", &["D", "F"]),
];
const COLUMNS: usize = 23;
const ROWS: usize = 17;
const PITCH_X: f64 = 6.25e-6;
const PITCH_Y: f64 = 3.125e-6;

/// A wave with a hole, in metres.
fn heights() -> Vec<f64> {
    let height = |point: usize| 4e-6 * (0.37 * point as f64).sin() + 1e-9 * point as f64;
    (0..COLUMNS * ROWS).map(|point| if point % 11 == 5 { f64::NAN } else { height(point) }).collect()
}

/// The file, what it is, and who must be able to read it.
fn our_files() -> Vec<(&'static str, Vec<u8>, &'static [&'static str])> {
    let pitch = (Metres::new(PITCH_X), Metres::new(PITCH_Y));
    let topography = Topography::from_metres(&heights(), (ROWS, COLUMNS), pitch, um(0.0)).unwrap();
    let topography = X3pDocument::from_topography(&topography, &Provenance::default()).unwrap();
    let missing: Vec<bool> = heights().iter().map(|height| !height.is_nan()).collect();
    let counts = || heights().into_iter().map(|height| if height.is_nan() { 0.0 } else { (height * 1e9).round() });
    let shorts = Values::Int16(counts().map(|count| count as i16).collect());
    let longs = Values::Int32(counts().map(|count| count as i32).collect());
    let document = |values, increment, valid, in_xml| {
        let along = |increment| Axis { incremental: true, number: None, increment, offset: 0.0 };
        let up = Axis { incremental: false, number: None, increment, offset: 0.0 };
        let parts = NewDocument {
            feature: Feature::Surface,
            axes: [along(PITCH_X), along(PITCH_Y), up],
            dimension: Dimension::Matrix { x: COLUMNS as u64, y: ROWS as u64, z: 1 },
            columns: [None, None, Some(values)],
            valid,
            in_xml,
            provenance: Provenance::default(),
        };
        parts.finish().unwrap().write().unwrap()
    };
    vec![
        ("topography", topography.write().unwrap(), &["x3pio", "verity-x3p", "surfalize"]),
        ("doubles", document(Values::Float64(heights()), 1.0, None, false), &["x3pio", "verity-x3p", "surfalize"]),
        ("shorts", document(shorts, 1e-9, Some(missing.clone()), false), &["x3pio", "surfalize"]),
        ("longs", document(longs, 1e-9, Some(missing), false), &["x3pio", "surfalize"]),
        ("in_xml", document(Values::Float64(heights()), 1.0, None, true), &["x3pio", "surfalize"]),
    ]
}

/// Largest distance of the heights from the wave; panics where a hole is not a hole.
fn worst(found: &[f64], what: &str) -> f64 {
    let expected = heights();
    assert_eq!(found.len(), expected.len(), "{what}");
    // A constant is not shape: readers differ on whether they add the offset of the z axis.
    let offset = found[0] - expected[0];
    let distance = |(found, expected): (&f64, &f64)| {
        assert_eq!(found.is_nan(), expected.is_nan(), "{what}: {found} where {expected} was written");
        if found.is_nan() { 0.0 } else { (found - expected - offset).abs() }
    };
    found.iter().zip(&expected).map(distance).fold(0.0, f64::max)
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() { Ok(()) } else { Err(last_lines(&output.stderr)) }
}

fn last_lines(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said).into_owned();
    let lines: Vec<&str> = said.lines().collect();
    lines[lines.len().saturating_sub(3)..].join(" | ")
}

/// The interpreter of the virtual environment, made if it is not there, with `peer` installed; or why it cannot be.
fn python_with(peer: &str, version: &str) -> Result<PathBuf, String> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("x3p-peers");
    let python = home.join("bin/python");
    let ready = home.join(format!("{peer}-{version}"));
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&home)).map_err(|error| format!("no venv: {error}"))?;
    }
    if !ready.exists() {
        let wanted = format!("{peer}=={version}");
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--only-binary"];
        run(Command::new(&python).args(pip).args([":all:", "--timeout", "20", "--retries", "1"]).arg(&wanted))?;
        std::fs::write(&ready, wanted).map_err(|error| error.to_string())?;
    }
    Ok(python)
}

/// Does all jobs of a peer in one process; one line of answer a job.
fn do_jobs(python: &Path, peer: &str, jobs: &[String]) -> Vec<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/peers.py");
    let mut command = Command::new(python);
    command.arg(script).arg(peer).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(jobs.join("\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{peer}: {}", last_lines(&output.stderr));
    let lines: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(String::from).collect();
    assert_eq!(lines.len(), jobs.len(), "{peer}: {lines:?}");
    lines
}

fn check_what_the_peer_read(said: &str, out: &Path, what: &str) {
    let numbers: Vec<f64> = said.split_whitespace().map(|number| number.parse().unwrap()).collect();
    assert_eq!(numbers[..2], [COLUMNS as f64, ROWS as f64], "{what}");
    assert!((numbers[2] / PITCH_X - 1.0).abs() < 1e-12 && (numbers[3] / PITCH_Y - 1.0).abs() < 1e-12, "{what}: {said}");
    let bytes = std::fs::read(out).unwrap();
    let found: Vec<f64> = bytes.as_chunks().0.iter().map(|chunk| f64::from_le_bytes(*chunk)).collect();
    let worst = worst(&found, what);
    assert!(worst < 0.51e-9, "{what}: off by {worst:e} m");
    println!("{what}: largest difference {worst:.1e} m");
}

fn check_what_we_read(file: &Path, what: &str) {
    let strict = ReadSettings { checksum_strict: true, ..ReadSettings::default() };
    let decoded = read(&std::fs::read(file).unwrap(), &strict).unwrap_or_else(|error| panic!("{what}: {error}"));
    let Scan::Topography(topography) = decoded.scan else { panic!("{what}: {:?}", decoded.scan) };
    assert_eq!(topography.heights.dim(), (ROWS, COLUMNS), "{what}");
    assert!((topography.pitch_x.metres() / PITCH_X - 1.0).abs() < 1e-12, "{what}");
    assert!((topography.pitch_y.metres() / PITCH_Y - 1.0).abs() < 1e-12, "{what}");
    let found: Vec<f64> =
        topography.heights.iter().map(|&height| f64::from(height) + topography.datum.metres()).collect();
    let worst = worst(&found, what);
    assert!(worst < 0.51e-9, "{what}: off by {worst:e} m");
    println!("{what}: largest difference {worst:.1e} m");
}

#[test]
fn x3p_files_are_exchanged_with_three_other_programs_without_a_height_lost() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop");
    std::fs::create_dir_all(&folder).unwrap();
    let source = folder.join("heights.f64");
    let bytes: Vec<u8> = heights().iter().flat_map(|height| height.to_le_bytes()).collect();
    std::fs::write(&source, bytes).unwrap();
    let files = our_files();
    for (name, bytes, _) in &files {
        std::fs::write(folder.join(format!("{name}.x3p")), bytes).unwrap();
    }
    for (peer, version, kinds) in PEERS {
        let python = match python_with(peer, version) {
            Ok(python) => python,
            Err(reason) => {
                println!("skipped: {peer} {version} could not be installed: {reason}");
                continue;
            }
        };
        let (for_peer, not): (Vec<_>, Vec<_>) = files.iter().partition(|(_, _, readers)| readers.contains(&peer));
        not.iter().for_each(|(name, ..)| println!("not asked: {peer} does not know what {name} needs"));
        let out = |name: &str| folder.join(format!("{peer}_{name}.f64"));
        let theirs = |kind: &str| folder.join(format!("{peer}_{kind}.x3p"));
        let read =
            |name: &str| format!("read\t{}\t{}", folder.join(format!("{name}.x3p")).display(), out(name).display());
        let write = |kind: &str| {
            let (source, to) = (source.display(), theirs(kind));
            format!("write\t{kind}\t{source}\t{}\t{COLUMNS}\t{ROWS}\t{PITCH_X:e}\t{PITCH_Y:e}", to.display())
        };
        let reads = for_peer.iter().map(|(name, ..)| read(name));
        let jobs: Vec<String> = reads.chain(kinds.iter().map(|kind| write(kind))).collect();
        let answers = do_jobs(&python, peer, &jobs);
        for ((name, ..), said) in for_peer.iter().zip(&answers) {
            check_what_the_peer_read(said, &out(name), &format!("{peer} reading our {name}"));
        }
        kinds.iter().for_each(|kind| check_what_we_read(&theirs(kind), &format!("our reader on {kind} by {peer}")));
    }
}

/// What surfalize writes beside X3P: kind for `peers.py`, ending of the file, true if its first line is the top.
const INSTRUMENT_FILES: [(&str, &str, bool); 5] = [
    ("al3d", "al3d", true),
    ("sdf", "sdf", false),
    ("sdf_text", "sdf", false),
    ("sur", "sur", true),
    ("sur_deflated", "sur", true),
];

#[test]
fn instrument_files_of_another_program_are_read_without_a_height_lost() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop-instruments");
    std::fs::create_dir_all(&folder).unwrap();
    let source = folder.join("heights.f64");
    let bytes: Vec<u8> = heights().iter().flat_map(|height| height.to_le_bytes()).collect();
    std::fs::write(&source, bytes).unwrap();
    let (peer, version, _) = PEERS[2];
    let python = match python_with(peer, version) {
        Ok(python) => python,
        Err(reason) => {
            println!("skipped: {peer} {version} could not be installed: {reason}");
            return;
        }
    };
    let theirs = |kind: &str, ending: &str| folder.join(format!("{kind}.{ending}"));
    let write = |(kind, ending, _): &(&str, &str, bool)| {
        let (source, to) = (source.display(), theirs(kind, ending));
        format!("write\t{kind}\t{source}\t{}\t{COLUMNS}\t{ROWS}\t{PITCH_X:e}\t{PITCH_Y:e}", to.display())
    };
    do_jobs(&python, peer, &INSTRUMENT_FILES.iter().map(write).collect::<Vec<_>>());
    for (kind, ending, top_first) in INSTRUMENT_FILES {
        let bytes = std::fs::read(theirs(kind, ending)).unwrap();
        let decoded = read(&bytes, &ReadSettings::default()).unwrap_or_else(|error| panic!("{kind}: {error}"));
        let Scan::Topography(map) = decoded.scan else { panic!("{kind}: {:?}", decoded.scan) };
        assert_eq!(map.heights.dim(), (ROWS, COLUMNS), "{kind}");
        // SUR states its pitch as a 32-bit float.
        let same = |found: f64, expected: f64| (found / expected - 1.0).abs() < 1e-7;
        assert!(same(map.pitch_x.metres(), PITCH_X) && same(map.pitch_y.metres(), PITCH_Y), "{kind}");
        let mut lines: Vec<_> = map.heights.outer_iter().collect();
        if top_first {
            lines.reverse();
        }
        let found: Vec<f64> = lines.iter().flatten().map(|&height| f64::from(height) + map.datum.metres()).collect();
        let worst = worst(&found, kind);
        assert!(worst < 1e-11, "{kind}: off by {worst:e} m");
        println!("{kind}: largest difference {worst:.1e} m");
    }
}
