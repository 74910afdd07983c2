//! One self-contained HTML page: headings, sentences, tables, figures.

use std::fmt::Write;

const STYLE: &str = include_str!("page.css");

/// A page that is being written.
pub(crate) struct Page {
    title: String,
    body: String,
}

impl Page {
    /// A page with its title and one sentence under it.
    pub(crate) fn new(title: &str, lead: &str) -> Self {
        let body = format!("<h1>{}</h1>\n<p class=\"lead\">{}</p>\n", escape(title), escape(lead));
        Self { title: title.into(), body }
    }
    /// A heading.
    pub(crate) fn heading(&mut self, text: &str) {
        self.push(&format!("<h2>{}</h2>", escape(text)));
    }
    /// A smaller heading.
    pub(crate) fn subheading(&mut self, text: &str) {
        self.push(&format!("<h3>{}</h3>", escape(text)));
    }
    /// A paragraph of plain text.
    pub(crate) fn text(&mut self, text: &str) {
        self.push(&format!("<p>{}</p>", escape(text)));
    }
    /// A paragraph set apart: a limit or a warning.
    pub(crate) fn caution(&mut self, text: &str) {
        self.push(&format!("<p class=\"caution\">{}</p>", escape(text)));
    }
    /// Sentences as a list.
    pub(crate) fn list<'a>(&mut self, items: impl IntoIterator<Item = &'a str>) {
        let items: String = items.into_iter().map(|item| format!("<li>{}</li>", escape(item))).collect();
        self.push(&format!("<ul>{items}</ul>"));
    }
    /// A table of plain text; columns that hold numbers all the way down are set to the right.
    pub(crate) fn table(&mut self, headings: &[&str], rows: &[Vec<String>]) {
        let number = |at: usize| {
            let mut cells = rows.iter().filter_map(|row| row.get(at)).filter(|cell| !cell.is_empty()).peekable();
            cells.peek().is_some()
                && cells.all(|cell| cell.starts_with(|c: char| c.is_ascii_digit() || "-+<–".contains(c)))
        };
        let class = |at: usize| if number(at) { " class=\"n\"" } else { "" };
        let mut html = String::from("<div class=\"wide\"><table><thead><tr>");
        for (at, heading) in headings.iter().enumerate() {
            let _ = write!(html, "<th{}>{}</th>", class(at), escape(heading));
        }
        html.push_str("</tr></thead><tbody>\n");
        for row in rows {
            html.push_str("<tr>");
            for (at, cell) in row.iter().enumerate() {
                let _ = write!(html, "<td{}>{}</td>", class(at), escape(cell));
            }
            html.push_str("</tr>\n");
        }
        html.push_str("</tbody></table></div>");
        self.push(&html);
    }
    /// A drawing or picture (HTML made by this module's neighbours) with its caption.
    pub(crate) fn figure(&mut self, drawing: &str, caption: &str) {
        self.push(&format!("<figure>{drawing}<figcaption>{}</figcaption></figure>", escape(caption)));
    }
    /// Several figures side by side where there is room.
    pub(crate) fn figures(&mut self, drawings: &[(String, String)]) {
        self.push("<div class=\"row\">");
        for (drawing, caption) in drawings {
            self.figure(drawing, caption);
        }
        self.push("</div>");
    }
    /// The whole document.
    pub(crate) fn finish(self) -> String {
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n\
             <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{}<footer>Headstamp {}. The program lists candidates and \
             scores. It does not conclude that two marks come from one firearm: that is for an examiner.</footer>\n\
             </main>\n</body>\n</html>\n",
            escape(&self.title),
            self.body,
            env!("CARGO_PKG_VERSION"),
        )
    }
    fn push(&mut self, html: &str) {
        self.body.push_str(html);
        self.body.push('\n');
    }
}

/// Text made safe to stand in HTML, in an element or a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}
