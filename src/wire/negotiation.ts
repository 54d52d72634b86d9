/**
 * Chooses the wire format of an answer by `Accept`, and checks the media type of a body (DESIGN §2.1,
 * JSON:API 1.1 "Content Negotiation").
 */
import { RestlessError } from '../errors.js';
import { Recent } from '../query/recent.js';
import type { MediaType, WireFormat } from './wire-format.js';

/** One media type of a header; commas and semicolons inside quotes do not divide. */
const PIECES = { ',': /(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g, ';': /(?:[^;"]|"(?:[^"\\]|\\.)*"?)+/g } as const;

/**
 * The media types of a header, as they stand there.
 *
 * @example
 * parseMediaTypes('text/html, application/*;q=0.5'); // two, the second with q 0.5
 */
export function parseMediaTypes(header: string): readonly MediaType[] {
  let types = PARSED.get(header);
  if (types === undefined) {
    types = (header.match(PIECES[',']) ?? []).map(parseMediaType).filter(({ type }) => type !== '');
    if (header.length <= LONGEST_HEADER) PARSED.set(header, types);
  }
  return types;
}

/** Clients send few different ones. */
const PARSED = new Recent<readonly MediaType[]>(100);
const LONGEST_HEADER = 500;

function parseMediaType(text: string): MediaType {
  const [type = '', ...rest] = (text.match(PIECES[';']) ?? []).map((piece) => piece.trim());
  const parameters = new Map<string, string>();
  let q = 1;
  for (const piece of rest) {
    const [name = '', ...value] = piece.split('=');
    const text = value
      .join('=')
      .trim()
      .replace(/^"([\s\S]*)"$/, '$1');
    if (name.trim().toLowerCase() === 'q') q = readWeight(text);
    else if (piece !== '') parameters.set(name.trim().toLowerCase(), text);
  }
  return { type: type.toLowerCase(), parameters, q };
}

/** A weight that is none counts as 1, as if it were not there. */
function readWeight(text: string): number {
  const weight = Number(text);
  return text !== '' && weight >= 0 && weight <= 1 ? weight : 1;
}

/**
 * The format to answer in: the one with the greatest weight. Of equals, one that `Accept` names goes before one that a
 * wildcard covers (browsers' libraries ask for JSON, and for anything), then the body's own, then the first (DESIGN §2.1).
 *
 * @throws RestlessError 406 where none of the formats is acceptable.
 */
export function negotiate(
  accept: string | undefined,
  formats: readonly WireFormat[],
  contentType?: string,
): WireFormat {
  const [only] = formats as readonly [WireFormat];
  if (formats.length === 1 && !only.negotiates) return only;
  const known = CHOSEN.get(formats) ?? new Recent<WireFormat>(100);
  CHOSEN.set(formats, known);
  const headers = `${accept ?? ''}\n${contentType ?? ''}`;
  let format = known.get(headers);
  if (format === undefined) {
    format = choose(accept, formats, contentType);
    if (headers.length <= 2 * LONGEST_HEADER) known.set(headers, format);
  }
  return format;
}

/** What was chosen for which headers. */
const CHOSEN = new WeakMap<readonly WireFormat[], Recent<WireFormat>>();

function choose(accept: string | undefined, formats: readonly WireFormat[], contentType?: string): WireFormat {
  const sent = parseMediaTypes(accept ?? '');
  const ranges = sent.length === 0 ? parseMediaTypes('*/*') : sent;
  const [body] = parseMediaTypes(contentType ?? '');
  const welcome = formats
    .map((format) => {
      const own = ranges.filter((range) => range.type === format.mediaType);
      const understood = own.filter((range) => format.understands(range));
      // Where every instance of the type asks for what is not there, a wildcard beside them does not help.
      if (own.length > 0 && understood.length === 0) throw notAcceptable(formats);
      const isBody = format.mediaType === body?.type;
      return { format, q: weigh(understood, ranges, format.mediaType), isNamed: own.length > 0, isBody };
    })
    .filter(({ q }) => q > 0)
    .sort((a, b) => b.q - a.q || Number(b.isNamed) - Number(a.isNamed) || Number(b.isBody) - Number(a.isBody));
  if (welcome[0] === undefined) throw notAcceptable(formats);
  return welcome[0].format;
}

/**
 * The format of an error that has nothing to do with formats: the one that is wanted, or the first where none is
 * acceptable (decision 21).
 */
export function formatOfErrors(
  accept: string | undefined,
  formats: readonly WireFormat[],
  contentType?: string,
): WireFormat {
  try {
    return negotiate(accept, formats, contentType);
  } catch {
    return formats[0]!;
  }
}

/** True where `Accept` names one of the formats itself: a wildcard is everybody's. */
export function isNamed(accept: string | undefined, formats: readonly WireFormat[]): boolean {
  return parseMediaTypes(accept ?? '').some(({ type, q }) => q > 0 && formats.some((each) => each.mediaType === type));
}

/**
 * True for what a browser sends to open an address: it names `text/html`, and none of the formats with as great a weight.
 * A wildcard names nothing.
 *
 * @example
 * prefersHtml('text/html,application/xhtml+xml,application/xml;q=0.9,image/webp', formats); // true
 */
export function prefersHtml(accept: string | undefined, formats: readonly WireFormat[]): boolean {
  // Programs name no such type, and need not wait for more than that.
  if (accept?.includes('text/html') !== true) return false;
  const weights = new Map(parseMediaTypes(accept).map(({ type, q }) => [type, q]));
  const html = weights.get('text/html') ?? 0;
  return html > 0 && formats.every(({ mediaType }) => (weights.get(mediaType) ?? 0) < html);
}

/** The weight of a type: that of the most specific range that covers it. */
function weigh(own: readonly MediaType[], ranges: readonly MediaType[], mediaType: string): number {
  if (own.length > 0) return Math.max(...own.map(({ q }) => q));
  const family = `${mediaType.split('/')[0]}/*`;
  const wild = ranges.find(({ type }) => type === family) ?? ranges.find(({ type }) => type === '*/*');
  return wild?.q ?? 0;
}

function notAcceptable(formats: readonly WireFormat[]): RestlessError {
  const types = formats.map(({ mediaType }) => mediaType).join(' or ');
  return new RestlessError(
    'NOT_ACCEPTABLE',
    `Answers here are ${types}, without parameters that this server does not know.`,
    {
      source: { header: 'Accept' },
    },
  );
}

/**
 * The format of a body.
 *
 * @param optional a request without a body is fine
 * @throws RestlessError 415 where no format reads the media type (NEG-06)
 */
export function bodyFormat(
  contentType: string | undefined,
  formats: readonly WireFormat[],
  optional: boolean,
): WireFormat | undefined {
  const format = readerNamed(contentType, formats);
  if (format !== undefined || (optional && parseMediaTypes(contentType ?? '').length === 0)) return format;
  throw unsupportedMediaType(formats);
}

/** The format of a body by its media type, if it is one of these. */
export function readerNamed(contentType: string | undefined, formats: readonly WireFormat[]): WireFormat | undefined {
  if (contentType === undefined) return undefined;
  const [type] = parseMediaTypes(contentType);
  return formats.find(({ mediaType }) => mediaType === type?.type);
}

/** The error for a body that no format reads. */
export function unsupportedMediaType(formats: readonly WireFormat[]): RestlessError {
  const types = formats.map(({ mediaType }) => mediaType).join(' or ');
  return new RestlessError('UNSUPPORTED_MEDIA_TYPE', `Send the body as ${types}.`, {
    source: { header: 'Content-Type' },
  });
}

/**
 * Refuses a body, or the header of one, in a media type whose parameters no format understands.
 *
 * @throws RestlessError 415
 */
export function checkContentType(contentType: string | undefined, formats: readonly WireFormat[]): void {
  if (contentType === undefined) return;
  const [type] = parseMediaTypes(contentType);
  const format = formats.find(({ mediaType }) => mediaType === type?.type);
  if (type === undefined || format === undefined || format.understands(type)) return;
  throw new RestlessError(
    'UNSUPPORTED_MEDIA_TYPE',
    `Send ${format.mediaType} without parameters that this server does not know.`,
    {
      source: { header: 'Content-Type' },
    },
  );
}
