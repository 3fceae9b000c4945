/** The proof that this page and the login session belong together, asked for anew. */

/** Null: logged out, or somebody else is logged in here now. @param {string | null} me @returns {Promise<string | null>} */
export async function freshToken(me) {
  const response = await fetch("/realtime/token", { credentials: "same-origin" });
  if (response.status === 401) return null;
  const { token, user } = await response.json();
  return user === me ? token : null;
}
