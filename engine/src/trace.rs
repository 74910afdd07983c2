//! The examiner's view of the middle of a computation: every step may leave a picture and a sentence.

use image::RgbImage;

/// Receives the pictures of the steps, in order. Passed in, never global.
pub trait Trace {
    /// False when pictures would be thrown away, so that nobody draws them.
    fn wanted(&self) -> bool;
    /// One picture of step `step` with a caption in plain words.
    fn picture(&mut self, step: &str, caption: &str, image: RgbImage);
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTrace;

impl Trace for NoTrace {
    fn wanted(&self) -> bool {
        false
    }
    fn picture(&mut self, _step: &str, _caption: &str, _image: RgbImage) {}
}

/// One kept picture.
#[derive(Clone, Debug)]
pub struct Step {
    /// Name of the step.
    pub step: String,
    /// Caption in plain words.
    pub caption: String,
    /// The picture.
    pub image: RgbImage,
}

/// Keeps every picture in memory.
#[derive(Clone, Debug, Default)]
pub struct Album(pub Vec<Step>);

impl Trace for Album {
    fn wanted(&self) -> bool {
        true
    }
    fn picture(&mut self, step: &str, caption: &str, image: RgbImage) {
        self.0.push(Step { step: step.into(), caption: caption.into(), image });
    }
}
