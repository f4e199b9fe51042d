// Somebody at the machine who uses the portal over HTTP, by curl there: cookies are kept from one call to the next.

/**
 * @typedef {object} Browser
 * @property {(method: string, path: string, body?: object) => Promise<{ status: number, body: any }>} call
 */

/**
 * @param {import('./machine.mjs').Machine} machine
 * @param {string} [origin]
 * @returns {Browser}
 */
export function openBrowser(machine, origin = 'http://127.0.0.1:3001') {
  const jar = `/tmp/cookies-${Math.random().toString(36).slice(2)}`;
  return {
    call: async (method, path, body) => {
      const { output } = await machine.exec(
        `curl --silent --show-error --max-time 20 --cookie ${jar} --cookie-jar ${jar} --request ${method} ` +
          `--header 'Origin: ${origin}' ${body ? "--header 'Content-Type: application/json' --data-binary @-" : ''} ` +
          `--write-out '\\n%{http_code}' '${origin}${path}'`,
        { input: body ? JSON.stringify(body) : '' },
      );
      const end = output.lastIndexOf('\n');
      const text = output.slice(0, end);
      const status = Number(output.slice(end + 1));
      return { status, body: /^[[{]/.test(text) ? JSON.parse(text) : text };
    },
  };
}
