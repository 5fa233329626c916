import type { Api } from '../app.ts';

/** The page takes everything from its own origin, and nothing on it may come from anywhere else. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `/dashboard/`: the page for people. Its files are loaded when the first browser comes. */
export function dashboardRoutes(api: Api): void {
  api.get('/dashboard', { schema: { hide: true } }, ({ basePath = '' }, reply) => {
    void reply.redirect(`${basePath}/dashboard/`);
  });

  for (const name of ['index.html', 'app.css', 'app.js'] as const) {
    api.get(`/dashboard/${name === 'index.html' ? '' : name}`, { schema: { hide: true } }, async (request, reply) => {
      const { dashboardFile } = await import('@pavio/dashboard');
      const { type, body, etag } = dashboardFile(name);
      reply.headers({
        etag,
        // Asked for each time and sent when it has changed: page and API are always of one version.
        'cache-control': 'no-cache',
        'content-security-policy': POLICY,
        'referrer-policy': 'no-referrer',
      });
      return request.headers['if-none-match'] === etag ? reply.code(304).send() : reply.type(type).send(body);
    });
  }
}
