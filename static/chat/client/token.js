/** The token proves that this page belongs to the login session. */

/**
 * Fetch a new token. Null means that nobody is logged in, or another person is.
 * @param {string | null} me @returns {Promise<string | null>}
 */
export async function freshToken(me) {
  const response = await fetch("/realtime/token", { credentials: "same-origin" });
  if (response.status === 401) return null;
  const { token, user } = await response.json();
  return user === me ? token : null;
}

/** Fetch a new token of forms: another tab may have logged in anew. @returns {Promise<string>} */
export async function freshCsrf() {
  const response = await fetch("/realtime/token", { credentials: "same-origin" });
  return (await response.json()).csrf ?? "";
}
