/**
 * Does this address or host name mean this machine and nothing else? `localhost`, names under it, 127.0.0.0/8 and ::1
 * (RFC 6761, RFC 1122 and RFC 4291). An unknown name counts as outside, and so do the wildcards 0.0.0.0 and ::.
 */
export function isLoopback(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    /^(::ffff:)?127(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(name)
  );
}
