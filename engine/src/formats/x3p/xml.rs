//! `main.xml` as a tree that is written back as it was read: vendor elements, comments and white space included.
//!
//! No document types, no entities beyond the five of XML itself and character references, limits on depth and number of
//! elements. The content of a `DataList` stays one piece of text: it can hold millions of points.

use crate::formats::error::shortened;
use crate::formats::{FormatError, ReadSettings};
use quick_xml::escape::{escape, unescape};
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// The element whose content is kept as text.
const POINTS: &str = "DataList";

/// An element; names and attributes as written, prefix included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    name: String,
    attributes: String,
    children: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Element(Element),
    /// Escaped, exactly as in the file.
    Text(String),
    /// Anything else that is carried along: comment, CDATA section, instruction, with its brackets.
    Verbatim(String),
    /// The inside of a [`POINTS`] element, unparsed.
    Points(String),
}

/// A whole document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    before: Vec<Node>,
    root: Element,
    after: Vec<Node>,
}

impl Element {
    /// An element without content.
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.into(), attributes: String::new(), children: Vec::new() }
    }
    /// With attributes, escaped as in a file.
    pub(super) fn attributes(mut self, attributes: &str) -> Self {
        self.attributes = attributes.into();
        self
    }
    /// With one more element inside.
    pub(super) fn with(mut self, child: Element) -> Self {
        self.children.push(Node::Element(child));
        self
    }
    /// With one more element inside that holds `text`.
    pub(super) fn with_text(self, name: &str, text: &str) -> Self {
        let mut child = Element::new(name);
        child.set_text(text);
        self.with(child)
    }
    /// With a list of points inside, given as the XML of the `Datum` elements.
    pub(super) fn with_points(mut self, datums: String) -> Self {
        let list = Element { name: POINTS.into(), attributes: String::new(), children: vec![Node::Points(datums)] };
        self.children.push(Node::Element(list));
        self
    }
    /// Name without prefix.
    fn local(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or(&self.name)
    }
    /// First child element of this name, prefixes aside.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find_map(|node| match node {
            Node::Element(element) if element.local() == name => Some(element),
            _ => None,
        })
    }
    /// First descendant along `path`.
    pub fn descend(&self, path: &[&str]) -> Option<&Element> {
        path.iter().try_fold(self, |element, name| element.child(name))
    }
    /// The text inside, references resolved, white space around it taken off.
    pub fn text(&self) -> String {
        let raw: String =
            self.children.iter().map(|node| if let Node::Text(text) = node { text } else { "" }).collect();
        unescape(raw.trim()).map(|text| text.into_owned()).unwrap_or_default()
    }
    /// The inside of a list of points.
    pub(super) fn points(&self) -> Option<&str> {
        self.children.iter().find_map(|node| if let Node::Points(text) = node { Some(text.as_str()) } else { None })
    }
    /// Puts `text` in the place of all content.
    pub(super) fn set_text(&mut self, text: &str) {
        self.children = if text.is_empty() { Vec::new() } else { vec![Node::Text(escape(text).into_owned())] };
    }
    /// Puts `text` into the descendant along `path`, made where it is missing.
    pub(super) fn put(&mut self, path: &[&str], text: &str) {
        let Some((first, rest)) = path.split_first() else { return self.set_text(text) };
        let place = self.children.iter().position(|node| matches!(node, Node::Element(e) if e.local() == *first));
        let place = place.unwrap_or_else(|| {
            self.children.push(Node::Element(Element::new(first)));
            self.children.len() - 1
        });
        if let Some(Node::Element(child)) = self.children.get_mut(place) {
            child.put(rest, text);
        }
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        if !self.attributes.is_empty() {
            out.push(' ');
            out.push_str(&self.attributes);
        }
        if self.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        self.children.iter().for_each(|node| node.write(out));
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }
}

impl Node {
    fn write(&self, out: &mut String) {
        match self {
            Node::Element(element) => element.write(out),
            Node::Text(text) | Node::Verbatim(text) | Node::Points(text) => out.push_str(text),
        }
    }
}

impl Tree {
    /// A document of one element.
    pub(super) fn new(root: Element) -> Self {
        Self { before: Vec::new(), root, after: Vec::new() }
    }
    /// The outermost element.
    pub fn root(&self) -> &Element {
        &self.root
    }
    pub(super) fn root_mut(&mut self) -> &mut Element {
        &mut self.root
    }

    /// Writes the document as UTF-8.
    pub(super) fn to_text(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        for node in &self.before {
            out.push('\n');
            node.write(&mut out);
        }
        out.push('\n');
        self.root.write(&mut out);
        for node in &self.after {
            out.push('\n');
            node.write(&mut out);
        }
        out
    }

    /// Parses a document.
    pub(super) fn parse(text: &str, settings: &ReadSettings) -> Result<Self, FormatError> {
        let mut reader = Reader::from_str(text);
        let mut growing = Growing { open: Vec::new(), before: Vec::new(), root: None, after: Vec::new(), elements: 0 };
        loop {
            let position = reader.buffer_position();
            let event = reader.read_event().map_err(|error| malformed(position, &error))?;
            match event {
                Event::Start(start) => {
                    growing.start(&start, settings)?;
                    if start.local_name().as_ref() == POINTS {
                        let inside = reader.read_text(start.name()).map_err(|error| malformed(position, &error))?;
                        growing.push(Node::Points(inside.into_inner().into_owned()));
                        growing.end();
                    }
                }
                Event::Empty(start) => {
                    growing.start(&start, settings)?;
                    growing.end();
                }
                Event::End(_) => growing.end(),
                Event::Text(text) => growing.text(&text.into_inner(), position)?,
                Event::GeneralRef(reference) => {
                    let reference = format!("&{};", reference.into_inner());
                    unescape(&reference).map_err(|error| malformed(position, &error))?;
                    growing.text(&reference, position)?;
                }
                Event::CData(data) => growing.push(Node::Verbatim(format!("<![CDATA[{}]]>", data.into_inner()))),
                Event::Comment(comment) => growing.push(Node::Verbatim(format!("<!--{}-->", comment.into_inner()))),
                Event::PI(instruction) => growing.push(Node::Verbatim(format!("<?{}?>", instruction.into_inner()))),
                Event::Decl(_) => {}
                Event::DocType(_) => return Err(FormatError::XmlDoctype { position }),
                Event::Eof => break,
            }
        }
        growing.finish(reader.buffer_position())
    }
}

/// A tree while it is being read.
struct Growing {
    open: Vec<Element>,
    before: Vec<Node>,
    root: Option<Element>,
    after: Vec<Node>,
    elements: usize,
}

impl Growing {
    fn start(&mut self, start: &BytesStart<'_>, settings: &ReadSettings) -> Result<(), FormatError> {
        self.elements += 1;
        if self.elements > settings.xml_elements_max {
            return Err(FormatError::XmlElements { max: settings.xml_elements_max });
        }
        if self.open.len() >= settings.xml_depth_max {
            return Err(FormatError::XmlDepth { max: settings.xml_depth_max });
        }
        self.open.push(Element {
            name: start.name().as_ref().to_string(),
            attributes: start.attributes_raw().trim().to_string(),
            children: Vec::new(),
        });
        Ok(())
    }

    fn end(&mut self) {
        let Some(element) = self.open.pop() else { return };
        if self.open.is_empty() && self.root.is_none() {
            self.root = Some(element);
        } else {
            self.push(Node::Element(element));
        }
    }

    fn push(&mut self, node: Node) {
        match (self.open.last_mut(), &self.root) {
            (Some(element), _) => element.children.push(node),
            (None, None) => self.before.push(node),
            (None, Some(_)) => self.after.push(node),
        }
    }

    /// Adds to the text before it, so that `a&amp;b` is one node.
    fn text(&mut self, text: &str, position: u64) -> Result<(), FormatError> {
        if self.open.is_empty() {
            let reason = || format!("text `{}` outside the root", shortened(text));
            // White space around the root carries nothing; it is written anew.
            let white = text.trim().is_empty();
            return if white { Ok(()) } else { Err(FormatError::Xml { position, reason: reason() }) };
        }
        if let Some(Node::Text(before)) = self.open.last_mut().and_then(|element| element.children.last_mut()) {
            before.push_str(text);
        } else {
            self.push(Node::Text(text.to_string()));
        }
        Ok(())
    }

    fn finish(self, position: u64) -> Result<Tree, FormatError> {
        if let Some(open) = self.open.last() {
            return Err(FormatError::Xml { position, reason: format!("`{}` is not closed", shortened(&open.name)) });
        }
        if self.after.iter().any(|node| matches!(node, Node::Element(_))) {
            return Err(FormatError::Xml { position, reason: "a second root element".into() });
        }
        let root = self.root.ok_or(FormatError::Xml { position, reason: "no element".into() })?;
        Ok(Tree { before: self.before, root, after: self.after })
    }
}

pub(super) fn malformed(position: u64, error: &dyn std::fmt::Display) -> FormatError {
    FormatError::Xml { position, reason: error.to_string() }
}
