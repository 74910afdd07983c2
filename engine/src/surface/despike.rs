//! Spikes: single samples that the instrument got wrong, far above or below everything beside them.
//!
//! A sample is a spike if it lies more than [`SIGMAS`] robust standard deviations from the median of the 5 x 5 samples
//! about it (`docs/method.md` section 1; Muralikrishnan and Raja 2009, chapter 5, on outliers ahead of filtering). The
//! window is in samples, not micrometres: a spike is an error of single samples whatever their distance.

use ndarray::Array2;

/// Robust standard deviations a sample may lie from the median about it.
const SIGMAS: f32 = 10.0;
/// Half the width of the window, samples.
const REACH: usize = 2;
/// The median of a window with fewer samples says nothing.
const SAMPLES_MIN: usize = 5;
/// The spread is estimated from one sample in this many: prime, so that no scan's columns are favoured.
const SPREAD_STRIDE: usize = 23;

/// Makes spikes missing (NaN) and returns how many there were.
///
/// `heights` is `(rows, cols)` in any unit. Nothing is removed where at least half of the differences to the median are
/// zero, as on a coarsely stepped surface: its spread is not known.
pub fn remove_spikes(heights: &mut Array2<f32>) -> usize {
    remove_spikes_beyond(heights, SIGMAS, 0.0)
}

/// The same with other limits: a spike lies more than `sigmas` robust standard deviations and more than `least` (in the
/// unit of the heights) from the median about it.
pub fn remove_spikes_beyond(heights: &mut Array2<f32>, sigmas: f32, least: f32) -> usize {
    let limit = (sigmas * spread(heights)).max(least);
    if limit <= 0.0 {
        return 0;
    }
    let mut window = Vec::with_capacity(25);
    let spikes: Vec<(usize, usize)> = suspects(heights, limit)
        .into_iter()
        .filter(|&at| {
            gather(heights, at, &mut window);
            window.len() >= SAMPLES_MIN && (heights[at] - median(&mut window)).abs() > limit
        })
        .collect();
    for &at in &spikes {
        heights[at] = f32::NAN;
    }
    spikes.len()
}

/// Samples that may be spikes. If most samples of a window lie within `limit` of the middle one, so does their median:
/// counting them decides almost every sample without sorting anything.
fn suspects(heights: &Array2<f32>, limit: f32) -> Vec<(usize, usize)> {
    let (rows, cols) = heights.dim();
    let width = cols + 2 * REACH;
    let mut padded = vec![f32::NAN; (rows + 2 * REACH) * width];
    for (row, line) in heights.rows().into_iter().enumerate() {
        let start = (row + REACH) * width + REACH;
        for (to, from) in padded[start..start + cols].iter_mut().zip(line) {
            *to = *from;
        }
    }
    let mut found = Vec::new();
    let (mut near, mut present) = (vec![0_i32; cols], vec![0_i32; cols]);
    for row in 0..rows {
        near.fill(0);
        present.fill(0);
        let middle = &padded[(row + REACH) * width + REACH..][..cols];
        for down in 0..=2 * REACH {
            for right in 0..=2 * REACH {
                let other = &padded[(row + down) * width + right..][..cols];
                for place in 0..cols {
                    near[place] += i32::from((middle[place] - other[place]).abs() <= limit);
                    present[place] += i32::from(!other[place].is_nan());
                }
            }
        }
        found.extend(
            (0..cols).filter(|&col| !middle[col].is_nan() && 2 * near[col] <= present[col]).map(|col| (row, col)),
        );
    }
    found
}

/// Robust standard deviation of the differences between samples and the median about them.
fn spread(heights: &Array2<f32>) -> f32 {
    let cols = heights.ncols();
    let mut window = Vec::with_capacity(25);
    let mut differences: Vec<f32> = (0..heights.len())
        .step_by(SPREAD_STRIDE)
        .map(|place| (place / cols, place % cols))
        .filter(|&at| !heights[at].is_nan())
        .filter_map(|at| {
            gather(heights, at, &mut window);
            (window.len() >= SAMPLES_MIN).then(|| (heights[at] - median(&mut window)).abs())
        })
        .collect();
    if differences.is_empty() { 0.0 } else { super::SIGMA_OF_MAD * median(&mut differences) }
}

/// The present samples of the window about `(row, col)`.
fn gather(heights: &Array2<f32>, (row, col): (usize, usize), window: &mut Vec<f32>) {
    let (rows, cols) = heights.dim();
    window.clear();
    for r in row.saturating_sub(REACH)..=(row + REACH).min(rows - 1) {
        for c in col.saturating_sub(REACH)..=(col + REACH).min(cols - 1) {
            if !heights[[r, c]].is_nan() {
                window.push(heights[[r, c]]);
            }
        }
    }
}

/// The middle value (the upper one of two); `values` must not be empty.
fn median(values: &mut [f32]) -> f32 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rough surface with heights of about +-1.
    fn rough() -> Array2<f32> {
        Array2::from_shape_fn((60, 70), |(row, col)| ((row * 7919 + col * 104_729) % 2003) as f32 / 1001.5 - 1.0)
    }

    #[test]
    fn exactly_the_spikes_put_in_are_taken_out() {
        let mut heights = rough();
        let spikes = [(0, 0), (12, 30), (13, 31), (59, 69), (40, 2)];
        for at in spikes {
            heights[at] = 40.0;
        }
        assert_eq!(remove_spikes(&mut heights), 5);
        assert!(spikes.iter().all(|&at| heights[at].is_nan()));
    }

    #[test]
    fn a_steep_wall_is_no_spike() {
        let mut heights = rough();
        heights.indexed_iter_mut().for_each(|((_, col), height)| *height += if col > 35 { 50.0 } else { 0.0 });
        assert_eq!(remove_spikes(&mut heights), 0);
    }

    #[test]
    fn counting_neighbours_finds_what_sorting_every_window_finds() {
        let mut heights = rough();
        heights.indexed_iter_mut().for_each(|((row, col), height)| {
            if (row * 31 + col * 17) % 41 == 0 {
                *height *= 30.0;
            }
            if (row * 13 + col * 29) % 7 == 0 {
                *height = f32::NAN;
            }
        });
        let limit = SIGMAS * spread(&heights);
        let mut window = Vec::new();
        let expected = heights
            .indexed_iter()
            .filter(|&(at, height)| {
                gather(&heights, at, &mut window);
                !height.is_nan() && window.len() >= SAMPLES_MIN && (height - median(&mut window)).abs() > limit
            })
            .count();
        assert!(expected > 20, "{expected}");
        assert_eq!(remove_spikes(&mut heights), expected);
    }
}
