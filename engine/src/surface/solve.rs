//! Normal equations of a few unknowns, by Gaussian elimination with row pivoting.

/// Solves `TERMS` equations given as lines of `TERMS` factors and the right side, `WIDTH = TERMS + 1`; `None` where they do
/// not determine the unknowns.
pub(super) fn solve<const TERMS: usize, const WIDTH: usize>(mut lines: [[f64; WIDTH]; TERMS]) -> Option<[f64; TERMS]> {
    for step in 0..TERMS {
        let pivot = (step..TERMS).max_by(|&a, &b| lines[a][step].abs().total_cmp(&lines[b][step].abs()))?;
        lines.swap(step, pivot);
        let head = lines[step];
        if head[step].abs() < 1e-12 {
            return None;
        }
        for line in lines.iter_mut().skip(step + 1) {
            let factor = line[step] / head[step];
            for (entry, above) in line.iter_mut().zip(head).skip(step) {
                *entry -= factor * above;
            }
        }
    }
    let mut form = [0.0; TERMS];
    for step in (0..TERMS).rev() {
        let known: f64 = (step + 1..TERMS).map(|later| lines[step][later] * form[later]).sum();
        form[step] = (lines[step][TERMS] - known) / lines[step][step];
    }
    Some(form)
}
