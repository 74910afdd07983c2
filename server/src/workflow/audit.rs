//! The audit trail, read and checked.

use super::{Refusal, Workflow, check};
use headstamp_proto::v1;

impl Workflow {
    /// A page of events, oldest first.
    pub(crate) async fn query_events(&self, r: &v1::QueryEventsRequest) -> Result<v1::QueryEventsResponse, Refusal> {
        let page = r.page.clone().unwrap_or_default();
        let sized = v1::Page { token: String::new(), ..page.clone() };
        let (_, size) = check::page(Some(&sized), self.limits.page_records)?;
        let after = match page.token.as_str() {
            "" => 0,
            token => token.parse().map_err(|_| Refusal::BadPageToken)?,
        };
        let wanted =
            [("actor", &r.actor), ("action", &r.action), ("outcome", &r.outcome), ("subject_id", &r.subject_id)];
        let filters: Vec<_> = wanted
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(column, text)| (column, text.clone()))
            .collect();
        let mut events = self.store.events(&filters, after, i64::from(size) + 1).await?;
        let more = events.len() > size as usize;
        events.truncate(size as usize);
        let next = if more { events.last().map(|last| last.sequence.to_string()) } else { None };
        Ok(v1::QueryEventsResponse { events, next_page_token: next.unwrap_or_default() })
    }

    /// Computes the whole chain again.
    pub(crate) async fn verify_audit(&self) -> Result<v1::VerifyResponse, Refusal> {
        Ok(self.store.verify().await?)
    }
}
