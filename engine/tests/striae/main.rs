//! Striated marks: real lands beside the checkout, copies that lie wrong, synthetic galleries.

mod bullets;
mod gallery;
mod lands;
mod lies;
mod prepared;
mod real;
mod stored;
mod synthetic;
