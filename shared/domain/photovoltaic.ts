/** Power of a solar installation from the weather. */

/** Output lost per degree above 25 °C in the cell, as a fraction: the usual figure for crystalline silicon. */
const LOSS_PER_DEGREE = -0.004
/** How much warmer than the air the cell is per W/m², °C (an open-rack module under NOCT conditions). */
const WARMING = 0.0342
const REFERENCE_TEMPERATURE = 25
const REFERENCE_IRRADIANCE = 1_000

export interface SolarArray {
  /** Peak power under standard test conditions, W. */
  readonly peakWatts: number
  /** What the installation yields of what the model says: shade, dirt, wiring and inverter, learned from its meter; 1 if nothing is known. */
  readonly factor: number
}

/** Mean weather over a stretch of time. */
export interface SolarWeather {
  /** Global irradiance on the plane of the modules, W/m². */
  readonly irradiance: number
  /** Air, °C. */
  readonly temperature: number
}

/**
 * Mean power, W: P = Wp · G/1000 · (1 + α (T + 0.0342·G − 25)) · factor, α = −0.004/K, never below 0.
 * Source: the linear temperature model of the evcc project (https://evcc.io), which follows the nominal operating cell temperature.
 */
export function photovoltaicWatts({ peakWatts, factor }: SolarArray, { irradiance, temperature }: SolarWeather): number {
  const cell = temperature + WARMING * irradiance
  const watts = peakWatts * factor * (irradiance / REFERENCE_IRRADIANCE) * (1 + LOSS_PER_DEGREE * (cell - REFERENCE_TEMPERATURE))
  return Math.max(0, watts)
}
