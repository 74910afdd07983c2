//! The scan and the refinement against the same sums in floating point.

use crate::marks::{Filled, all, population};
use headstamp_engine::compare::refine::{Coarse, refine_with};
use headstamp_engine::features::code::unpack_two;
use headstamp_engine::features::field::Field;
use headstamp_engine::features::polar::Polar;
use headstamp_engine::features::probes::Reach;
use headstamp_engine::features::products::Kernel;
use headstamp_engine::features::rings::{COARSE_LAYOUT, FINE_LAYOUT};
use headstamp_engine::features::spectrum::{Spectrum, cross};
use headstamp_engine::features::{Descriptor, Query, QueryOptions};
use headstamp_engine::index::{Candidate, Coherent};
use headstamp_engine::surface::fft::inverse_row;
use headstamp_engine::template::Template;
use headstamp_engine::units::Metres;

fn coarse(template: &Template, dx: Metres, dy: Metres) -> Spectrum {
    Spectrum::of(&Polar::about(&Field::of(template), dx, dy).coarse(), &COARSE_LAYOUT)
}

/// The code of a mark's coarse spectrum, read back as floats of unit length.
fn read_back(descriptor: &Descriptor) -> Spectrum {
    let mut levels = vec![0; COARSE_LAYOUT.quads * 4];
    unpack_two(&descriptor.coarse.packed, &mut levels);
    let values = levels.iter().map(|&level| (2.0 * f32::from(level) - 3.0) / descriptor.coarse.length).collect();
    Spectrum { values, live: descriptor.coarse.live }
}

/// The spectrum with its values cut off at four standard deviations, of unit length, as the scan's query has it.
fn cut_off(mut spectrum: Spectrum) -> Spectrum {
    let live = COARSE_LAYOUT.components.iter().filter(|component| spectrum.live >> component.ring & 1 == 1).count();
    let largest = 4.0 / (2.0 * live as f32).sqrt();
    spectrum.values.iter_mut().for_each(|value| *value = value.clamp(-largest, largest));
    let length = spectrum.values.iter().map(|value| value * value).sum::<f32>().sqrt();
    spectrum.values.iter_mut().for_each(|value| *value /= length);
    spectrum
}

#[test]
fn the_scan_gives_the_similarity_that_floating_point_gives_for_the_same_codes() {
    let population = population();
    let descriptors: Vec<Descriptor> = population.iter().map(Descriptor::of).collect();
    let mut index = Filled::with(Coherent::default(), []);
    for (at, descriptor) in descriptors.iter().enumerate() {
        index.insert(at, descriptor);
    }
    let query = Query::of(&population[0], &QueryOptions { mirror: true });
    let probes: Vec<Spectrum> =
        Reach::Near.shifts().into_iter().map(|(dx, dy)| cut_off(coarse(&population[0], dx, dy))).collect();
    for candidate in index.search(&query, all, usize::MAX).candidates {
        let gallery = read_back(&descriptors[candidate.mark.0.as_u128() as usize]);
        let mut best = f32::MIN;
        for probe in &probes {
            for mirrored in [false, true] {
                let curve = inverse_row(&cross(probe, &gallery, &COARSE_LAYOUT, mirrored), 320);
                best = curve.iter().map(|sum| sum / 2.0).fold(best, f32::max);
            }
        }
        // The query's values are whole numbers of up to 63 in the scan.
        assert!((candidate.similarity - best).abs() < 0.01, "scan {:.3}, floats {best:.3}", candidate.similarity);
    }
}

#[test]
fn every_kernel_gives_the_same_candidates_and_refinements() {
    let population = population();
    let mut answers: Vec<Vec<Candidate>> = Vec::new();
    let mut refined = Vec::new();
    for kernel in Kernel::available() {
        let mut index = Filled::with(Coherent::with_kernel(kernel), []);
        let descriptors: Vec<Descriptor> = population.iter().map(Descriptor::of).collect();
        for (at, descriptor) in descriptors.iter().enumerate() {
            index.insert(at, descriptor);
        }
        let query = Query::of(&population[5], &QueryOptions { mirror: true });
        let found = index.search(&query, all, usize::MAX).candidates;
        let near: Vec<Coarse<'_>> = found
            .iter()
            .map(|candidate| Coarse {
                code: &descriptors[candidate.mark.0.as_u128() as usize].fine,
                registration: candidate.registration.unwrap(),
            })
            .collect();
        refined.push(refine_with(kernel, &query, &near));
        answers.push(found);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    assert!(refined.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn the_refined_correlation_is_that_of_floats_at_the_same_registration() {
    let population = population();
    let origin = Metres::new(0.0);
    let query = Query::of(&population[2], &QueryOptions::default());
    let mut index = Filled::with(Coherent::default(), []);
    let descriptors: Vec<Descriptor> = population.iter().map(Descriptor::of).collect();
    for (at, descriptor) in descriptors.iter().enumerate() {
        index.insert(at, descriptor);
    }
    for candidate in index.search(&query, all, 4).candidates {
        let at = candidate.mark.0.as_u128() as usize;
        let registration = candidate.registration.unwrap();
        let refined =
            refine_with(Kernel::fastest(), &query, &[Coarse { code: &descriptors[at].fine, registration }])[0];
        let gallery = Spectrum::of(&Polar::about(&Field::of(&population[at]), origin, origin).fine(), &FINE_LAYOUT);
        let cross = cross(&query.fine(refined.dx, refined.dy), &gallery, &FINE_LAYOUT, refined.mirrored);
        let direct: f64 = cross
            .iter()
            .enumerate()
            .map(|(order, x)| {
                let (sin, cos) = (order as f64 * refined.angle).to_radians().sin_cos();
                f64::from(x.re) * cos - f64::from(x.im) * sin
            })
            .sum();
        assert!((refined.correlation - direct).abs() < 0.02, "{:.3} against {direct:.3}", refined.correlation);
    }
}
