/** The addresses in any text, each once; pure. */
const ADDRESS = /[^\s,;<>"'()]+@[^\s,;<>"'()]+\.[^\s,;<>"'()]+/g;

export const addressesOf = (text: string): string[] => [...new Set((text.match(ADDRESS) ?? []).map((address) => address.toLowerCase()))];
