/** The five URLs that the sample prints, each with what it shows. */
export interface Example {
  readonly shows: string;
  readonly path: string;
}

export const examples: readonly Example[] = [
  {
    shows: 'Five countries with all their cities and languages, in three SQL statements',
    path: '/api/country?include=cities,languages&fields[city]=name,population&page[size]=5',
  },
  {
    shows: 'The countries where French is spoken: a filter that looks through a relation',
    path: '/api/country?filter[languages.name]=French&include=languages&sort=name',
  },
  {
    shows: 'The largest cities of the world, each with its country',
    path: '/api/city?sort=-population&include=country&page[size]=20',
  },
  {
    shows: 'Landlocked countries and their capitals, with only the fields that are asked for',
    path: '/api/country?filter[landlocked]=true&include=capital&fields[country]=name,flag,capital&fields[city]=name',
  },
  {
    shows: 'The neighbours of France, the largest first',
    path: '/api/country/FR/borders?sort=-area&fields[country]=name,flag,area',
  },
];

/**
 * A URL in full, with brackets, quotes and spaces escaped. A browser would do that itself; a terminal and curl do not.
 *
 * @example
 * urlOf('http://localhost:3000', '/api/city?page[size]=1'); // 'http://localhost:3000/api/city?page%5Bsize%5D=1'
 */
export function urlOf(origin: string, path: string): string {
  return origin + encodeURI(path).replaceAll('[', '%5B').replaceAll(']', '%5D');
}
