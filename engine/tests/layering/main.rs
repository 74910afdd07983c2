//! Holds the import direction of the engine: a module imports only what stands to its left.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Who may import whom, lowest first. A module may import itself and what is listed here; nothing else of the engine.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("ids", &[]),
    ("trace", &[]),
    ("surface", &["units"]),
    ("picture", &["units", "surface"]),
    ("formats", &["units", "surface", "ids"]),
    ("marks", &["units", "surface", "trace", "picture"]),
    ("striae", &["units", "ids", "surface", "formats", "marks", "trace", "picture"]),
    ("bullets", &["ids", "striae"]),
    ("template", &["units", "marks"]),
    ("features", &["units", "surface", "marks", "template"]),
    ("compare", &["units", "surface", "marks", "template", "features", "trace", "picture"]),
    ("calibrate", &["ids", "units", "marks", "template", "compare"]),
    ("methods", &["units", "surface", "formats", "marks", "template", "features", "compare", "trace", "picture"]),
    ("prepared", &["marks", "formats", "striae", "template", "methods", "trace"]),
    ("index", &["units", "ids", "surface", "marks", "features", "compare", "template"]),
    ("search", &["units", "ids", "marks", "template", "features", "compare", "methods", "index", "trace"]),
    (
        "synth",
        &["units", "striae", "surface", "formats", "marks", "template", "features", "methods", "trace", "picture"],
    ),
];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every module named after `crate::` in code (comments left out), with the top-level module of the file.
fn imports() -> BTreeMap<String, BTreeSet<(String, PathBuf)>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    let mut imports: BTreeMap<String, BTreeSet<(String, PathBuf)>> = BTreeMap::new();
    for file in files {
        let relative = file.strip_prefix(&source).unwrap();
        let module = relative.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if module == "lib" {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let code: String =
            text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        for after in code.split("crate::").skip(1) {
            let name: String = after.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            imports.entry(module.clone()).or_default().insert((name, relative.to_owned()));
        }
    }
    imports
}

#[test]
fn every_module_imports_only_what_stands_below_it() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    let mut wrong = Vec::new();
    for (module, names) in imports() {
        let Some(may) = allowed.get(module.as_str()) else {
            wrong.push(format!("module `{module}` has no line in MAY_IMPORT"));
            continue;
        };
        for (name, file) in names {
            if name != module && !may.contains(&name.as_str()) {
                wrong.push(format!("{}: `{module}` imports `{name}`", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "upward imports:\n{}", wrong.join("\n"));
}

#[test]
fn the_table_itself_points_down_only() {
    let order: Vec<&str> = MAY_IMPORT.iter().map(|(module, _)| *module).collect();
    for (place, (module, may)) in MAY_IMPORT.iter().enumerate() {
        for name in *may {
            let below = order.iter().position(|other| other == name).unwrap();
            assert!(below < place, "`{module}` may import `{name}`, which stands above it");
        }
    }
}

#[test]
fn the_engine_knows_no_network_no_database_and_no_wire_type() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    for forbidden in ["tokio", "tonic", "prost", "sqlx", "object_store", "headstamp-proto", "headstamp-server"] {
        assert!(!manifest.contains(forbidden), "engine/Cargo.toml names `{forbidden}`");
    }
}
