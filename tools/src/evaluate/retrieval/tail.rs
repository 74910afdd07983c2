//! The upper tail of one query's different-source similarities, to say how many marks of a larger gallery would come
//! above a mate. **A model, no measurement**: it takes the marks of the larger gallery to be drawn from the same
//! population as those of this one.
//!
//! A generalised Pareto distribution is fitted by maximum likelihood to the excesses over the 97th percentile (Coles
//! 2001, chapter 4), with a shape of 0 at least: a tail with an end would promise a mate above that end rank 1 in a
//! gallery of any size.

/// Share of the similarities that are taken as the tail.
const SHARE: f64 = 0.03;
/// Fewest excesses that a tail is fitted to.
const EXCESSES_MIN: usize = 20;
/// Steps of the search for the likelihood's maximum, and how far they reach, in inverse mean excesses.
const STEPS: usize = 300;
const STEP_RANGE: [f64; 2] = [1e-3, 1e2];
/// Half of the 90th percentile of chi-squared with one degree of freedom: a one-sided bound of 95 %.
const LIKELIHOOD_DROP: f64 = 1.353;

/// Shape and scale of a generalised Pareto distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Shape {
    shape: f64,
    scale: f64,
}

impl Shape {
    /// Probability of an excess beyond `excess`.
    fn beyond(self, excess: f64) -> f64 {
        if self.shape == 0.0 {
            (-excess / self.scale).exp()
        } else {
            (1.0 + self.shape * excess / self.scale).powf(-1.0 / self.shape)
        }
    }
}

/// The tail of one query.
#[derive(Clone, Debug)]
pub(crate) struct Tail {
    /// The highest similarities, highest first.
    highest: Vec<f64>,
    /// How many marks they are the highest of.
    total: usize,
    threshold: f64,
    share: f64,
    fitted: Shape,
    heaviest: Shape,
}

impl Tail {
    /// The tail of `total` similarities of which these are the highest, in whatever order.
    ///
    /// `None` if fewer than 20 lie in the upper 3 %, or if not all of these are among `highest`.
    pub(crate) fn of(mut highest: Vec<f64>, total: usize) -> Option<Self> {
        highest.sort_by(|a, b| b.total_cmp(a));
        let count = (total as f64 * SHARE).floor() as usize;
        let threshold = *highest.get(count).filter(|_| count >= EXCESSES_MIN)?;
        let excesses: Vec<f64> = highest[..count].iter().map(|similarity| similarity - threshold).collect();
        let mean = excesses.iter().sum::<f64>() / count as f64;
        if !(mean > 0.0 && mean.is_finite()) {
            return None;
        }
        let exponential = (Shape { shape: 0.0, scale: mean }, -(count as f64) * (mean.ln() + 1.0));
        let fits: Vec<(Shape, f64)> = std::iter::once(exponential)
            .chain((0..STEPS).map(|step| {
                let [low, high] = STEP_RANGE.map(f64::ln);
                let ratio = (low + (high - low) * step as f64 / (STEPS - 1) as f64).exp() / mean;
                let shape = excesses.iter().map(|excess| (ratio * excess).ln_1p()).sum::<f64>() / count as f64;
                let scale = shape / ratio;
                (Shape { shape, scale }, -(count as f64) * (scale.ln() + shape + 1.0))
            }))
            .collect();
        let best = fits.iter().copied().reduce(|a, b| if b.1 > a.1 { b } else { a })?;
        let possible = fits.iter().filter(|(_, likelihood)| *likelihood >= best.1 - LIKELIHOOD_DROP);
        let heaviest = possible.map(|(shape, _)| *shape).max_by(|a, b| a.shape.total_cmp(&b.shape))?;
        let share = count as f64 / total as f64;
        Some(Self { highest, total, threshold, share, fitted: best.0, heaviest })
    }

    /// Probability that one different-source mark comes above `similarity`: by the fitted tail, and by the heaviest
    /// tail that the likelihood leaves possible (one-sided 95 %).
    pub(crate) fn beyond(&self, similarity: f64) -> [f64; 2] {
        if similarity > self.threshold {
            let excess = similarity - self.threshold;
            return [self.fitted, self.heaviest].map(|shape| self.share * shape.beyond(excess));
        }
        let above = self.highest.partition_point(|other| *other > similarity);
        [above as f64 / self.total as f64; 2]
    }
}

/// Probability that at most `rank - 1` of `marks` marks come above, each with probability `beyond` (Poisson).
pub(crate) fn within(rank: usize, marks: f64, beyond: f64) -> f64 {
    let expected = marks * beyond;
    if expected <= 0.0 {
        return 1.0;
    }
    let mut term = -expected;
    let mut sum = 0.0;
    for above in 0..rank {
        if above > 0 {
            term += expected.ln() - (above as f64).ln();
        }
        sum += term.exp();
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The `count` quantiles in the middle of as many equal parts of a distribution.
    fn quantiles(count: usize, quantile: impl Fn(f64) -> f64) -> Vec<f64> {
        (0..count).map(|at| quantile((at as f64 + 0.5) / count as f64)).collect()
    }

    #[test]
    fn an_exponential_tail_is_carried_on_two_hundred_times_beyond_what_was_seen() {
        // P(X > x) = exp(-x): one in a million lies beyond 13.8.
        let tail = Tail::of(quantiles(6000, |p| -(1.0 - p).ln()), 6000).unwrap();
        let [fitted, heaviest] = tail.beyond(1e6f64.ln());
        assert!((0.7e-6..1.5e-6).contains(&fitted), "{fitted:.2e}");
        assert!(heaviest > fitted, "{heaviest:.2e}");
    }

    #[test]
    fn a_heavy_tail_is_known_as_such() {
        // Pareto: P(X > x) = x^-4, a generalised Pareto tail of shape 1/4: one in a million lies beyond 10^1.5.
        let tail = Tail::of(quantiles(6000, |p| (1.0 - p).powf(-0.25)), 6000).unwrap();
        assert!((tail.fitted.shape - 0.25).abs() < 0.05, "shape {:.3}", tail.fitted.shape);
        let [fitted, _] = tail.beyond(10f64.powf(1.5));
        assert!((0.4e-6..2.5e-6).contains(&fitted), "{fitted:.2e}");
    }

    #[test]
    fn a_tail_with_an_end_promises_no_rank_beyond_it() {
        // Uniform on 0 to 1: nothing lies beyond 1, and yet the model does not say so.
        let tail = Tail::of(quantiles(6000, |p| p), 6000).unwrap();
        assert_eq!(tail.fitted.shape, 0.0);
        assert!(tail.beyond(1.2)[0] > 1e-9);
    }

    #[test]
    fn below_the_tail_the_share_is_counted() {
        let tail = Tail::of(quantiles(2000, |p| p), 2000).unwrap();
        assert_eq!(tail.beyond(0.75), [0.25; 2]);
        assert!(Tail::of(quantiles(500, |p| p), 500).is_none(), "15 excesses are too few");
        assert!(Tail::of(quantiles(50, |p| p), 2000).is_none(), "50 of the 60 highest are not all of them");
    }

    #[test]
    fn two_expected_above_leave_rank_three_at_two_thirds() {
        // Poisson of mean 2: P(0) + P(1) + P(2) = 5 exp(-2) = 0.6767.
        assert!((within(3, 1e6, 2e-6) - 0.676_676).abs() < 1e-6);
        assert_eq!(within(1, 1e7, 0.0), 1.0);
        assert!(within(100, 1e7, 1e-3) < 1e-12);
        assert!(within(1000, 1e6, 5e-4) > 0.999);
    }
}
