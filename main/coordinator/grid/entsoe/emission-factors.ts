/**
 * Life-cycle emissions of generation, gCO2eq/kWh: the medians of IPCC AR5 (2014), Working Group III, Annex III, table A.III.2; for oil, which
 * that table leaves out, of the IPCC Special Report on Renewable Energy (2011), Annex II, table A.II.4. Neither tells lignite from hard coal,
 * and lignite emits more: for it the figure is a lower bound. Keys are the platform's production types.
 */
const FACTORS: Readonly<Record<string, number>> = {
  B01: 230, // biomass, dedicated
  B02: 820, // lignite
  B04: 490, // gas, combined cycle
  B05: 820, // hard coal
  B06: 840, // oil
  B09: 38, // geothermal
  B11: 24, // hydro, run of river
  B12: 24, // hydro, reservoir
  B13: 17, // tide and wave
  B14: 12, // nuclear
  B16: 48, // solar, utility scale
  B18: 12, // wind offshore
  B19: 11, // wind onshore
}

/** What storage gives back was counted when it was generated. */
const STORAGE: ReadonlySet<string> = new Set(['B10', 'B25'])
/** Waste is only partly renewable and is left out. */
const RENEWABLE: ReadonlySet<string> = new Set(['B01', 'B09', 'B11', 'B12', 'B13', 'B15', 'B16', 'B18', 'B19'])

/** `null` for a type without a published figure: coal gas, oil shale, peat, waste, other. */
export const factorOf = (type: string): number | null => FACTORS[type] ?? null
export const isStorage = (type: string): boolean => STORAGE.has(type)
export const isRenewable = (type: string): boolean => RENEWABLE.has(type)
