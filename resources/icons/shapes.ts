/** A shape says for each point of the unit square (y grows downward) whether it is filled. */
export type Shape = (x: number, y: number) => boolean

const circle =
  (cx: number, cy: number, r: number): Shape =>
  (x, y) =>
    (x - cx) ** 2 + (y - cy) ** 2 <= r * r

const box =
  (left: number, top: number, right: number, bottom: number): Shape =>
  (x, y) =>
    x >= left && x <= right && y >= top && y <= bottom

const anyOf =
  (...shapes: readonly Shape[]): Shape =>
  (x, y) =>
    shapes.some((shape) => shape(x, y))

const without =
  (shape: Shape, ...holes: readonly Shape[]): Shape =>
  (x, y) =>
    shape(x, y) && !holes.some((hole) => hole(x, y))

/** A falling drop: a circle and the two tangents that meet at its tip. `grow` moves its edge outward. */
function drop(grow: number): Shape {
  const [cx, cy, r, tip] = [0.5, 0.62, 0.3 + grow, 0.06 - grow * 1.6]
  const distance = cy - tip
  const sine = r / distance
  const touchY = cy - r * sine
  const slope = sine / Math.sqrt(1 - sine * sine)
  const cone: Shape = (x, y) => y >= tip && y <= touchY && Math.abs(x - cx) <= (y - tip) * slope
  return anyOf(circle(cx, cy, r), cone)
}

/** A leaf on the drop's right shoulder: where two circles overlap. */
const leaf: Shape = (x, y) => circle(0.9, 0.02, 0.28)(x, y) && circle(0.68, 0.3, 0.28)(x, y)

const ring = without(drop(0), drop(-0.09))
const slash: Shape = (x, y) => Math.abs(x - y) <= 0.075 && x > 0.08 && x < 0.92
const gap: Shape = (x, y) => Math.abs(x - y) <= 0.15

/** The tray tells its state by shape alone. */
export const TRAY_SHAPES = {
  earning: anyOf(drop(0), leaf),
  waiting: anyOf(ring, leaf),
  paused: anyOf(box(0.2, 0.12, 0.4, 0.88), box(0.6, 0.12, 0.8, 0.88)),
  attention: anyOf(box(0.41, 0.08, 0.59, 0.62), circle(0.5, 0.82, 0.12)),
  offline: anyOf(without(ring, gap), slash),
} as const satisfies Record<string, Shape>

const scaled =
  (shape: Shape, size: number): Shape =>
  (x, y) =>
    shape((x - 0.5) / size + 0.5, (y - 0.5) / size + 0.5)

/** The application's sign: the drop and its leaf inside a rounded tile. */
export const APP_SIGN = scaled(TRAY_SHAPES.earning, 0.58)
export const APP_TILE = anyOf(
  box(0.24, 0.06, 0.76, 0.94),
  box(0.06, 0.24, 0.94, 0.76),
  circle(0.24, 0.24, 0.18),
  circle(0.76, 0.24, 0.18),
  circle(0.24, 0.76, 0.18),
  circle(0.76, 0.76, 0.18),
)
