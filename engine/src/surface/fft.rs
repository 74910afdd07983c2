//! Fourier transforms; the only file that names rustfft and realfft.
//!
//! Unnormalised in both directions, as RustFFT: forward then inverse multiplies by the length. Forward uses
//! `exp(-2 pi i k n / length)`. Plans and scratch are kept per thread, so any thread may call at any time and the
//! result never depends on which one did.

use realfft::RealFftPlanner;
use rustfft::{FftDirection, FftPlanner};
use std::cell::RefCell;

pub use rustfft::num_complex::Complex32;

struct Plans {
    real: RealFftPlanner<f32>,
    complex: FftPlanner<f32>,
    scratch: Vec<Complex32>,
    row: Vec<f32>,
    half: Vec<Complex32>,
}

thread_local! {
    static PLANS: RefCell<Plans> = RefCell::new(Plans {
        real: RealFftPlanner::new(),
        complex: FftPlanner::new(),
        scratch: Vec::new(),
        row: Vec::new(),
        half: Vec::new(),
    });
}

/// Transforms each row of `length` real samples into `length / 2 + 1` complex values, one row after the other.
///
/// `rows` holds whole rows; what is left over at its end is ignored.
pub fn forward_rows(rows: &[f32], length: usize) -> Vec<Complex32> {
    let bins = length / 2 + 1;
    let mut spectra = vec![Complex32::ZERO; rows.len() / length * bins];
    PLANS.with_borrow_mut(|plans| {
        let plan = plans.real.plan_fft_forward(length);
        plans.scratch.resize(plan.get_scratch_len(), Complex32::ZERO);
        plans.row.resize(length, 0.0);
        for (row, spectrum) in rows.chunks_exact(length).zip(spectra.chunks_exact_mut(bins)) {
            plans.row.copy_from_slice(row);
            plan.process_with_scratch(&mut plans.row, spectrum, &mut plans.scratch)
                .expect("row, spectrum and scratch have the plan's lengths");
        }
    });
    spectra
}

/// The `length` real samples whose spectrum is `half` (`length / 2 + 1` values; fewer are filled up with zeros).
pub fn inverse_row(half: &[Complex32], length: usize) -> Vec<f32> {
    let bins = length / 2 + 1;
    let mut samples = vec![0.0; length];
    PLANS.with_borrow_mut(|plans| {
        let plan = plans.real.plan_fft_inverse(length);
        plans.scratch.resize(plan.get_scratch_len(), Complex32::ZERO);
        plans.half.clear();
        plans.half.extend_from_slice(&half[..half.len().min(bins)]);
        plans.half.resize(bins, Complex32::ZERO);
        // A real signal has a real mean and, for even lengths, a real last bin.
        plans.half[0].im = 0.0;
        if length.is_multiple_of(2) {
            plans.half[bins - 1].im = 0.0;
        }
        plan.process_with_scratch(&mut plans.half, &mut samples, &mut plans.scratch)
            .expect("spectrum, row and scratch have the plan's lengths");
    });
    samples
}

/// Direction of [`plane`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// `exp(-i ...)`.
    Forward,
    /// `exp(+i ...)`, not divided by the number of samples.
    Inverse,
}

/// Transforms a plane of `rows x cols` complex samples in place.
pub fn plane(samples: &mut [Complex32], rows: usize, cols: usize, direction: Direction) {
    let direction = match direction {
        Direction::Forward => FftDirection::Forward,
        Direction::Inverse => FftDirection::Inverse,
    };
    PLANS.with_borrow_mut(|plans| {
        let along = plans.complex.plan_fft(cols, direction);
        along.process(samples);
        let down = plans.complex.plan_fft(rows, direction);
        let mut column = vec![Complex32::ZERO; rows];
        for col in 0..cols {
            for (row, value) in column.iter_mut().enumerate() {
                *value = samples[row * cols + col];
            }
            down.process(&mut column);
            for (row, value) in column.iter().enumerate() {
                samples[row * cols + col] = *value;
            }
        }
    });
}
