//! Sets of cells on a grid: opening, erosion and connected components.

/// Keeps cells whose whole 3 x 3 neighbourhood is set; neighbours off the grid count as set.
pub(super) fn eroded(cells: &[bool], rows: usize, cols: usize) -> Vec<bool> {
    spread(&spread(cells, rows, cols, false, true), rows, cols, false, false)
}

/// Sets every cell of the 3 x 3 about a set cell.
fn dilated(cells: &[bool], rows: usize, cols: usize) -> Vec<bool> {
    spread(&spread(cells, rows, cols, true, true), rows, cols, true, false)
}

/// Erosion, then dilation, by 3 x 3: what is narrower than three cells goes.
pub(super) fn opened(cells: &[bool], rows: usize, cols: usize) -> Vec<bool> {
    dilated(&eroded(cells, rows, cols), rows, cols)
}

/// One direction of a 3 x 3 erosion (`value` false spreads) or dilation (`value` true spreads).
fn spread(cells: &[bool], rows: usize, cols: usize, value: bool, across: bool) -> Vec<bool> {
    let mut result = cells.to_vec();
    for row in 0..rows {
        for col in 0..cols {
            let place = row * cols + col;
            let (before, after) = if across {
                (col > 0 && cells[place - 1] == value, col + 1 < cols && cells[place + 1] == value)
            } else {
                (row > 0 && cells[place - cols] == value, row + 1 < rows && cells[place + cols] == value)
            };
            if before || after {
                result[place] = value;
            }
        }
    }
    result
}

/// The set cells with an unset 4-neighbour or none at all on one side, in order.
pub(super) fn rim(cells: &[bool], rows: usize, cols: usize) -> Vec<usize> {
    let mut rim = Vec::new();
    for row in 0..rows {
        for col in 0..cols {
            let place = row * cols + col;
            let inner = || {
                row > 0
                    && col > 0
                    && row + 1 < rows
                    && col + 1 < cols
                    && cells[place - 1]
                    && cells[place + 1]
                    && cells[place - cols]
                    && cells[place + cols]
            };
            if cells[place] && !inner() {
                rim.push(place);
            }
        }
    }
    rim
}

/// The 4-connected components of at least `size_min` cells, largest first (ties: the one met first).
pub(super) fn components(cells: &[bool], rows: usize, cols: usize, size_min: usize) -> Vec<Vec<usize>> {
    let mut left = cells.to_vec();
    let mut found: Vec<Vec<usize>> = Vec::new();
    for start in 0..cells.len() {
        if !left[start] {
            continue;
        }
        left[start] = false;
        let mut component = vec![start];
        let mut next = 0;
        while next < component.len() {
            let place = component[next];
            next += 1;
            let (row, col) = (place / cols, place % cols);
            let neighbours = [
                (row > 0).then(|| place - cols),
                (row + 1 < rows).then(|| place + cols),
                (col > 0).then(|| place - 1),
                (col + 1 < cols).then(|| place + 1),
            ];
            for neighbour in neighbours.into_iter().flatten() {
                if left[neighbour] {
                    left[neighbour] = false;
                    component.push(neighbour);
                }
            }
        }
        if component.len() >= size_min {
            found.push(component);
        }
    }
    found.sort_by_key(|component| std::cmp::Reverse(component.len()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opening_removes_a_two_cell_bridge_and_parts_two_squares_of_25_cells() {
        let (rows, cols) = (9, 20);
        let mut cells = vec![false; rows * cols];
        for row in 2..7 {
            for col in (2..7).chain(11..16) {
                cells[row * cols + col] = true;
            }
        }
        for col in 7..11 {
            cells[4 * cols + col] = true;
            cells[5 * cols + col] = true;
        }
        assert_eq!(components(&cells, rows, cols, 1).len(), 1);
        let parts = components(&opened(&cells, rows, cols), rows, cols, 1);
        assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [25, 25]);
    }
}
