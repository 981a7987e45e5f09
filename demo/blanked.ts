/** Headers whose values say who somebody is. */
const SECRET_HEADER = /^((?:cookie|set-cookie|authorization|proxy-authorization):[ \t]*)([^\r\n]*)/gim;
/** A token in the query of the request line. */
const SECRET_PARAMETER = /^([A-Z]+ [^ \r\n]*[?&]token=)([^& \r\n]*)/;

/** The head of a request or a response, with what may be a secret in it replaced by as many asterisks. */
export function blanked(head: Buffer): Buffer {
  const stars = (_: string, name: string, value: string) => name + '*'.repeat(value.length);
  const text = head.toString('latin1').replace(SECRET_HEADER, stars).replace(SECRET_PARAMETER, stars);
  return Buffer.from(text, 'latin1');
}
