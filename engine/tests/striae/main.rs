//! Striated marks: real lands beside the checkout, copies that lie wrong, synthetic galleries.

mod lands;
mod real;
mod stored;
