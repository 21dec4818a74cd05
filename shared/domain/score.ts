/** What a placement is judged by. */
interface Placement {
  /** Mean intensity while the job would run, gCO2/kWh. */
  readonly gPerKWh: number
  /** Electricity price in the minor unit of its currency per kWh: pence, cents. */
  readonly priceMinorPerKWh: number
  /** Share of the node already in use, 0 to 1. */
  readonly utilisation: number
}

/** Weighted terms and their sum, without unit. Lower is better. */
export interface PlacementScore {
  readonly total: number
  readonly intensity: number
  readonly price: number
  readonly utilisation: number
}

/** `0.6 × intensity/500 + 0.3 × price/100 + 0.1 × utilisation`; every term is returned with its weight applied. */
export function placementScore({ gPerKWh, priceMinorPerKWh, utilisation }: Placement): PlacementScore {
  const intensity = 0.6 * (gPerKWh / 500)
  const price = 0.3 * (priceMinorPerKWh / 100)
  const used = 0.1 * utilisation
  return { total: intensity + price + used, intensity, price, utilisation: used }
}
