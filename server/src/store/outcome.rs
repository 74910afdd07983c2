//! Rows of what was computed: searches with their candidates, comparisons. Both keep the very answer that was given.

use super::record::{Row, Value};
use super::{Step, Store, StoreError};
use sqlx::Row as _;

/// A search as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct StoredSearch {
    pub(crate) id: String,
    /// Empty if a file or a bullet was searched with.
    pub(crate) query_mark_id: String,
    /// Empty if no bullet was searched with.
    pub(crate) query_specimen_id: String,
    pub(crate) query_sha256: Vec<u8>,
    pub(crate) method: String,
    pub(crate) engine: String,
    /// Encoded request, without the bytes of a file.
    pub(crate) request: Vec<u8>,
    /// Encoded answer.
    pub(crate) answer: Vec<u8>,
    pub(crate) created_at_micros: i64,
}

/// A line of its list.
#[derive(Clone, Debug)]
pub(crate) struct StoredCandidate {
    /// 1 = best.
    pub(crate) place: u32,
    pub(crate) mark_id: String,
    pub(crate) score: Option<f64>,
    pub(crate) refined: f64,
    pub(crate) similarity: f64,
}

impl StoredSearch {
    /// The steps that write it and its candidates.
    pub(crate) fn steps(self, candidates: &[StoredCandidate]) -> Vec<Step> {
        let id = self.id.clone();
        let search = Row {
            table: "search",
            columns: &[
                "id",
                "query_mark_id",
                "query_specimen_id",
                "query_sha256",
                "method",
                "engine",
                "request",
                "answer",
                "created_at_micros",
            ],
            values: vec![
                Value::Text(self.id),
                Value::reference(&self.query_mark_id),
                Value::reference(&self.query_specimen_id),
                Value::Blob(self.query_sha256),
                Value::Text(self.method),
                Value::Text(self.engine),
                Value::Blob(self.request),
                Value::Blob(self.answer),
                Value::Whole(self.created_at_micros),
            ],
        };
        let lines = candidates.iter().map(|line| Row {
            table: "search_candidate",
            columns: &["search_id", "place", "mark_id", "score", "refined", "similarity"],
            values: vec![
                Value::Text(id.clone()),
                Value::Whole(line.place.into()),
                Value::Text(line.mark_id.clone()),
                Value::RealOrNull(line.score),
                Value::Real(line.refined),
                Value::Real(line.similarity),
            ],
        });
        std::iter::once(search).chain(lines).map(Step::Insert).collect()
    }
}

/// What was compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// Two marks.
    Marks,
    /// Two specimens, by all of their lands.
    Bullets,
}

/// A comparison as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct StoredComparison {
    pub(crate) id: String,
    /// What the two ids name.
    pub(crate) of: Compared,
    pub(crate) reference_id: String,
    pub(crate) compared_id: String,
    pub(crate) method: String,
    pub(crate) score: f64,
    /// Encoded answer.
    pub(crate) answer: Vec<u8>,
    pub(crate) created_at_micros: i64,
}

/// Columns of comparisons of marks, and of bullets.
const OF_MARKS: [&str; 7] =
    ["id", "reference_mark_id", "compared_mark_id", "method", "score", "answer", "created_at_micros"];
const OF_BULLETS: [&str; 7] =
    ["id", "reference_specimen_id", "compared_specimen_id", "method", "score", "answer", "created_at_micros"];

impl StoredComparison {
    /// The step that writes it.
    pub(crate) fn step(self) -> Step {
        let (table, columns): (_, &'static [&'static str]) = match self.of {
            Compared::Marks => ("comparison", &OF_MARKS),
            Compared::Bullets => ("bullet_comparison", &OF_BULLETS),
        };
        Step::Insert(Row {
            table,
            columns,
            values: vec![
                Value::Text(self.id),
                Value::Text(self.reference_id),
                Value::Text(self.compared_id),
                Value::Text(self.method),
                Value::Real(self.score),
                Value::Blob(self.answer),
                Value::Whole(self.created_at_micros),
            ],
        })
    }
}

/// A comparison of items as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct StoredItems {
    pub(crate) id: String,
    /// Encoded request.
    pub(crate) request: Vec<u8>,
    /// Encoded answer.
    pub(crate) answer: Vec<u8>,
    pub(crate) created_at_micros: i64,
}

impl StoredItems {
    /// The step that writes it.
    pub(crate) fn step(self) -> Step {
        Step::Insert(Row {
            table: "item_comparison",
            columns: &["id", "request", "answer", "created_at_micros"],
            values: vec![
                Value::Text(self.id),
                Value::Blob(self.request),
                Value::Blob(self.answer),
                Value::Whole(self.created_at_micros),
            ],
        })
    }
}

impl Store {
    /// The answer of an earlier comparison of items.
    pub(crate) async fn items_answer(&self, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let row = sqlx::query("SELECT answer FROM item_comparison WHERE id = $1").bind(id.to_owned());
        row.fetch_optional(&self.pool).await?.map(|row| row.try_get("answer")).transpose().map_err(StoreError::Database)
    }
    /// The answer of an earlier search.
    pub(crate) async fn search_answer(&self, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let row = sqlx::query("SELECT answer FROM search WHERE id = $1").bind(id.to_owned());
        row.fetch_optional(&self.pool).await?.map(|row| row.try_get("answer")).transpose().map_err(StoreError::Database)
    }
    /// The answer of an earlier comparison, of marks or of bullets.
    pub(crate) async fn comparison_answer(&self, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let row = sqlx::query(
            "SELECT answer FROM comparison WHERE id = $1 UNION ALL SELECT answer FROM bullet_comparison WHERE id = $1",
        )
        .bind(id.to_owned());
        row.fetch_optional(&self.pool).await?.map(|row| row.try_get("answer")).transpose().map_err(StoreError::Database)
    }
}
