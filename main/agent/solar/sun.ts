const RADIANS = Math.PI / 180
/** 2000-01-01T12:00:00Z. */
const J2000_MS = 946_728_000_000
const DAY_MS = 86_400_000
/** The sun's rim shows a little before its centre, and the air bends light. */
const HORIZON_DEGREES = -0.833

/** Height of the sun's centre above the horizon, degrees; within a tenth of one. Source: the low-precision formulas of The Astronomical Almanac, section C. */
function sunHeight({ latitude, longitude }: Place, at: number): number {
  const days = (at - J2000_MS) / DAY_MS
  const meanLongitude = 280.46 + 0.9856474 * days
  const anomaly = (357.528 + 0.9856003 * days) * RADIANS
  const ecliptic = (meanLongitude + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * RADIANS
  const obliquity = (23.439 - 4e-7 * days) * RADIANS
  const ascension = Math.atan2(Math.cos(obliquity) * Math.sin(ecliptic), Math.cos(ecliptic))
  const declination = Math.asin(Math.sin(obliquity) * Math.sin(ecliptic))
  const siderealDegrees = 280.46062 + 360.98564737 * days + longitude
  const hourAngle = siderealDegrees * RADIANS - ascension
  const sine = Math.sin(latitude * RADIANS) * Math.sin(declination) + Math.cos(latitude * RADIANS) * Math.cos(declination) * Math.cos(hourAngle)
  return Math.asin(sine) / RADIANS
}

interface Place {
  readonly latitude: number
  readonly longitude: number
}

export const isSunUp = (place: Place, at: number): boolean => sunHeight(place, at) > HORIZON_DEGREES
